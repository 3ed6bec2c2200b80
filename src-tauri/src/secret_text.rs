//! Secrets on their way in and out of the webview.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::Type;
use zeroize::Zeroizing;

/// A password or passphrase as it arrives by IPC: zeroized when dropped, never shown, never sent back.
#[derive(Type)]
#[specta(transparent)]
pub struct SecretText(#[specta(type = String)] Zeroizing<String>);

impl SecretText {
    /// The text, for the one call that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text itself, for a type that wipes it.
    #[must_use]
    pub fn into_string(mut self) -> String {
        std::mem::take(&mut *self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// A recovered secret that the admin asked to see: the one secret that crosses to the webview.
#[derive(Type)]
#[specta(transparent)]
pub struct RevealedText(#[specta(type = String)] Zeroizing<String>);

impl RevealedText {
    /// Wraps the text until it is serialised.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl Serialize for RevealedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
