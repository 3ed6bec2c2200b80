//! What the webview sees: plain data, no secret, every time an RFC 3339 string, every GUID and fingerprint in its text form.

pub mod accounts;
pub mod alerts;
pub mod certificates;
pub mod connection;
pub mod folders;
pub(crate) mod names;
pub mod recovery;
pub mod report;
pub mod requests;
pub mod scopes;
pub mod second_factor;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The moment as the webview reads it; empty for years that RFC 3339 cannot write.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

/// Whole days from `now` until `end`, rounded down: 0 on the last day, negative when past.
pub(crate) fn days_left(end: OffsetDateTime, now: OffsetDateTime) -> i32 {
    const DAY: i64 = 24 * 60 * 60;
    let days = (end - now).whole_seconds().div_euclid(DAY);
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn days_are_rounded_down() {
        let end = datetime!(2026-06-11 12:00 UTC);
        assert_eq!(days_left(end, datetime!(2026-06-01 12:00 UTC)), 10);
        assert_eq!(days_left(end, datetime!(2026-06-01 12:00:01 UTC)), 9);
        assert_eq!(days_left(end, datetime!(2026-06-11 00:00 UTC)), 0);
        assert_eq!(days_left(end, datetime!(2026-06-11 12:00:01 UTC)), -1);
    }

    #[test]
    fn moments_are_rfc_3339() {
        assert_eq!(
            rfc3339(datetime!(2026-06-11 12:00:05 UTC)),
            "2026-06-11T12:00:05Z"
        );
    }
}
