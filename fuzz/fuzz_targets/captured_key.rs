//! Captured keys: neither reading nor verifying panics.
#![no_main]

use std::sync::LazyLock;

use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::CapturedKey;
use libfuzzer_sys::fuzz_target;

static ROOT: LazyLock<AuthorityRoot> = LazyLock::new(|| {
    let pem = include_bytes!("../../tests/vectors/pki/root.pem");
    AuthorityRoot::from_pem(pem).expect("a root certificate")
});

fuzz_target!(|file: &[u8]| {
    if let Ok(captured) = CapturedKey::from_pem_or_der(file) {
        let again = CapturedKey::from_der(file);
        assert!(file.starts_with(b"-----BEGIN") || again.as_ref() == Ok(&captured));
        // Verdicts are the vectors' business.
        drop(captured.verify(&ROOT, &[]));
    }
});
