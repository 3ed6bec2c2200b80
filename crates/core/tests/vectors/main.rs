//! The vectors in `tests/vectors/`: every file is judged as its index says, and every file is in the index.
//!
//! `cargo test -p keyfold-core --test vectors -- --ignored` makes them anew, after `tests/vectors/pki/make.sh`.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod captured_key;
mod forge;
mod index;
mod scope_record;
mod sealed_key;

use std::path::PathBuf;

use keyfold_core::key_pair::PrivateKey;

/// A file of `tests/vectors/`.
fn vectors(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(path)
}

fn pki(name: &str) -> Vec<u8> {
    std::fs::read(vectors("pki").join(name)).unwrap()
}

fn pkcs8(name: &str) -> der::SecretDocument {
    let pem = String::from_utf8(pki(name)).unwrap();
    der::SecretDocument::from_pem(&pem).unwrap().1
}

fn private_key(name: &str) -> PrivateKey {
    PrivateKey::from_pkcs8_der(pkcs8(name).as_bytes()).unwrap()
}
