//! Making a key pair and its request: generate, seal, save; away from the threads that answer the webview.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::key_pair::{GenerateError, KeySize, PrivateKey};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::{Argon2Params, MAX_LABEL_CHARS};
use keyfold_keystore::{CertificatesDirectory, KeyPairLocation};

use crate::error::{CommandError, codes};
use crate::view::requests::RequestProgressView;

/// How often progress is told at most.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Stops a key pair that is being made.
#[derive(Clone, Default)]
pub(super) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks to stop; nothing is written afterwards unless sealing has begun.
    pub(super) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that making a key pair needs.
pub(super) struct KeyRequest {
    pub(super) record: ScopeRecord,
    pub(super) key_size: KeySize,
    /// Who can open the sealed key, for people.
    pub(super) holder: String,
    pub(super) passphrase: Passphrase,
    pub(super) argon2: Argon2Params,
    pub(super) cancel: Cancel,
}

/// A key pair in its certificate folder, and its request.
pub(super) struct SavedKeyPair {
    pub(super) location: KeyPairLocation,
    pub(super) request: CertificateSigningRequest,
}

impl KeyRequest {
    /// Makes, seals and saves the key pair. Blocks for seconds to minutes.
    pub(super) fn run(
        self,
        directory: &CertificatesDirectory,
        progress: &dyn Fn(RequestProgressView),
    ) -> Result<SavedKeyPair, CommandError> {
        // What could not be written down must not cost the admin a minute first.
        self.record
            .to_json()
            .map_err(|error| CommandError::because(codes::KEY_NOT_MADE, &error))?;
        let mut rng = rand::rng();
        let key = self.generate(&mut rng, progress)?;
        let request = CertificateSigningRequest::build(&key, self.record.scope, &self.record.name)
            .map_err(|error| CommandError::because(codes::KEY_NOT_MADE, &error))?;
        if self.cancel.is_cancelled() {
            return Err(CommandError::new(codes::CANCELLED));
        }
        progress(RequestProgressView::Sealing);
        let location = directory.save_key_pair(
            &self.record,
            &key,
            &holder_label(&self.holder),
            &self.passphrase,
            self.argon2,
            &request,
            self.record.requested_at,
            &mut rng,
        )?;
        Ok(SavedKeyPair { location, request })
    }

    fn generate(
        &self,
        rng: &mut rand::rngs::ThreadRng,
        progress: &dyn Fn(RequestProgressView),
    ) -> Result<PrivateKey, CommandError> {
        progress(RequestProgressView::GeneratingKeyPair { fraction: 0.0 });
        let mut told = Instant::now();
        PrivateKey::generate(self.key_size, rng, &mut |state| {
            if self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                progress(RequestProgressView::GeneratingKeyPair {
                    fraction: state.fraction,
                });
            }
            ControlFlow::Continue(())
        })
        .map_err(|error| match error {
            GenerateError::Cancelled => CommandError::new(codes::CANCELLED),
            GenerateError::Inconsistent => CommandError::because(codes::KEY_NOT_MADE, &error),
        })
    }
}

/// The name of whoever holds the passphrase, as a slot's label takes it.
fn holder_label(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    let short: String = plain.trim().chars().take(MAX_LABEL_CHARS).collect();
    match short.trim() {
        "" => "administrator".to_owned(),
        label => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::path::Path;

    use keyfold_core::fingerprint::Fingerprint;
    use keyfold_core::id::{ScopeGuid, ScopeKind};
    use time::macros::datetime;

    use super::*;

    #[test]
    fn labels_are_plain_and_short() {
        assert_eq!(holder_label(" Ada\u{7} Lovelace\n"), "Ada Lovelace");
        assert_eq!(holder_label("\t\n"), "administrator");
        assert_eq!(
            holder_label(&"é".repeat(100)).chars().count(),
            MAX_LABEL_CHARS
        );
        let split = format!("{} x", "a".repeat(MAX_LABEL_CHARS - 1));
        assert_eq!(holder_label(&split), "a".repeat(MAX_LABEL_CHARS - 1));
    }

    fn request(name: &str, cancel: Cancel) -> KeyRequest {
        KeyRequest {
            record: ScopeRecord {
                scope: ScopeGuid::random(&mut rand::rng()),
                kind: ScopeKind::Group,
                name: name.to_owned(),
                path: Vec::new(),
                platform: "https://localhost:8443/".to_owned(),
                authority: Fingerprint::of(b"root"),
                requested_at: datetime!(2026-06-01 12:00 UTC),
            },
            key_size: KeySize::Rsa3072,
            holder: "Ada".to_owned(),
            passphrase: Passphrase::new("correct horse".to_owned()).unwrap(),
            argon2: Argon2Params::MIN,
            cancel,
        }
    }

    /// The steps that were told, and what became of the request.
    fn run(request: KeyRequest, directory: &Path) -> (Vec<f64>, bool, Result<(), String>) {
        let (fractions, sealing) = (RefCell::new(Vec::new()), Cell::new(false));
        let tell = |step| match step {
            RequestProgressView::GeneratingKeyPair { fraction } => {
                fractions.borrow_mut().push(fraction);
            }
            _ => sealing.set(true),
        };
        let directory = CertificatesDirectory::at(directory).unwrap();
        let outcome = request
            .run(&directory, &tell)
            .map(drop)
            .map_err(|error| error.code);
        (fractions.into_inner(), sealing.get(), outcome)
    }

    #[test]
    fn progress_never_goes_back_and_the_key_pair_is_saved() {
        let home = tempfile::tempdir().unwrap();
        let (fractions, sealed, outcome) =
            run(request("Willowmere", Cancel::default()), home.path());
        assert_eq!((sealed, outcome), (true, Ok(())));
        assert!(
            fractions.is_sorted() && fractions[0] == 0.0,
            "{fractions:?}"
        );
        let report = CertificatesDirectory::at(home.path())
            .unwrap()
            .list()
            .unwrap();
        assert_eq!(report[0].key_pairs[0].slots, ["Ada"]);
    }

    #[test]
    fn a_cancelled_request_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        cancel.cancel();
        let (_, sealed, outcome) = run(request("Willowmere", cancel), home.path());
        assert_eq!((sealed, outcome), (false, Err(codes::CANCELLED.to_owned())));
        assert!(
            CertificatesDirectory::at(home.path())
                .unwrap()
                .list()
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_name_that_cannot_be_written_down_is_refused_before_any_work() {
        let home = tempfile::tempdir().unwrap();
        let (fractions, _, outcome) =
            run(request("Willow\u{7}mere", Cancel::default()), home.path());
        assert_eq!(
            (fractions.len(), outcome),
            (0, Err(codes::KEY_NOT_MADE.to_owned()))
        );
    }
}
