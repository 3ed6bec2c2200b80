//! What a key looks like where it should not be.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// Long enough to be found by its middle, with bytes that differ between the base64 alphabets.
pub(crate) const CANARY: &str = "canary?>~Kf-7mQ2vX9~?>-yellow-bird-in-the-mine";

/// The forms in which the key is in there.
pub(crate) fn found_in(bytes: &[u8]) -> Vec<String> {
    let found = |(_, needle): &(String, Vec<u8>)| memmem::find(bytes, needle).is_some();
    forms()
        .into_iter()
        .filter(found)
        .map(|(form, _)| form)
        .collect()
}

/// How a key could be written: as it is, in hex, base64 at each of its three alignments and in both alphabets, UTF-16.
pub(crate) fn forms() -> Vec<(String, Vec<u8>)> {
    let raw = CANARY.as_bytes();
    let hex = hex::encode(raw);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| CANARY.encode_utf16().flat_map(bytes).collect();
    let mut forms = vec![
        ("raw".to_owned(), raw.to_vec()),
        ("hex".to_owned(), hex.clone().into_bytes()),
        ("upper-case hex".to_owned(), hex.to_uppercase().into_bytes()),
        ("UTF-16 LE".to_owned(), utf16(u16::to_le_bytes)),
        ("UTF-16 BE".to_owned(), utf16(u16::to_be_bytes)),
        (
            "a list of bytes".to_owned(),
            format!("{raw:?}").trim_matches(['[', ']']).into(),
        ),
    ];
    for offset in 0..3 {
        let shifted = [&vec![0; offset][..], raw].concat();
        // The first and last characters depend on neighbouring bytes.
        for (alphabet, text) in [
            ("base64", STANDARD_NO_PAD.encode(&shifted)),
            ("base64url", URL_SAFE_NO_PAD.encode(&shifted)),
        ] {
            let inner = text.as_bytes()[4..text.len() - 4].to_vec();
            forms.push((format!("{alphabet} at {offset}"), inner));
        }
    }
    forms
}
