//! Requests for Group Certificates.

use std::sync::Arc;

use keyfold_api::requests::SubmitRequest;
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::Argon2Params;

use super::key_request::{Cancel, KeyRequest};
use super::{Console, blocking, lock, parse};
use crate::error::{CommandError, codes};
use crate::files::write_atomically;
use crate::passphrase_strength::judge;
use crate::secret_text::SecretText;
use crate::view::requests::{
    KeySizeView, PassphraseStrengthView, RequestProgressView, RequestView, RequestedView,
};

impl Console {
    /// How strong a passphrase is; nothing of it is kept.
    pub async fn passphrase_strength(
        &self,
        passphrase: SecretText,
        scope_name: String,
    ) -> Result<PassphraseStrengthView, CommandError> {
        let person = self
            .user()
            .map(|user| user.user().display_name.clone())
            .unwrap_or_default();
        blocking(move || judge(passphrase.expose(), &[&scope_name, &person])).await
    }

    /// Makes a key pair, seals it into the scope's certificate folder and submits its request.
    ///
    /// Once the key pair is saved this succeeds: a request that does not reach the platform is reported in
    /// `not_submitted` and can be submitted again.
    pub async fn request_certificate(
        &self,
        scope: &str,
        key_size: KeySizeView,
        passphrase: SecretText,
        progress: impl Fn(RequestProgressView) + Clone + Send + 'static,
    ) -> Result<RequestedView, CommandError> {
        let guid: ScopeGuid = parse(scope)?;
        let user = self.user()?;
        let platform = self.saved_platform()?;
        let (scope, scopes) = self.fetch_scope(guid).await?;
        let person = user.user().clone();
        let running = RunningRequest::begin(self)?;
        if !judge(passphrase.expose(), &[&scope.name, &person.display_name]).acceptable {
            return Err(CommandError::new(codes::PASSPHRASE_TOO_WEAK));
        }
        let request = KeyRequest {
            record: ScopeRecord {
                scope: guid,
                kind: scope.kind,
                name: scope.name.clone(),
                path: scopes.path(guid),
                platform: platform.address.to_string(),
                authority: platform.authority,
                requested_at: whole_seconds(self.now()),
            },
            key_size: key_size.into(),
            holder: person.display_name,
            passphrase: Passphrase::new(passphrase.into_string())?,
            argon2: Argon2Params::DEFAULT,
            cancel: running.cancel.clone(),
        };
        let tell = progress.clone();
        let saved = self
            .in_certificates(move |directory| request.run(directory, &tell))
            .await?;
        drop(running);
        progress(RequestProgressView::Submitting);
        let submitted = self.answered(user.submit_request(&submission(&saved.request)).await);
        Ok(RequestedView {
            scope: guid.to_string(),
            scope_name: scope.name,
            spki_fingerprint: saved.request.spki_fingerprint().to_string(),
            folder: saved.location.folder.display().to_string(),
            not_submitted: submitted.err(),
        })
    }

    /// Stops the key pair that is being made; `request_certificate` then fails with `cancelled`.
    pub fn cancel_request(&self) {
        if let Some(cancel) = &*lock(&self.running_request) {
            cancel.cancel();
        }
    }

    /// Submits a saved request again, after `not_submitted`.
    pub async fn submit_request(
        &self,
        scope: &str,
        spki_fingerprint: &str,
    ) -> Result<RequestView, CommandError> {
        let user = self.user()?;
        let request = self
            .saved_request(parse(scope)?, parse(spki_fingerprint)?)
            .await?;
        let submitted = self.answered(user.submit_request(&submission(&request)).await)?;
        Ok(RequestView::new(&submitted, &self.local_keys().await))
    }

    /// Saves a copy of a request where the admin chooses; none when the dialog was dismissed.
    pub async fn save_request_copy(
        &self,
        scope: &str,
        spki_fingerprint: &str,
    ) -> Result<Option<String>, CommandError> {
        let request = self
            .saved_request(parse(scope)?, parse(spki_fingerprint)?)
            .await?;
        let desktop = Arc::clone(&self.desktop);
        blocking(move || {
            let name = format!("request-{}.pem", request.spki_fingerprint().short());
            let Some(file) = desktop.pick_destination(&name) else {
                return Ok(None);
            };
            write_atomically(&file, request.to_pem().as_bytes()).map_err(|error| {
                CommandError::because(codes::FILE_NOT_WRITTEN, &error).with("path", file.display())
            })?;
            Ok(Some(file.display().to_string()))
        })
        .await?
    }

    async fn saved_request(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
    ) -> Result<CertificateSigningRequest, CommandError> {
        self.in_certificates(move |directory| directory.request(scope, spki_fingerprint))
            .await
    }
}

/// The one key pair that is being made; another can begin when this is dropped.
struct RunningRequest<'a> {
    console: &'a Console,
    cancel: Cancel,
}

impl<'a> RunningRequest<'a> {
    fn begin(console: &'a Console) -> Result<Self, CommandError> {
        let mut running = lock(&console.running_request);
        if running.is_some() {
            return Err(CommandError::new(codes::REQUEST_RUNNING));
        }
        let cancel = running.insert(Cancel::default()).clone();
        Ok(Self { console, cancel })
    }
}

impl Drop for RunningRequest<'_> {
    fn drop(&mut self) {
        // When the answer is not awaited any more, nobody wants the key pair either.
        self.cancel.cancel();
        *lock(&self.console.running_request) = None;
    }
}

fn submission(request: &CertificateSigningRequest) -> SubmitRequest {
    SubmitRequest {
        request: request.to_pem(),
    }
}

fn whole_seconds(moment: time::OffsetDateTime) -> time::OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}
