//! Tests of the whole Rust half, without a display.

mod access;
mod contract;
pub(crate) mod fake_desktop;
mod folders;
mod ipc;
mod secrets;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{ScopeGuid, ScopeKind};
use keyfold_core::key_pair::{KeySize, PrivateKey};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::Argon2Params;
use keyfold_keystore::CertificatesDirectory;

use fake_desktop::clock;

/// One private key for all tests, because making one takes seconds.
pub(crate) static KEY: LazyLock<PrivateKey> = LazyLock::new(new_key);

/// A new private key of the least size.
pub(crate) fn new_key() -> PrivateKey {
    PrivateKey::generate(KeySize::Rsa3072, &mut rand::rng(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// The name of the scopes whose key pairs are saved.
pub(crate) const NAME: &str = "Willowmere School";

/// The passphrase that they are sealed by.
pub(crate) const PASSPHRASE: &str = "correct horse";

/// Saves [`KEY`] as a scope's key pair in a Certificates directory.
pub(crate) fn save_key_pair(directory: &Path, scope: ScopeGuid) {
    let record = ScopeRecord {
        scope,
        kind: ScopeKind::Group,
        name: NAME.to_owned(),
        path: vec!["Northwind".to_owned(), "Schools".to_owned()],
        platform: "https://localhost:8443/".to_owned(),
        authority: Fingerprint::of(b"root"),
        requested_at: clock(),
    };
    let request = CertificateSigningRequest::build(&KEY, scope, NAME).unwrap();
    let passphrase = Passphrase::new(PASSPHRASE.to_owned()).unwrap();
    CertificatesDirectory::at(directory)
        .unwrap()
        .save_key_pair(
            &record,
            &KEY,
            "Ada",
            &passphrase,
            Argon2Params::MIN,
            &request,
            clock(),
            &mut rand::rng(),
        )
        .unwrap();
}
