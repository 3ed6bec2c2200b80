//! `scope.json`: whatever is read is written and read alike, and nothing panics.
#![no_main]

use keyfold_core::scope_record::ScopeRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(record) = ScopeRecord::from_json(file) {
        let written = record.to_json().expect("what was read can be written");
        assert_eq!(ScopeRecord::from_json(&written).as_ref(), Ok(&record));
    }
});
