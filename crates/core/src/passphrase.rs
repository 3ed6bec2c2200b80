//! Passphrases: what a person types to open a sealed key.

use serde::{Deserialize, Deserializer};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};

/// Longest passphrase, in bytes of UTF-8, before and after normalisation.
pub const MAX_BYTES: usize = 1024;

/// NFC may write a character in up to three times as many bytes of UTF-8 (UAX #15 §9).
const NFC_GROWTH: usize = 3;

/// A passphrase in Unicode Normalization Form C, so that every keyboard spells it alike.
///
/// White space counts, also at the ends. Wiped from memory when dropped; never shown, cloned or serialised.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes what was typed; the given string is wiped.
    pub fn new(mut typed: String) -> Result<Self, PassphraseError> {
        let normalised = normalise(&typed);
        typed.zeroize();
        normalised.map(Self)
    }

    /// The bytes that go into the key derivation: UTF-8 of the normalised text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a text cannot be a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PassphraseError {
    /// Nothing was typed.
    #[error("the passphrase is empty; type one")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the passphrase is longer than {MAX_BYTES} bytes; choose a shorter one")]
    TooLong,
}

impl PassphraseError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "passphrase-empty",
            Self::TooLong => "passphrase-too-long",
        }
    }
}

fn normalise(typed: &str) -> Result<Zeroizing<String>, PassphraseError> {
    if typed.is_empty() {
        return Err(PassphraseError::Empty);
    }
    if typed.len() > MAX_BYTES {
        return Err(PassphraseError::TooLong);
    }
    // Enough room from the start: a string that grows leaves copies behind.
    let mut normalised = Zeroizing::new(String::with_capacity(typed.len() * NFC_GROWTH));
    normalised.extend(typed.nfc());
    if normalised.len() > MAX_BYTES {
        return Err(PassphraseError::TooLong);
    }
    Ok(normalised)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_text_are_one_passphrase() {
        let composed = Passphrase::new("Zoë \u{e9}".to_owned()).unwrap();
        let decomposed = Passphrase::new("Zoe\u{308} e\u{301}".to_owned()).unwrap();
        assert_eq!(composed.bytes(), decomposed.bytes());
        assert_eq!(composed.bytes(), "Zoë \u{e9}".as_bytes());
    }

    #[test]
    fn white_space_and_case_count() {
        let plain = Passphrase::new("correct horse".to_owned()).unwrap();
        for other in [
            " correct horse",
            "correct horse ",
            "correct  horse",
            "Correct horse",
        ] {
            assert_ne!(
                plain.bytes(),
                Passphrase::new(other.to_owned()).unwrap().bytes()
            );
        }
    }

    #[test]
    fn empty_and_endless_are_refused() {
        assert_eq!(
            Passphrase::new(String::new()).err(),
            Some(PassphraseError::Empty)
        );
        assert!(Passphrase::new("x".repeat(MAX_BYTES)).is_ok());
        assert_eq!(
            Passphrase::new("x".repeat(MAX_BYTES + 1)).err(),
            Some(PassphraseError::TooLong)
        );
        // U+0958 decomposes under NFC and takes twice as many bytes.
        assert_eq!(
            Passphrase::new("\u{958}".repeat(MAX_BYTES / 3)).err(),
            Some(PassphraseError::TooLong)
        );
    }

    #[test]
    fn arrives_as_a_json_string() {
        let passphrase: Passphrase = serde_json::from_str("\"a\\u0308\"").unwrap();
        assert_eq!(passphrase.bytes(), "ä".as_bytes());
        assert!(serde_json::from_str::<Passphrase>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn normalising_fits_the_room_it_was_given(typed in "\\PC{1,200}") {
            let normalised: String = typed.nfc().collect();
            prop_assert!(normalised.len() <= typed.len() * NFC_GROWTH);
        }
    }
}
