//! The one combination of algorithms, as DER AlgorithmIdentifiers, encoded as OpenSSL encodes them.

use aws_lc_rs::aead;
use der::Encode as _;
use spki::AlgorithmIdentifierOwned;

/// `sha256`, parameters absent (RFC 5754 §2).
pub(super) const SHA256: &[u8] = &[
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
];

/// `ecdsa-with-SHA256`, parameters absent (RFC 5758 §3.2).
pub(super) const ECDSA_WITH_SHA256: &[u8] = &[
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
];

/// `id-RSAES-OAEP` with SHA-256 and MGF1 with SHA-256, both without parameters, empty label (RFC 4055 §4.1).
#[rustfmt::skip]
pub(super) const RSAES_OAEP_SHA256: &[u8] = &[
    0x30, 0x38,
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07,
    0x30, 0x2b,
    0xa0, 0x0d,
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
    0xa1, 0x1a,
    0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08,
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
];

/// Length of the nonce of AES-256-GCM, in bytes.
pub(super) const GCM_NONCE_BYTES: usize = aead::NONCE_LEN;

/// Length of the tag of AES-256-GCM, in bytes.
pub(super) const GCM_TAG_BYTES: usize = 16;

const AES_256_GCM_BEFORE_NONCE: &[u8] = &[
    0x30, 0x1e, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e, 0x30, 0x11, 0x04,
    0x0c,
];
const AES_256_GCM_AFTER_NONCE: &[u8] = &[0x02, 0x01, 0x10];

/// `id-aes256-GCM` with its nonce and its tag length, 16 (RFC 5084 §3.2).
pub(super) fn aes_256_gcm(nonce: [u8; GCM_NONCE_BYTES]) -> Vec<u8> {
    [AES_256_GCM_BEFORE_NONCE, &nonce, AES_256_GCM_AFTER_NONCE].concat()
}

/// The nonce, if this is [`aes_256_gcm`].
pub(super) fn aes_256_gcm_nonce(
    algorithm: &AlgorithmIdentifierOwned,
) -> Option<[u8; GCM_NONCE_BYTES]> {
    let der = algorithm.to_der().ok()?;
    let nonce = der
        .strip_prefix(AES_256_GCM_BEFORE_NONCE)?
        .strip_suffix(AES_256_GCM_AFTER_NONCE)?;
    nonce.try_into().ok()
}

/// Whether an algorithm is exactly this constant.
pub(super) fn is(algorithm: &AlgorithmIdentifierOwned, constant: &[u8]) -> bool {
    algorithm.to_der().is_ok_and(|der| der == constant)
}
