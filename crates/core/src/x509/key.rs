//! Which RSA public keys Keyfold accepts.

use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::Decode as _;
use der::asn1::AnyRef;
use rsa::pkcs1::RsaPublicKeyRef;
use spki::SubjectPublicKeyInfoRef;
use thiserror::Error;

use crate::codes::codes;

const MIN_BITS: u32 = 3072;
/// What `aws-lc-rs` still computes with; a longer key only costs time.
const MAX_BITS: u32 = 8192;
const EXPONENTS: std::ops::RangeInclusive<u64> = 65_537..=0xffff_ffff;

/// Why a public key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyRefusal {
    /// Not `rsaEncryption` (RFC 8017 appendix A.1): an elliptic curve, an RSA-PSS key or something else.
    #[error("the public key is not an RSA encryption key; make the key pair in the Console")]
    NotRsa,
    /// The key does not decode, or its modulus is even.
    #[error("the public key is damaged; make a new key pair in the Console")]
    Malformed,
    /// Less than 3072 bits.
    #[error(
        "the RSA key has {bits} bits and 3072 is the least; make a new key pair in the Console"
    )]
    TooSmall {
        /// The length of the modulus in bits.
        bits: u32,
    },
    /// More than 8192 bits.
    #[error("the RSA key has {bits} bits and 8192 is the most; make a new key pair in the Console")]
    TooLarge {
        /// The length of the modulus in bits.
        bits: u32,
    },
    /// The public exponent is even, or not within 65537 … 2³²−1.
    #[error("the RSA key's public exponent is unsafe; make a new key pair in the Console")]
    Exponent,
}

codes! {
    KeyRefusal {
        Self::NotRsa => "key-not-rsa",
        Self::Malformed => "key-malformed",
        Self::TooSmall { .. } => "key-too-small",
        Self::TooLarge { .. } => "key-too-large",
        Self::Exponent => "key-exponent",
    }
}

/// Checks a `SubjectPublicKeyInfo` (DER) and answers the length of its modulus in bits.
pub(crate) fn check_rsa_key(spki: &[u8]) -> Result<u32, KeyRefusal> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| KeyRefusal::Malformed)?;
    if spki.algorithm.oid != RSA_ENCRYPTION {
        return Err(KeyRefusal::NotRsa);
    }
    if spki.algorithm.parameters != Some(AnyRef::NULL) {
        return Err(KeyRefusal::Malformed);
    }
    let key = spki
        .subject_public_key
        .as_bytes()
        .and_then(|bytes| RsaPublicKeyRef::from_der(bytes).ok())
        .ok_or(KeyRefusal::Malformed)?;
    let modulus = key.modulus.as_bytes();
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return Err(KeyRefusal::Malformed);
    };
    if last % 2 == 0 {
        return Err(KeyRefusal::Malformed);
    }
    let bits = u32::try_from(modulus.len() * 8).map_err(|_| KeyRefusal::Malformed)?
        - first.leading_zeros();
    if bits < MIN_BITS {
        return Err(KeyRefusal::TooSmall { bits });
    }
    if bits > MAX_BITS {
        return Err(KeyRefusal::TooLarge { bits });
    }
    let exponent = key.public_exponent.as_bytes();
    if exponent.len() > 8 {
        return Err(KeyRefusal::Exponent);
    }
    let exponent = exponent
        .iter()
        .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    if exponent % 2 == 0 || !EXPONENTS.contains(&exponent) {
        return Err(KeyRefusal::Exponent);
    }
    Ok(bits)
}
