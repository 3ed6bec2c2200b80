//! `private-key.json`: whatever is read is written and read alike, and nothing panics.
#![no_main]

use keyfold_core::sealed_key::SealedKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(sealed) = SealedKey::from_json(file) {
        let written = sealed.to_json().expect("what was read can be written");
        assert_eq!(SealedKey::from_json(&written).as_ref(), Ok(&sealed));
    }
});
