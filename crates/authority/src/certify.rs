//! Certificates and revocation lists, encoded and signed.

use der::Encode as _;
use der::asn1::Uint;
use keyfold_core::x509::time::to_x509;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use time::OffsetDateTime;
use x509_cert::builder::{Builder as _, CertificateBuilder, CrlBuilder};
use x509_cert::certificate::{Certificate, Rfc5280};
use x509_cert::crl::RevokedCert;
use x509_cert::ext::ToExtension as _;
use x509_cert::ext::pkix::CrlNumber;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};
use zeroize::Zeroizing;

use crate::error::AuthorityError;
use crate::index::{Index, Issued, Revocation};
use crate::profile::Profile;
use crate::signer::{Signature, SigningKey};

const SERIAL_BYTES: usize = 16;

/// Signs the list of everything in the index that was revoked.
pub(crate) fn revocation_list(
    issuer: &Certificate,
    key: &SigningKey,
    index: &Index,
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<u8>, AuthorityError> {
    let number = Uint::new(&index.crl_number.to_be_bytes())
        .map(CrlNumber)
        .map_err(|_| AuthorityError::Cryptography)?;
    let revoked = index
        .issued
        .iter()
        .filter_map(revoked_entry)
        .collect::<Result<Vec<_>, _>>()?;
    let mut builder: CrlBuilder<Rfc5280> =
        CrlBuilder::new_with_this_update(issuer, number, x509_time(now)?)
            .map_err(|_| AuthorityError::Cryptography)?
            .with_next_update(Some(x509_time(until)?));
    if !revoked.is_empty() {
        builder = builder.with_certificates(revoked.into_iter());
    }
    builder
        .build::<_, Signature>(key)
        .map_err(|_| AuthorityError::Cryptography)?
        .to_der()
        .map_err(|_| AuthorityError::Cryptography)
}

/// Signs a certificate with a random serial number.
pub(crate) fn certificate<R: CryptoRng + ?Sized>(
    profile: Profile,
    validity: Validity,
    key: SubjectPublicKeyInfoOwned,
    signer: &SigningKey,
    rng: &mut R,
) -> Result<Vec<u8>, AuthorityError> {
    let mut serial = [0; SERIAL_BYTES];
    rng.fill_bytes(&mut serial);
    // Positive, and of the same length always.
    serial[0] = serial[0] & 0x7f | 0x40;
    let serial = SerialNumber::new(&serial).map_err(|_| AuthorityError::Cryptography)?;
    CertificateBuilder::new(profile, serial, validity, key)
        .and_then(|builder| builder.build::<_, Signature>(signer))
        .map_err(|_| AuthorityError::Cryptography)?
        .to_der()
        .map_err(|_| AuthorityError::Cryptography)
}

fn revoked_entry(issued: &Issued) -> Option<Result<RevokedCert, AuthorityError>> {
    let revocation = issued.revoked?;
    Some(entry(issued, revocation).ok_or(AuthorityError::Cryptography))
}

fn entry(issued: &Issued, revocation: Revocation) -> Option<RevokedCert> {
    let reason = match revocation.reason.entry() {
        None => None,
        Some(reason) => Some(vec![
            (false, &reason).to_extension(&Name::default(), &[]).ok()?,
        ]),
    };
    Some(RevokedCert {
        serial_number: SerialNumber::new(&hex::decode(&issued.serial).ok()?).ok()?,
        revocation_date: to_x509(revocation.at)?,
        crl_entry_extensions: reason,
    })
}

pub(crate) fn validity(
    begin: OffsetDateTime,
    end: OffsetDateTime,
) -> Result<Validity, AuthorityError> {
    Ok(Validity::new(x509_time(begin)?, x509_time(end)?))
}

fn x509_time(instant: OffsetDateTime) -> Result<Time, AuthorityError> {
    to_x509(instant).ok_or(AuthorityError::Cryptography)
}

/// PKCS#8, PEM.
pub(crate) fn private_key_pem(key: &SigningKey) -> Result<Zeroizing<String>, AuthorityError> {
    key.to_pkcs8_der()?
        .to_pem("PRIVATE KEY", der::pem::LineEnding::LF)
        .map_err(|_| AuthorityError::Cryptography)
}
