//! The Group Certificate profile: one check for the Authority, the AccountServer and the Console.

mod error;
mod structure;

use der::Decode as _;
use pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_cert::certificate::Certificate;

pub use error::ProfileError;

use crate::authority_root::{AuthorityRoot, RevocationList};
use crate::fingerprint::Fingerprint;
use crate::id::ScopeGuid;
use crate::x509::time::from_x509;
use crate::x509::{name, path, pem};

const MAX_BYTES: usize = 32 * 1024;

/// The longest validity, `notAfter − notBefore`, in days.
pub const MAX_VALIDITY_DAYS: u32 = 1000;

/// The extended key usage of a Group Certificate: Key Recovery Agent.
pub const KEY_RECOVERY_AGENT: der::oid::ObjectIdentifier =
    der::oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.21.6");

/// What a Group Certificate is held against.
#[derive(Clone, Copy, Debug)]
pub struct ProfileChecks<'a> {
    /// The pinned root of the Authority.
    pub root: &'a AuthorityRoot,
    /// Certificates that may stand between the root and the Group Certificate, DER.
    pub intermediates: &'a [Vec<u8>],
    /// The Authority's revocation list. Without one, revocation is not looked at.
    pub crl: Option<&'a RevocationList>,
    /// The scope that the certificate must be for.
    pub scope: ScopeGuid,
    /// The time at which it must be valid.
    pub now: OffsetDateTime,
}

/// An X.509 certificate that meets everything in the profile that can be seen in the certificate alone.
///
/// Whether the Authority signed it, whether it is valid now and for which scope, [`check`](Self::check) finds out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCertificate {
    der: Vec<u8>,
    certificate: Certificate,
    spki: Vec<u8>,
    scope: ScopeGuid,
    key_bits: u32,
}

impl GroupCertificate {
    /// Reads the one PEM block of a file.
    pub fn from_pem(file: &[u8]) -> Result<Self, ProfileError> {
        if file.len() > 4 * MAX_BYTES {
            return Err(ProfileError::TooLarge);
        }
        Self::from_der(&pem::single::<CertificateDer<'_>>(file)?)
    }

    /// Reads a DER certificate (RFC 5280 section 4.1).
    pub fn from_der(der: &[u8]) -> Result<Self, ProfileError> {
        if der.len() > MAX_BYTES {
            return Err(ProfileError::TooLarge);
        }
        let certificate = Certificate::from_der(der).map_err(|_| ProfileError::Malformed)?;
        let structure::Structure {
            spki,
            scope,
            key_bits,
        } = structure::check(&certificate)?;
        Ok(Self {
            der: der.to_vec(),
            certificate,
            spki,
            scope,
            key_bits,
        })
    }

    /// Reads either form: DER when the file begins with an ASN.1 SEQUENCE, PEM otherwise.
    pub fn from_pem_or_der(file: &[u8]) -> Result<Self, ProfileError> {
        match file {
            [0x30, ..] => Self::from_der(file),
            _ => Self::from_pem(file),
        }
    }

    /// Checks the scope, the validity, the path to the root and the revocation, in this order.
    pub fn check(&self, checks: &ProfileChecks<'_>) -> Result<(), ProfileError> {
        if self.scope != checks.scope {
            return Err(ProfileError::WrongScope { found: self.scope });
        }
        if checks.now < self.not_before() {
            return Err(ProfileError::NotYetValid {
                from: self.not_before(),
            });
        }
        if checks.now > self.not_after() {
            return Err(ProfileError::Expired {
                since: self.not_after(),
            });
        }
        path::check(
            &self.der,
            checks.root,
            checks.intermediates,
            KEY_RECOVERY_AGENT.as_bytes(),
            checks.crl,
            checks.now,
        )?;
        Ok(())
    }

    /// The certificate as it was read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(pem::CERTIFICATE, &self.der)
    }

    /// The Group or Collection that it is for.
    #[must_use]
    pub const fn scope(&self) -> ScopeGuid {
        self.scope
    }

    /// The subject's common name, empty when there is none. For people; it proves nothing.
    #[must_use]
    pub fn common_name(&self) -> String {
        let subject = self.certificate.tbs_certificate().subject();
        name::readable(&name::common_name(subject).unwrap_or_default())
    }

    /// The issuer's distinguished name (RFC 4514).
    #[must_use]
    pub fn issuer_name(&self) -> String {
        name::readable(&self.certificate.tbs_certificate().issuer().to_string())
    }

    /// The serial number in hexadecimal, as the Authority's `revoke` takes it.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex::encode(
            self.certificate
                .tbs_certificate()
                .serial_number()
                .as_bytes(),
        )
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    /// The public key: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7), DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`spki_der`](Self::spki_der): which key pair it belongs to.
    #[must_use]
    pub fn spki_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.spki)
    }

    /// The length of the RSA modulus in bits.
    #[must_use]
    pub const fn key_bits(&self) -> u32 {
        self.key_bits
    }

    /// From when it is valid.
    #[must_use]
    pub fn not_before(&self) -> OffsetDateTime {
        from_x509(&self.certificate.tbs_certificate().validity().not_before)
    }

    /// Until when it is valid.
    #[must_use]
    pub fn not_after(&self) -> OffsetDateTime {
        from_x509(&self.certificate.tbs_certificate().validity().not_after)
    }
}
