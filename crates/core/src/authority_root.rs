//! The Authority as others see it: its root certificate, the one trust anchor, and its revocation list.

use const_oid::db::rfc5280::{ID_CE_BASIC_CONSTRAINTS, ID_CE_KEY_USAGE};
use der::Decode as _;
use pki_types::{CertificateDer, CertificateRevocationListDer};
use thiserror::Error;
use time::OffsetDateTime;
use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_cert::certificate::{Certificate, Rfc5280, Version};
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use crate::fingerprint::Fingerprint;
use crate::x509::pem::PemRefusal;
use crate::x509::time::from_x509;
use crate::x509::{extensions, name, pem};

const MAX_ROOT_BYTES: usize = 32 * 1024;
const MAX_CRL_BYTES: usize = 4 * 1024 * 1024;

/// Why a file is not the root certificate of an Authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AuthorityRootError {
    /// Not one PEM certificate.
    #[error("the Authority's root certificate could not be read: {0}")]
    Pem(#[from] PemRefusal),
    /// Larger than 32 KiB.
    #[error(
        "the Authority's root certificate is too large; ask the Authority for its root certificate alone"
    )]
    TooLarge,
    /// Not an X.509 version 3 certificate in DER, or followed by other bytes.
    #[error("the Authority's root certificate is damaged; fetch it again from the Authority")]
    Malformed,
    /// Its `basicConstraints` or `keyUsage` do not let it sign certificates and revocation lists.
    #[error("this certificate may not sign others; ask the Authority for its root certificate")]
    NotAuthority,
}

/// The root certificate of the Authority.
///
/// It need not be self-signed: an organisation may pin its issuing authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRoot {
    der: Vec<u8>,
    certificate: Certificate,
}

impl AuthorityRoot {
    /// Reads the one PEM block of a file.
    pub fn from_pem(file: &[u8]) -> Result<Self, AuthorityRootError> {
        if file.len() > 2 * MAX_ROOT_BYTES {
            return Err(AuthorityRootError::TooLarge);
        }
        Self::from_der(&pem::single::<CertificateDer<'_>>(file)?)
    }

    /// Reads a DER certificate (RFC 5280 section 4.1).
    pub fn from_der(der: &[u8]) -> Result<Self, AuthorityRootError> {
        if der.len() > MAX_ROOT_BYTES {
            return Err(AuthorityRootError::TooLarge);
        }
        let certificate = Certificate::from_der(der).map_err(|_| AuthorityRootError::Malformed)?;
        webpki::anchor_from_trusted_cert(&CertificateDer::from(der))
            .map_err(|_| AuthorityRootError::Malformed)?;
        may_sign(&certificate)?;
        Ok(Self {
            der: der.to_vec(),
            certificate,
        })
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

    /// SHA-256 of the certificate: what everybody pins.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    /// The common name, or the whole distinguished name (RFC 4514) when there is none.
    #[must_use]
    pub fn name(&self) -> String {
        let subject = self.certificate.tbs_certificate().subject();
        name::readable(&name::common_name(subject).unwrap_or_else(|| subject.to_string()))
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

fn may_sign(certificate: &Certificate) -> Result<(), AuthorityRootError> {
    let tbs = certificate.tbs_certificate();
    if tbs.version() != Version::V3 {
        return Err(AuthorityRootError::Malformed);
    }
    let present = tbs.extensions().map_or(&[][..], Vec::as_slice);
    let constraints = extensions::find(present, ID_CE_BASIC_CONSTRAINTS)
        .ok_or(AuthorityRootError::NotAuthority)?;
    let constraints = BasicConstraints::from_der(constraints.extn_value.as_bytes())
        .map_err(|_| AuthorityRootError::Malformed)?;
    let usage_allows = match extensions::find(present, ID_CE_KEY_USAGE) {
        None => true,
        Some(usage) => {
            let usage = KeyUsage::from_der(usage.extn_value.as_bytes())
                .map_err(|_| AuthorityRootError::Malformed)?;
            usage.key_cert_sign() && usage.crl_sign()
        }
    };
    if constraints.ca && usage_allows {
        Ok(())
    } else {
        Err(AuthorityRootError::NotAuthority)
    }
}

/// Why a file is not a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RevocationListError {
    /// Not PEM, or with something else than revocation lists in it.
    #[error("the revocation list could not be read: {0}")]
    Pem(#[from] PemRefusal),
    /// Larger than 4 MiB.
    #[error("the revocation list is larger than 4 MiB; ask the Authority for a shorter one")]
    TooLarge,
    /// Not a complete X.509 version 2 list in DER with `nextUpdate`, or followed by other bytes.
    #[error(
        "the revocation list is damaged or of an unsupported kind; fetch it again from the Authority"
    )]
    Malformed,
}

/// What the Authority revoked (RFC 5280 section 5), not yet known to be signed by it: the profile check finds that out.
///
/// A file may hold several lists, one for each authority on the path.
#[derive(Debug)]
pub struct RevocationList {
    ders: Vec<Vec<u8>>,
    lists: Vec<CertRevocationList<'static>>,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
}

impl RevocationList {
    /// Reads a file with one or more `X509 CRL` blocks.
    pub fn from_pem(file: &[u8]) -> Result<Self, RevocationListError> {
        if file.len() > 2 * MAX_CRL_BYTES {
            return Err(RevocationListError::TooLarge);
        }
        Self::from_ders(pem::several::<CertificateRevocationListDer<'_>>(file)?)
    }

    /// Reads one DER `CertificateList` (RFC 5280 section 5.1).
    pub fn from_der(der: &[u8]) -> Result<Self, RevocationListError> {
        Self::from_ders(vec![der.to_vec()])
    }

    fn from_ders(ders: Vec<Vec<u8>>) -> Result<Self, RevocationListError> {
        if ders.iter().map(Vec::len).sum::<usize>() > MAX_CRL_BYTES {
            return Err(RevocationListError::TooLarge);
        }
        let mut lists = Vec::with_capacity(ders.len());
        let mut times = Vec::with_capacity(ders.len());
        for der in &ders {
            let list = CertificateList::<Rfc5280>::from_der(der)
                .map_err(|_| RevocationListError::Malformed)?;
            let next = list
                .tbs_cert_list
                .next_update
                .ok_or(RevocationListError::Malformed)?;
            times.push((from_x509(&list.tbs_cert_list.this_update), from_x509(&next)));
            let list = OwnedCertRevocationList::from_der(der)
                .map_err(|_| RevocationListError::Malformed)?;
            lists.push(CertRevocationList::Owned(list));
        }
        let this_update = times.iter().map(|(this, _)| *this).min();
        let next_update = times.iter().map(|(_, next)| *next).min();
        let (Some(this_update), Some(next_update)) = (this_update, next_update) else {
            return Err(RevocationListError::Malformed);
        };
        Ok(Self {
            ders,
            lists,
            this_update,
            next_update,
        })
    }

    /// The lists as PEM blocks, in the order in which they were read.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.ders
            .iter()
            .map(|der| pem::encode(pem::X509_CRL, der))
            .collect()
    }

    /// When it was made; of several lists, the oldest.
    #[must_use]
    pub const fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// From when it no longer counts; of several lists, the first to run out.
    #[must_use]
    pub const fn next_update(&self) -> OffsetDateTime {
        self.next_update
    }

    pub(crate) fn lists(&self) -> &[CertRevocationList<'static>] {
        &self.lists
    }
}
