//! How one entry is chained to the next (docs/FORMATS.md, "Audit log").

use keyfold_api::audit::Act;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use serde::Serialize;

/// The first 16 bytes of what an empty log's hash is made of.
const DOMAIN: &str = "keyfold-audit 1\n";

#[derive(Serialize)]
struct Numbered<'a> {
    number: u64,
    #[serde(flatten)]
    act: &'a Act,
}

/// The hash of the log of a platform with this root Collection before its first entry.
#[must_use]
pub fn before_the_first(root: ScopeGuid) -> Fingerprint {
    Fingerprint::of(format!("{DOMAIN}{root}\n").as_bytes())
}

/// What is stored of an entry, and hashed: one line of JSON.
pub fn text(number: u64, act: &Act) -> serde_json::Result<String> {
    serde_json::to_string(&Numbered { number, act })
}

/// The hash of an entry that follows the one with the hash `before`.
#[must_use]
pub fn link(before: Fingerprint, text: &str) -> Fingerprint {
    let mut bytes = before.as_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    Fingerprint::of(&bytes)
}

#[cfg(test)]
mod tests {
    use keyfold_api::audit::{Action, By};
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_entry_has_one_spelling() {
        let root: ScopeGuid = "10000000-0000-4000-8000-000000000001".parse().unwrap();
        let by = By::User("Änne \"A\"\u{7f}".to_owned());
        let act = Act::new(datetime!(2026-03-01 12:00 UTC), by, Action::RenameScope)
            .scope(root)
            .named("a\n\\b\u{1}")
            .with("former_name", "ö");
        let text = text(1, &act).unwrap();
        let hash = link(before_the_first(root), &text);
        insta::assert_snapshot!(format!("{text}\n{hash}"));
    }
}
