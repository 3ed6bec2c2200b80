//! Which rule holds where, and what rules may say.

use std::collections::{BTreeSet, HashMap};

use keyfold_api::alerts::{AlertKind, AlertRule, LAST_DAY, MOST_DAYS, MOST_RECIPIENTS};
use keyfold_api::audit::Act;
use lettre::Address;
use time::{Duration, OffsetDateTime};

use crate::refusal::Refusal;
use crate::store::{AlertRuleRow, DIGITS};

/// Characters of the longest mail address (RFC 5321 section 4.5.3.1.3).
const LONGEST: usize = 254;

/// Every rule of the platform, to find the one that holds for a place.
pub(super) struct Rules(HashMap<AlertKind, HashMap<String, AlertRule>>);

impl Rules {
    pub(super) fn of(rows: Vec<AlertRuleRow>) -> Self {
        // Where nobody set a rule, the usual one holds: it lies above the root.
        let usual = |kind: &AlertKind| (*kind, HashMap::from([(String::new(), kind.usual_rule())]));
        let mut rules: HashMap<_, HashMap<_, _>> = AlertKind::ALL.iter().map(usual).collect();
        for row in rows {
            let of_kind = rules.entry(row.kind).or_default();
            of_kind.insert(row.path, row.rule);
        }
        Self(rules)
    }

    /// The nearest rule above the scope with this path, its own included.
    pub(super) fn at(&self, kind: AlertKind, path: &str) -> Option<&AlertRule> {
        let of_kind = self.0.get(&kind)?;
        let mut lengths = (0..=path.len()).rev().step_by(DIGITS);
        lengths.find_map(|length| of_kind.get(path.get(..length)?))
    }

    /// Everybody whom a rule names.
    pub(super) fn recipients(&self) -> BTreeSet<&str> {
        let rules = self.0.values().flat_map(HashMap::values);
        rules
            .flat_map(|rule| rule.recipients.iter().map(String::as_str))
            .collect()
    }

    /// The most days before something that a rule of this kind names.
    pub(super) fn most_days(&self, kind: AlertKind) -> u16 {
        let rules = self.0.get(&kind).into_iter().flat_map(HashMap::values);
        let days = rules.flat_map(|rule| rule.days.iter().copied());
        days.max().unwrap_or_default()
    }
}

/// An alert is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// Which of the rule's days was reached last; none where it names none.
    pub(super) day: Option<u16>,
}

impl Due {
    fn on(day: u16) -> Self {
        Self { day: Some(day) }
    }
}

/// Whether the rule raises an alert now about what begins or comes true at this moment.
pub(super) fn reached(
    kind: AlertKind,
    rule: &AlertRule,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<Due> {
    if !rule.on {
        return None;
    }
    let days = rule.days.iter().copied();
    let length = |day: &u16| Duration::days((*day).into());
    match kind {
        AlertKind::CertificateExpires => days
            .filter(|day| at - now <= length(day))
            .min()
            .map(Due::on),
        AlertKind::KeyNotCaptured => days
            .filter(|day| now - at >= length(day))
            .max()
            .map(Due::on),
        AlertKind::EndedCredentialUsed => Some(Due { day: None }),
    }
}

/// The rule as it is stored, if it is one: days without repeats, addresses that are addresses.
pub(crate) fn check(kind: AlertKind, rule: &AlertRule) -> Result<AlertRule, Refusal> {
    let days: BTreeSet<u16> = rule.days.iter().copied().collect();
    let recipients: BTreeSet<&String> = rule.recipients.iter().collect();
    let fits = days.is_empty() != kind.has_days()
        && days.len() <= MOST_DAYS
        && days.iter().all(|day| (1..=LAST_DAY).contains(day))
        && recipients.len() <= MOST_RECIPIENTS
        && recipients.iter().all(|address| is_address(address));
    if !fits {
        return Err(Refusal::AlertRule);
    }
    Ok(AlertRule {
        on: rule.on,
        days: days.into_iter().collect(),
        recipients: recipients.into_iter().cloned().collect(),
    })
}

/// `name@host` in ASCII, without a name for people, quotes, blanks or line breaks: nothing that a header could be made of.
fn is_address(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>()[],;:\\".contains(&byte);
    text.len() <= LONGEST && text.bytes().all(plain) && text.parse::<Address>().is_ok()
}

/// The act with all that the rule says.
pub(crate) fn described(act: Act, kind: AlertKind, rule: Option<&AlertRule>) -> Act {
    let act = act.with("kind", kind);
    let Some(rule) = rule else {
        return act.with("inherited", true);
    };
    let days: Vec<String> = rule.days.iter().map(u16::to_string).collect();
    act.with("on", rule.on)
        .with("days", days.join(" "))
        .with("recipients", rule.recipients.join(" "))
}

#[cfg(test)]
mod tests {
    use keyfold_core::id::ScopeGuid;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn row(path: &str, days: &[u16]) -> AlertRuleRow {
        AlertRuleRow {
            scope: ScopeGuid::random(&mut StdRng::seed_from_u64(1)),
            path: path.to_owned(),
            kind: AlertKind::KeyNotCaptured,
            rule: AlertRule {
                on: true,
                days: days.to_vec(),
                recipients: Vec::new(),
            },
        }
    }

    #[test]
    fn the_nearest_rule_holds() {
        let rules = Rules::of(vec![row("00000001", &[5]), row("0000000100000007", &[9])]);
        let days = |path: &str| &rules.at(AlertKind::KeyNotCaptured, path).unwrap().days;
        assert_eq!(days("00000001"), &[5]);
        assert_eq!(days("0000000100000003"), &[5]);
        assert_eq!(days("000000010000000700000009"), &[9]);
        assert_eq!(days("00000002"), &[14], "the usual rule");
        assert_eq!(rules.most_days(AlertKind::KeyNotCaptured), 14);
        assert_eq!(rules.most_days(AlertKind::CertificateExpires), 90);
    }

    #[test]
    fn a_certificate_reaches_its_days_one_after_the_other() {
        let kind = AlertKind::CertificateExpires;
        let rule = kind.usual_rule();
        let left = |days: i64| {
            let due = reached(kind, &rule, NOW + Duration::days(days), NOW);
            due.map(|due| due.day)
        };
        assert_eq!(left(91), None);
        assert_eq!(left(90), Some(Some(90)));
        assert_eq!(left(31), Some(Some(90)));
        assert_eq!(left(30), Some(Some(30)));
        assert_eq!(left(1), Some(Some(1)));
        assert_eq!(left(-100), Some(Some(1)), "after its end, too");
        let off = AlertRule { on: false, ..rule };
        assert_eq!(reached(kind, &off, NOW, NOW), None);
    }

    #[test]
    fn days_and_addresses_are_checked() {
        let kind = AlertKind::CertificateExpires;
        let rule = |days: &[u16], recipients: &[&str]| AlertRule {
            on: true,
            days: days.to_vec(),
            recipients: recipients.iter().map(ToString::to_string).collect(),
        };
        let kept = check(kind, &rule(&[7, 30, 7], &["b@x.example", "a@x.example"])).unwrap();
        assert_eq!(kept, rule(&[7, 30], &["a@x.example", "b@x.example"]));
        for days in [&[][..], &[0], &[1001], &[1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            assert!(check(kind, &rule(days, &[])).is_err(), "{days:?}");
        }
        assert!(check(AlertKind::EndedCredentialUsed, &rule(&[1], &[])).is_err());
        for address in [
            "",
            "ann",
            "@x.example",
            "ann@",
            "ann@x.example\r\nBcc: eve@x.example",
            "ann@x.example\n",
            "ann@x.example,eve@x.example",
            "Ann <ann@x.example>",
            "\"ann eve\"@x.example",
            "ann@x.example eve@x.example",
            "ann\u{202e}@x.example",
            "ann@[127.0.0.1]",
            "änn@x.example",
        ] {
            assert!(check(kind, &rule(&[1], &[address])).is_err(), "{address:?}");
        }
        let many: Vec<String> = (0..21)
            .map(|number| format!("a{number}@x.example"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(check(kind, &rule(&[1], &many)).is_err());
    }
}
