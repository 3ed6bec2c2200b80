//! What an AccountServer in this process is made of: a store, a clock, and the test vectors' Authority.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_server::attempts::Attempts;
use keyfold_server::audit::denials::Denials;
use keyfold_server::cache::CacheLimits;
use keyfold_server::capture::{Jobs, Recipients};
use keyfold_server::clock::{Clock, Entropy};
use keyfold_server::operation::Operation;
use keyfold_server::passwords::Verifier;
use keyfold_server::second_factors::SealingKey;
use keyfold_server::state::{Platform, Shared};
use keyfold_server::store::sql::SqlStore;
use keyfold_server::trust::{Trust, TrustFiles};

/// The root Collection of every platform here.
pub(crate) const ROOT: &str = "10000000-0000-4000-8000-000000000001";

/// What routes work with.
pub(crate) fn platform(store: &SqlStore, clock: Arc<dyn Clock>) -> anyhow::Result<Shared> {
    let entropy = Entropy::from_system()?;
    Ok(Arc::new(Platform {
        store: Arc::new(store.clone()),
        cache: CacheLimits::default().open(Arc::clone(&clock))?,
        captures: Jobs::default(),
        recipients: Recipients::default(),
        trust: trust()?,
        clock,
        passwords: Verifier::new(&entropy)?,
        sealing_key: SealingKey::from_text(&entropy.token())?,
        entropy,
        attempts: Attempts::default(),
        identity_provider: None,
        operation: Operation::default(),
        denials: Denials::default(),
        mail: None,
        streams: Arc::default(),
        public_url: "https://backups.example.org:8443".parse()?,
    }))
}

/// The test vectors.
pub(crate) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// A file of tests/vectors.
pub(crate) fn vector(file: &str) -> anyhow::Result<Vec<u8>> {
    Ok(fs::read(vectors().join(file))?)
}

fn trust() -> anyhow::Result<Trust> {
    let pki = vectors().join("pki");
    Ok(Trust::from_files(&TrustFiles {
        authority_root: pki.join("root.pem"),
        intermediates: Vec::new(),
        revocation_list: vectors().join("platform/crl.pem"),
        capture_certificate: pki.join("capture.pem"),
        capture_key: pki.join("capture-key.pem"),
    })?)
}
