//! Fingerprints: what people read out to each other to agree on a certificate or a public key.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const LENGTH: usize = 32;

/// A string that is not a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is not a fingerprint; write all 64 hexadecimal digits in lower case")]
pub struct InvalidFingerprint;

/// SHA-256 (FIPS 180-4) of a DER encoding: a certificate, or a SubjectPublicKeyInfo.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint([u8; LENGTH]);

impl Fingerprint {
    /// Computes the fingerprint of `der`.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
        Self(bytes)
    }

    /// Takes the 32 bytes of a digest that was computed before.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The first 8 hexadecimal digits: enough for a folder's name, too few to trust.
    #[must_use]
    pub fn short(&self) -> String {
        hex::encode(&self.0[..4])
    }

    /// All 64 digits in groups of four with spaces between them, to be read out or compared by eye.
    #[must_use]
    pub fn grouped(&self) -> String {
        self.0
            .chunks(2)
            .map(hex::encode)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(InvalidFingerprint);
        }
        let mut bytes = [0; LENGTH];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidFingerprint)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidFingerprint;

    fn try_from(text: String) -> Result<Self, InvalidFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_sha_256() {
        // FIPS 180-4, the digest of "abc".
        let fingerprint = Fingerprint::of(b"abc");
        assert_eq!(
            fingerprint.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(fingerprint.short(), "ba7816bf");
        assert!(fingerprint.grouped().starts_with("ba78 16bf 8f01 cfea "));
        assert_eq!(fingerprint.grouped().split(' ').count(), 16);
    }

    #[test]
    fn only_64_lower_case_digits_are_read() {
        let text = Fingerprint::of(b"").to_string();
        for bad in [
            &text[..63],
            &text.to_uppercase(),
            &format!("{text}0"),
            &format!("0x{text}"),
            "",
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(InvalidFingerprint), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn text_and_json_give_it_back(bytes: [u8; 32]) {
            let fingerprint = Fingerprint::from_bytes(bytes);
            prop_assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
            let json = serde_json::to_string(&fingerprint).unwrap();
            prop_assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
            prop_assert_eq!(fingerprint.as_bytes(), &bytes);
        }
    }
}
