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
}
