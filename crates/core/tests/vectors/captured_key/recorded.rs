//! Faults of the record in the innermost.

use keyfold_core::captured_key::CaptureRecord;
use time::macros::datetime;

use super::{good, record, vector};
use crate::forge::Forgery;
use crate::index::Vector;

const OTHER: &str = "11111111-1111-4111-8111-111111111111";

#[expect(clippy::too_many_lines, reason = "a table of faults")]
pub(super) fn refused() -> Vec<Vector> {
    let malformed = "open-malformed-record";
    let says = |file: &str, expect: &str, from: &str, to: &str| {
        vector(file, expect, &good().say(from, to).sign())
    };
    let text = |what: &dyn std::fmt::Display| what.to_string();
    let record = record();
    let later = CaptureRecord {
        captured_at: datetime!(2026-11-23 21:00:01 UTC),
        ..record.clone()
    };
    vec![
        says("record-not-json", malformed, "{\"version\"", "version"),
        says("record-trailing-text", malformed, "]}", "]}x"),
        says(
            "record-unknown-member",
            malformed,
            "\"version\":1",
            "\"version\":1,\"colour\":\"red\"",
        ),
        says(
            "record-member-twice",
            malformed,
            "\"version\":1",
            "\"version\":1,\"version\":1",
        ),
        says(
            "record-version-0",
            malformed,
            "\"version\":1",
            "\"version\":0",
        ),
        says(
            "record-escaped-name",
            malformed,
            "\"password\"",
            "\"p\\u0061ssword\"",
        ),
        says(
            "record-base64url",
            malformed,
            "Y29ycmVjdCBob3JzZQ==",
            "_-8=",
        ),
        says(
            "record-base64-without-padding",
            malformed,
            "Y29ycmVjdCBob3JzZQ==",
            "Y29ycmVjdCBob3JzZQ",
        ),
        says(
            "record-version-2",
            "open-newer-version",
            "\"version\":1",
            "\"version\":2",
        ),
        says(
            "no-secrets",
            "encryption-key-no-secrets",
            "{\"name\":\"password\",\"value\":\"Y29ycmVjdCBob3JzZQ==\"}",
            "",
        ),
        says(
            "empty-secret",
            "encryption-key-empty-secret",
            "Y29ycmVjdCBob3JzZQ==",
            "",
        ),
        says(
            "bad-secret-name",
            "encryption-key-bad-name",
            "\"password\"",
            "\"Password\"",
        ),
        says(
            "secret-name-twice",
            "encryption-key-duplicate-name",
            "\"secrets\":[",
            "\"secrets\":[{\"name\":\"password\",\"value\":\"eA==\"},",
        ),
        says(
            "other-account",
            "open-account-differs",
            &text(&record.account),
            OTHER,
        ),
        says(
            "other-scope",
            "open-scope-differs",
            &text(&record.scope),
            OTHER,
        ),
        says(
            "other-key-id",
            "open-key-id-differs",
            &text(&record.key_id),
            OTHER,
        ),
        says(
            "other-certificate",
            "open-certificate-differs",
            &text(&record.certificate),
            &"0".repeat(64),
        ),
        says(
            "other-time-inside",
            "open-signing-time-differs",
            "21:00:00Z",
            "21:00:01Z",
        ),
        vector(
            "other-capture-time",
            "open-capture-time-differs",
            &Forgery::new(&later),
        ),
    ]
}
