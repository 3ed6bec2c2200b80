//! What a mail says: plain text, in which no name can pass for anything else.

use std::fmt::Write as _;

use keyfold_api::alerts::{Alert, AlertKind};
use keyfold_core::names::shown;
use time::{Date, OffsetDateTime};
use url::Url;

/// So many alerts of a kind are listed, the others are counted.
const LISTED: usize = 50;

/// A mail, but for whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digest {
    /// Its subject: one line.
    pub(super) subject: String,
    /// Its text.
    pub(super) text: String,
}

impl Digest {
    /// Tells of these alerts.
    pub(super) fn of(
        platform: &str,
        alerts: &[Alert],
        now: OffsetDateTime,
        public_url: &Url,
    ) -> Self {
        let platform = shown(platform);
        let count = match alerts.len() {
            1 => "1 alert".to_owned(),
            more => format!("{more} alerts"),
        };
        let mut text = format!("{count} on {platform}\n");
        for kind in AlertKind::ALL {
            let of_kind: Vec<&Alert> = alerts.iter().filter(|alert| alert.kind == *kind).collect();
            if !of_kind.is_empty() {
                text += &section(*kind, &of_kind, now);
            }
        }
        text += "\nThe Console shows all open alerts under Alerts. Who gets this mail, and of what, is set there too:\n\
                 open a Collection or Group, then Alert rules. At most one mail goes to an address in an hour.\n\n";
        // Writing to a string cannot fail.
        writeln!(text, "-- \nKeyfold, {public_url}").ok();
        Self {
            subject: format!("Keyfold: {count} on {platform}"),
            text,
        }
    }
}

fn section(kind: AlertKind, alerts: &[&Alert], now: OffsetDateTime) -> String {
    let (title, next) = words(kind);
    let mut text = format!("\n{title}\n");
    for alert in alerts.iter().take(LISTED) {
        writeln!(text, "  * {}", line(alert, now)).ok();
    }
    if alerts.len() > LISTED {
        writeln!(text, "  * and {} more", alerts.len() - LISTED).ok();
    }
    writeln!(text, "  What to do: {next}").ok();
    text
}

/// What alerts of a kind have in common, and what to do about them.
fn words(kind: AlertKind) -> (&'static str, &'static str) {
    match kind {
        AlertKind::CertificateExpires => (
            "Group Certificates that end soon",
            "request a Group Certificate in the Console, have it signed, and upload it. After that give the new \
             certificate folder to everybody who has the old one.",
        ),
        AlertKind::KeyNotCaptured => (
            "Accounts whose encryption key is not captured",
            "look whether the machine still backs up and whether its Group has an active Group Certificate. The key is \
             captured at the next backup after both are so.",
        ),
        AlertKind::EndedCredentialUsed => (
            "Machines that came with a credential that had ended",
            "find out which machine it is. When nobody restored or cloned it, somebody copied its files: revoke the \
             Agent's credential in the Console and enrol the machine anew.",
        ),
    }
}

fn line(alert: &Alert, now: OffsetDateTime) -> String {
    let path: Vec<String> = alert.path.iter().map(|name| shown(name)).collect();
    let scope = shown(&alert.scope_name);
    let place = if path.is_empty() {
        scope
    } else {
        format!("{scope} ({})", path.join(" › "))
    };
    let on = date(alert.at.date());
    let account = shown(alert.account_name.as_deref().unwrap_or_default());
    match alert.kind {
        AlertKind::CertificateExpires => {
            let days = (alert.at - now).whole_days();
            match days {
                _ if alert.at <= now => format!("{place}: ended on {on}"),
                0 => format!("{place}: ends within a day, on {on}"),
                1 => format!("{place}: ends on {on}, in 1 day"),
                days => format!("{place}: ends on {on}, in {days} days"),
            }
        }
        AlertKind::KeyNotCaptured => format!("{account} in {place}: since {on}"),
        AlertKind::EndedCredentialUsed => format!("{account} in {place}: on {on}"),
    }
}

fn date(date: Date) -> String {
    format!(
        "{}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

#[cfg(test)]
mod tests {
    use keyfold_api::alerts::AlertId;
    use keyfold_core::id::{AccountId, ScopeGuid};
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn alert(kind: AlertKind, name: &str) -> Alert {
        let random = &mut StdRng::seed_from_u64(1);
        let is_account = kind != AlertKind::CertificateExpires;
        Alert {
            number: 1,
            id: AlertId::random(random),
            kind,
            scope: ScopeGuid::random(random),
            scope_name: name.to_owned(),
            path: vec!["Northwind".to_owned(), name.to_owned()],
            account: is_account.then(|| AccountId::random(random)),
            account_name: is_account.then(|| name.to_owned()),
            certificate: None,
            at: NOW + Duration::days(7),
            day: None,
            raised_at: NOW,
            closed_at: None,
        }
    }

    fn digest(platform: &str, alerts: &[Alert]) -> Digest {
        let url = "https://backups.example.org:8443".parse().unwrap();
        Digest::of(platform, alerts, NOW, &url)
    }

    #[test]
    fn a_mail_says_what_and_where_and_what_to_do() {
        let alerts = [
            alert(AlertKind::CertificateExpires, "Radiology"),
            alert(AlertKind::KeyNotCaptured, "ws-1"),
            alert(AlertKind::EndedCredentialUsed, "ws-2"),
        ];
        let digest = digest("Northwind Backups", &alerts);
        assert_eq!(digest.subject, "Keyfold: 3 alerts on Northwind Backups");
        insta::assert_snapshot!(digest.text);
    }

    #[test]
    fn many_alerts_are_counted() {
        let one = alert(AlertKind::KeyNotCaptured, "ws");
        let digest = digest("Northwind", &vec![one; 1000]);
        assert_eq!(digest.subject, "Keyfold: 1000 alerts on Northwind");
        assert!(digest.text.contains("  * and 950 more\n"));
        assert_eq!(digest.text.matches("  * ws in ").count(), 50);
    }

    #[test]
    fn no_name_makes_a_line_of_its_own_or_turns_one_around() {
        let hostile = "x\r\nBcc: eve@x.example\n\n.\r\n<b>\u{202e}\u{200b}\0";
        for kind in AlertKind::ALL {
            let named = digest(hostile, &[alert(*kind, hostile)]);
            let plain = digest("x", &[alert(*kind, "x")]);
            assert_eq!(named.text.lines().count(), plain.text.lines().count());
            assert!(!named.subject.contains(['\r', '\n']));
            let misleads = |c: char| c.is_control() || "\u{202e}\u{200b}".contains(c);
            assert!(!named.text.replace('\n', "").contains(misleads));
            assert!(!named.subject.contains(misleads));
        }
    }
}
