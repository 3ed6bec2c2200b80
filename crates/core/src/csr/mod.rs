//! Requests for a Group Certificate: PKCS#10 (RFC 2986).

mod build;
mod error;

use const_oid::AssociatedOid as _;
use const_oid::db::rfc5912::{
    SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use der::asn1::AnyRef;
use der::{Decode as _, Encode as _};
use pki_types::CertificateSigningRequestDer;
use spki::AlgorithmIdentifierRef;
use x509_cert::ext::Extension;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq};

pub use error::{BuildRequestError, CsrError};

use crate::fingerprint::Fingerprint;
use crate::id::ScopeGuid;
use crate::key_pair::PrivateKey;
use crate::x509::key::check_rsa_key;
use crate::x509::{extensions, name, pem};
use aws_lc_rs::signature::{self, RsaParameters, UnparsedPublicKey};

const MAX_BYTES: usize = 16 * 1024;

/// A request whose sender holds the private key (proof of possession was checked).
///
/// Of all that stands in it, only the public key, the scope and the name count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateSigningRequest {
    der: Vec<u8>,
    spki: Vec<u8>,
    scope: ScopeGuid,
    name: String,
    key_bits: u32,
}

impl CertificateSigningRequest {
    /// Makes a request for `scope`, signed with `key`. A name of more than 64 characters is shortened in it.
    pub fn build(
        key: &PrivateKey,
        scope: ScopeGuid,
        name: &str,
    ) -> Result<Self, BuildRequestError> {
        if !name::is_readable(name) {
            return Err(BuildRequestError::Name);
        }
        let der = build::request(key, scope, name)?;
        Self::from_der(&der).map_err(BuildRequestError::Refused)
    }

    /// Reads the one PEM block of a file.
    pub fn from_pem(file: &[u8]) -> Result<Self, CsrError> {
        if file.len() > 4 * MAX_BYTES {
            return Err(CsrError::TooLarge);
        }
        Self::from_der(&pem::single::<CertificateSigningRequestDer<'_>>(file)?)
    }

    /// Reads a DER `CertificationRequest` and checks its policy and its signature.
    pub fn from_der(der: &[u8]) -> Result<Self, CsrError> {
        if der.len() > MAX_BYTES {
            return Err(CsrError::TooLarge);
        }
        let request = CertReq::from_der(der).map_err(|_| CsrError::Malformed)?;
        let spki = request
            .info
            .public_key
            .to_der()
            .map_err(|_| CsrError::Malformed)?;
        let key_bits = check_rsa_key(&spki)?;
        check_possession(der, &request)?;
        let requested = requested_extensions(&request.info)?;
        let scope = extensions::scope(&requested)?;
        let name = name::common_name(&request.info.subject)
            .filter(|name| name::is_readable(name))
            .ok_or(CsrError::Name)?;
        Ok(Self {
            der: der.to_vec(),
            spki,
            scope,
            name,
            key_bits,
        })
    }

    /// Reads either form: DER when the file begins with an ASN.1 SEQUENCE, PEM otherwise.
    pub fn from_pem_or_der(file: &[u8]) -> Result<Self, CsrError> {
        match file {
            [0x30, ..] => Self::from_der(file),
            _ => Self::from_pem(file),
        }
    }

    /// The request as it was read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(pem::CERTIFICATE_REQUEST, &self.der)
    }

    /// The Group or Collection that it is for.
    #[must_use]
    pub const fn scope(&self) -> ScopeGuid {
        self.scope
    }

    /// The scope's name, as the Console knew it. For people; it proves nothing.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7), DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`spki_der`](Self::spki_der): what admin and Authority read out to each other.
    #[must_use]
    pub fn spki_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.spki)
    }

    /// The length of the RSA modulus in bits.
    #[must_use]
    pub const fn key_bits(&self) -> u32 {
        self.key_bits
    }
}

/// Checks that the holder of the private key signed the request (RFC 2986 section 3).
fn check_possession(der: &[u8], request: &CertReq) -> Result<(), CsrError> {
    let algorithm = signature_algorithm(request)?;
    let signed = signed_part(der).map_err(|_| CsrError::Malformed)?;
    let key = request
        .info
        .public_key
        .subject_public_key
        .as_bytes()
        .ok_or(CsrError::Malformed)?;
    let signature = request.signature.as_bytes().ok_or(CsrError::Malformed)?;
    UnparsedPublicKey::new(algorithm, key)
        .verify(signed, signature)
        .map_err(|_| CsrError::Signature)
}

fn signature_algorithm(request: &CertReq) -> Result<&'static RsaParameters, CsrError> {
    if request.algorithm.parameters.as_ref().map(AnyRef::from) != Some(AnyRef::NULL) {
        return Err(CsrError::SignatureAlgorithm);
    }
    match request.algorithm.oid {
        SHA_256_WITH_RSA_ENCRYPTION => Ok(&signature::RSA_PKCS1_2048_8192_SHA256),
        SHA_384_WITH_RSA_ENCRYPTION => Ok(&signature::RSA_PKCS1_2048_8192_SHA384),
        SHA_512_WITH_RSA_ENCRYPTION => Ok(&signature::RSA_PKCS1_2048_8192_SHA512),
        _ => Err(CsrError::SignatureAlgorithm),
    }
}

/// The bytes of `CertificationRequestInfo`, as they stand in the request.
fn signed_part(der: &[u8]) -> der::Result<&[u8]> {
    use der::Reader as _;
    let mut reader = der::SliceReader::new(der)?;
    reader.sequence(|reader| {
        let info = reader.tlv_bytes()?;
        let _algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
        let _signature: der::asn1::BitStringRef<'_> = reader.decode()?;
        Ok(info)
    })
}

/// The content of the one `extensionRequest` attribute (RFC 2985 section 5.4.2).
fn requested_extensions(info: &CertReqInfo) -> Result<Vec<Extension>, CsrError> {
    let mut attributes = info
        .attributes
        .iter()
        .filter(|attribute| attribute.oid == ExtensionReq::OID);
    let Some(attribute) = attributes.next() else {
        return Ok(Vec::new());
    };
    let ([value], None) = (attribute.values.as_slice(), attributes.next()) else {
        return Err(CsrError::Extensions);
    };
    let requested: Vec<Extension> = value.decode_as().map_err(|_| CsrError::Extensions)?;
    if extensions::repeated(&requested).is_some() {
        return Err(CsrError::Extensions);
    }
    Ok(requested)
}
