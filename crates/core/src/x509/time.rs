//! Instants, as X.509 writes them (RFC 5280 section 4.1.2.5) and as everything else does.

use std::time::Duration;

use pki_types::UnixTime;
use time::OffsetDateTime;
use x509_cert::der::DateTime;
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

/// What webpki takes for the time of its checks; an instant before 1970 counts as 1970.
pub(crate) fn to_unix(instant: OffsetDateTime) -> UnixTime {
    let seconds = u64::try_from(instant.unix_timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
