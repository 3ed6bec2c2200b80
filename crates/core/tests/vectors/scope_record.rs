//! `scope.json`.

use keyfold_core::scope_record::ScopeRecord;
use serde_json::{Value, json};

use crate::index::{ACCEPTED, Vector, walk, write};

fn judge(file: &[u8]) -> String {
    match ScopeRecord::from_json(file) {
        Ok(record) => {
            assert_eq!(
                ScopeRecord::from_json(&record.to_json().unwrap()).as_ref(),
                Ok(&record)
            );
            ACCEPTED.to_owned()
        }
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn scope_records() {
    walk("scope_record", judge);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of faults")]
#[ignore = "makes the vectors anew"]
fn make_scope_records() {
    let record = json!({
        "magic": "keyfold-scope",
        "version": 1,
        "scope": "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
        "kind": "group",
        "name": "Surgery, Utrecht",
        "path": ["Sint Maarten", "Utrecht"],
        "platform": "https://backup.example:7443",
        "authority": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8551",
        "requested_at": "2026-11-23T21:00:00Z"
    });
    let text = serde_json::to_string_pretty(&record).unwrap() + "\n";
    let with = |member: &str, value: Value| {
        let mut changed = record.clone();
        changed[member] = value;
        serde_json::to_string_pretty(&changed).unwrap() + "\n"
    };
    let mut without_name = record.clone();
    without_name.as_object_mut().unwrap().remove("name");
    let malformed = "scope-record-malformed";
    write(
        "scope_record",
        "scope.json files. Each refused one is group.json with one fault.",
        vec![
            Vector::new("group.json", ACCEPTED, text.as_str()),
            Vector::new(
                "collection.json",
                ACCEPTED,
                with("kind", json!("collection")),
            ),
            Vector::new("top-level.json", ACCEPTED, with("path", json!([]))),
            Vector::new("compact.json", ACCEPTED, record.to_string()),
            Vector::new(
                "other-offset.json",
                ACCEPTED,
                with("requested_at", json!("2026-11-23T22:00:00+01:00")),
            ),
            Vector::new(
                "unicode-name.json",
                ACCEPTED,
                with("name", json!("Chirurgie \u{2695} 外科")),
            ),
            Vector::new("empty-file.json", malformed, ""),
            Vector::new("cut-short.json", malformed, &text[..text.len() / 2]),
            Vector::new("trailing-text.json", malformed, format!("{text}x")),
            Vector::new(
                "unknown-member.json",
                malformed,
                with("colour", json!("red")),
            ),
            Vector::new("missing-name.json", malformed, without_name.to_string()),
            Vector::new(
                "member-twice.json",
                malformed,
                text.replacen('{', "{\n  \"name\": \"x\",", 1),
            ),
            Vector::new("version-0.json", malformed, with("version", json!(0))),
            Vector::new(
                "version-as-text.json",
                malformed,
                with("version", json!("1")),
            ),
            Vector::new(
                "upper-case-guid.json",
                malformed,
                with("scope", json!("6F9619FF-8B86-4011-B42D-00CF4FC964FF")),
            ),
            Vector::new(
                "unknown-kind.json",
                malformed,
                with("kind", json!("account")),
            ),
            Vector::new(
                "short-fingerprint.json",
                malformed,
                with("authority", json!("3b0c4429")),
            ),
            Vector::new(
                "time-without-zone.json",
                malformed,
                with("requested_at", json!("2026-11-23T21:00:00")),
            ),
            Vector::new(
                "other-magic.json",
                "scope-record-wrong-magic",
                with("magic", json!("keyfold")),
            ),
            Vector::new(
                "version-2.json",
                "scope-record-newer-version",
                with("version", json!(2)),
            ),
            Vector::new(
                "blank-name.json",
                "scope-record-bad-name",
                with("name", json!(" \u{a0}")),
            ),
            Vector::new(
                "long-name.json",
                "scope-record-bad-name",
                with("name", json!("x".repeat(257))),
            ),
            Vector::new(
                "line-feed-in-path.json",
                "scope-record-bad-name",
                with("path", json!(["a\nb"])),
            ),
            Vector::new(
                "deep-path.json",
                "scope-record-too-deep",
                with("path", json!(vec!["x"; 65])),
            ),
            Vector::new(
                "http-platform.json",
                "scope-record-bad-platform",
                with("platform", json!("http://backup.example")),
            ),
            Vector::new(
                "space-in-platform.json",
                "scope-record-bad-platform",
                with("platform", json!("https://backup example")),
            ),
            Vector::new(
                "fraction-of-a-second.json",
                "scope-record-bad-time",
                with("requested_at", json!("2026-11-23T21:00:00.5Z")),
            ),
            Vector::new(
                "long-ago.json",
                "scope-record-bad-time",
                with("requested_at", json!("1969-12-31T23:59:59Z")),
            ),
            Vector::new(
                "too-large.json",
                "scope-record-too-large",
                format!("{text}{}", " ".repeat(64 * 1024)),
            ),
        ],
    );
}
