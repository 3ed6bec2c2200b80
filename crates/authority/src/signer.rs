//! ECDSA keys of `aws-lc-rs`, as the builders of `x509-cert` take them.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _,
};
use const_oid::db::rfc5912::{ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384};
use der::asn1::BitString;
use der::oid::ObjectIdentifier;
use der::{Decode as _, Document, SecretDocument};
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    SignatureBitStringEncoding, SubjectPublicKeyInfoOwned,
};

use crate::error::AuthorityError;

/// A curve with the hash of its strength.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// P-256 with SHA-256: what the AccountServer holds.
    P256,
    /// P-384 with SHA-384: what the Authority holds.
    P384,
}

impl Curve {
    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
        }
    }

    const fn signature_id(self) -> ObjectIdentifier {
        match self {
            Self::P256 => ECDSA_WITH_SHA_256,
            Self::P384 => ECDSA_WITH_SHA_384,
        }
    }
}

/// An ECDSA private key.
pub(crate) struct SigningKey {
    key: EcdsaKeyPair,
    curve: Curve,
    spki: Vec<u8>,
}

impl SigningKey {
    /// Makes a new key; `aws-lc-rs` brings its own randomness.
    pub(crate) fn generate(curve: Curve) -> Result<Self, AuthorityError> {
        let key =
            EcdsaKeyPair::generate(curve.signing()).map_err(|_| AuthorityError::Cryptography)?;
        Self::new(key, curve)
    }

    pub(crate) fn from_pkcs8_der(curve: Curve, der: &[u8]) -> Result<Self, AuthorityError> {
        let key = EcdsaKeyPair::from_pkcs8(curve.signing(), der)
            .map_err(|_| AuthorityError::Cryptography)?;
        Self::new(key, curve)
    }

    fn new(key: EcdsaKeyPair, curve: Curve) -> Result<Self, AuthorityError> {
        let spki = key
            .public_key()
            .as_der()
            .map_err(|_| AuthorityError::Cryptography)?;
        let spki = spki.as_ref().to_vec();
        Ok(Self { key, curve, spki })
    }

    /// The private key as PKCS#8 DER, wiped when dropped.
    pub(crate) fn to_pkcs8_der(&self) -> Result<SecretDocument, AuthorityError> {
        let der = self
            .key
            .to_pkcs8v1()
            .map_err(|_| AuthorityError::Cryptography)?;
        SecretDocument::try_from(der.as_ref()).map_err(|_| AuthorityError::Cryptography)
    }

    pub(crate) fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    pub(crate) fn spki(&self) -> Result<SubjectPublicKeyInfoOwned, AuthorityError> {
        SubjectPublicKeyInfoOwned::from_der(&self.spki).map_err(|_| AuthorityError::Cryptography)
    }
}

/// The public half, for the builders' sake.
#[derive(Clone)]
pub(crate) struct VerifyingKey(Vec<u8>);

impl EncodePublicKey for VerifyingKey {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::try_from(self.0.as_slice())?)
    }
}

/// A DER `Ecdsa-Sig-Value` (RFC 3279 section 2.2.3).
pub(crate) struct Signature(Vec<u8>);

impl SignatureBitStringEncoding for Signature {
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}

impl signature::Keypair for SigningKey {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.spki.clone())
    }
}

impl DynSignatureAlgorithmIdentifier for SigningKey {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: self.curve.signature_id(),
            parameters: None,
        })
    }
}

impl signature::Signer<Signature> for SigningKey {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        let signed = self
            .key
            .sign(&SystemRandom::new(), message)
            .map_err(|_| signature::Error::new())?;
        Ok(Signature(signed.as_ref().to_vec()))
    }
}
