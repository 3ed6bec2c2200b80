//! Instants, as X.509 writes them (RFC 5280 section 4.1.2.5) and as everything else does.

use std::time::Duration;

use pki_types::UnixTime;
use time::OffsetDateTime;
use x509_cert::certificate::Certificate;
use x509_cert::der::{DateTime, Decode as _};
use x509_cert::time::Time;

/// Reads an X.509 time; years go to 9999, so it always fits.
#[must_use]
pub fn from_x509(time: &Time) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time.to_unix_duration()
}

/// Writes `instant` in whole seconds, or nothing before 1970 or after 9999.
#[must_use]
pub fn to_x509(instant: OffsetDateTime) -> Option<Time> {
    let seconds = u64::try_from(instant.unix_timestamp()).ok()?;
    DateTime::from_unix_duration(Duration::from_secs(seconds))
        .ok()
        .map(Time::from)
}

/// From when to when a certificate (DER) is valid; nothing where it is no certificate.
#[must_use]
pub fn validity(certificate: &[u8]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let validity = certificate.tbs_certificate().validity();
    Some((
        from_x509(&validity.not_before),
        from_x509(&validity.not_after),
    ))
}

/// What webpki takes for the time of its checks; an instant before 1970 counts as 1970.
pub(crate) fn to_unix(instant: OffsetDateTime) -> UnixTime {
    let seconds = u64::try_from(instant.unix_timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
