//! Names in the Certificates directory.

use keyfold_core::fingerprint::Fingerprint;
use time::{Date, OffsetDateTime, UtcOffset};

/// What was known of the scope.
pub(crate) const SCOPE_FILE: &str = "scope.json";
/// The sealed key.
pub(crate) const PRIVATE_KEY_FILE: &str = "private-key.json";
/// What was sent to the Authority.
pub(crate) const REQUEST_FILE: &str = "request.pem";
/// What the Authority signed.
pub(crate) const CERTIFICATE_FILE: &str = "certificate.pem";
/// Held by the process that writes.
pub(crate) const LOCK_FILE: &str = ".lock";
/// Where the writer prepares; whatever is left there belongs to a writer that was killed.
pub(crate) const STAGING: &str = ".staging";

/// Largest `request.pem` and `certificate.pem`, in bytes.
pub(crate) const MAX_PEM_BYTES: usize = 64 * 1024;
/// Most folders that are looked at.
pub(crate) const MAX_FOLDERS: usize = 10_000;
/// Most key pairs of one scope that are looked at.
pub(crate) const MAX_KEY_PAIRS: usize = 256;

const DATE_CHARS: usize = "yyyy-mm-dd".len();

/// The folder of a key pair: `<yyyy-mm-dd>-<first 8 hex of the SPKI fingerprint>`, the date in UTC.
pub(crate) fn key_pair_folder(created: OffsetDateTime, spki: Fingerprint) -> String {
    format!(
        "{}-{}",
        created.to_offset(UtcOffset::UTC).date(),
        spki.short()
    )
}

/// The date in such a name.
pub(crate) fn created(key_pair_folder: &str) -> Option<Date> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(key_pair_folder.get(..DATE_CHARS)?, format).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_pair_folder_names_its_day_and_key() {
        let created_at = time::macros::datetime!(2026-11-23 23:30 -5);
        let spki = Fingerprint::of(b"spki");
        let name = key_pair_folder(created_at, spki);
        assert_eq!(name, format!("2026-11-24-{}", &spki.to_string()[..8]));
        assert_eq!(created(&name), Some(time::macros::date!(2026 - 11 - 24)));
        for other in ["", "2026-11", "2026-13-01-00000000", "é026-11-24-x"] {
            assert_eq!(created(other), None, "{other}");
        }
    }
}
