//! A group admin without a window: the same calls as the Console's Rust half, in the same order.

use std::future::Future;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::accounts::{Account, NewAccount};
use keyfold_api::captured_keys::{CapturedKeySummary, RecoverCapturedKey};
use keyfold_api::certificates::{UploadCertificate, Uploaded};
use keyfold_api::client::{Client, ClientError, UserClient};
use keyfold_api::pages::PageQuery;
use keyfold_api::requests::{Request, RequestState, SubmitRequest};
use keyfold_api::scopes::{NewScope, Scope};
use keyfold_api::sessions::SignIn;
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::CapturedKey;
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, ScopeGuid, ScopeKind};
use keyfold_core::key_pair::{KeySize, PrivateKey};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::Argon2Params;
use keyfold_keystore::CertificatesDirectory;
use time::OffsetDateTime;
use tokio::runtime::Runtime;
use url::Url;

/// A signed-in admin with a Certificates directory.
pub struct Admin {
    runtime: Runtime,
    platform: Url,
    authority: Fingerprint,
    user: UserClient,
    certificates: CertificatesDirectory,
}

impl Admin {
    /// Signs in.
    pub fn sign_in(
        platform: &Url,
        authority: Fingerprint,
        user: &str,
        password: &str,
        certificates: &Path,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let client = Client::new(platform, authority)?;
        let sign_in = SignIn {
            user: user.to_owned(),
            password: password.into(),
            code: None,
            device: None,
        };
        let user = runtime.block_on(client.sign_in(&sign_in))?;
        let certificates = CertificatesDirectory::at(certificates)?;
        Ok(Self {
            runtime,
            platform: platform.clone(),
            authority,
            user,
            certificates,
        })
    }

    /// Waits for an answer of the AccountServer: `admin.ask(|user| user.platform())`.
    pub fn ask<'a, A, F>(
        &'a self,
        question: impl FnOnce(&'a UserClient) -> F,
    ) -> Result<A, ClientError>
    where
        F: Future<Output = Result<A, ClientError>> + 'a,
    {
        self.runtime.block_on(question(&self.user))
    }

    /// The Certificates directory of this admin's Console.
    #[must_use]
    pub fn certificates(&self) -> &CertificatesDirectory {
        &self.certificates
    }

    /// The root Collection.
    pub fn root(&self) -> anyhow::Result<Scope> {
        let scopes = self.ask(|user| user.all(|page| user.scopes(page)))?;
        scopes
            .into_iter()
            .find(|scope| scope.parent.is_none())
            .context("the platform has no root Collection")
    }

    /// Makes a Collection or a Group.
    pub fn create_scope(
        &self,
        kind: ScopeKind,
        name: &str,
        parent: ScopeGuid,
    ) -> anyhow::Result<Scope> {
        let scope = NewScope {
            kind,
            name: name.to_owned(),
            parent,
        };
        Ok(self.ask(|user| async move { user.create_scope(&scope).await })?)
    }

    /// Makes an account and the enrolment string for its Agent.
    pub fn create_account(
        &self,
        name: &str,
        group: ScopeGuid,
    ) -> anyhow::Result<(Account, String)> {
        let account = NewAccount {
            name: name.to_owned(),
            group,
        };
        let account = self.ask(|user| async move { user.create_account(&account).await })?;
        let token = self.ask(|user| user.create_enrolment(account.id))?;
        Ok((account, token.enrolment))
    }

    /// *Request Group Certificate…*: makes the key pair, seals it in the Certificates directory and submits the request.
    pub fn request_certificate(
        &self,
        scope: &Scope,
        size: KeySize,
        passphrase: &str,
        cost: Argon2Params,
    ) -> anyhow::Result<Request> {
        let mut rng = rand::rng();
        let key = PrivateKey::generate(size, &mut rng, &mut |_| ControlFlow::Continue(()))?;
        let request = CertificateSigningRequest::build(&key, scope.guid, &scope.name)?;
        let now = OffsetDateTime::now_utc().replace_nanosecond(0)?;
        let record = ScopeRecord {
            scope: scope.guid,
            kind: scope.kind,
            name: scope.name.clone(),
            path: self.path_to(scope)?,
            platform: self.platform.to_string(),
            authority: self.authority,
            requested_at: now,
        };
        let passphrase = Passphrase::new(passphrase.to_owned())?;
        self.certificates.save_key_pair(
            &record,
            &key,
            "admin",
            &passphrase,
            cost,
            &request,
            now,
            &mut rng,
        )?;
        let submit = SubmitRequest {
            request: request.to_pem(),
        };
        Ok(self.ask(|user| async move { user.submit_request(&submit).await })?)
    }

    /// *Upload signed certificate…*, from the platform: keeps it in the folder and makes it active.
    pub fn upload_signed(&self, request: &Request) -> anyhow::Result<Uploaded> {
        let signed = self.ask(|user| user.request(request.id))?;
        let RequestState::Signed { certificate, .. } = signed.state else {
            anyhow::bail!("the request is not signed: {:?}", signed.state);
        };
        let parsed = GroupCertificate::from_pem(certificate.as_bytes())?;
        let uploaded = self.upload_file(request.scope, certificate)?;
        self.certificates
            .save_certificate(request.scope, parsed.spki_fingerprint(), &parsed)?;
        Ok(uploaded)
    }

    /// *Upload signed certificate…*, from a file (PEM), in place of whichever is active.
    pub fn upload_file(
        &self,
        scope: ScopeGuid,
        certificate: String,
    ) -> Result<Uploaded, ClientError> {
        use keyfold_api::certificates::CertificateState::{Active, ExpiresSoon};
        let before = self.ask(|user| user.all(move |page| user.certificates(scope, page)))?;
        let active = before
            .iter()
            .find(|one| matches!(one.state, Active | ExpiresSoon));
        let upload = UploadCertificate {
            certificate,
            replaces: active.map(|one| one.fingerprint),
        };
        self.ask(|user| async move { user.upload_certificate(scope, &upload).await })
    }

    /// The newest captured key of an account.
    pub fn newest_captured_key(&self, account: AccountId) -> anyhow::Result<CapturedKeySummary> {
        let captured =
            self.ask(|user| user.captured_keys_of_account(account, PageQuery::default()))?;
        captured
            .items
            .into_iter()
            .next()
            .context("no key of this account is captured")
    }

    /// *Recover encryption key…*: the recovery is recorded, the captured key is verified and opened, and every field in
    /// it must be what the AccountServer says of it.
    pub fn recover(
        &self,
        captured: &CapturedKeySummary,
        reason: &str,
        passphrase: &str,
    ) -> anyhow::Result<EncryptionKey> {
        let recover = RecoverCapturedKey {
            reason: reason.to_owned(),
            code: None,
        };
        let recovery =
            self.ask(|user| async move { user.recover_captured_key(captured.id, &recover).await })?;
        ensure!(
            recovery.summary == *captured,
            "the AccountServer answered with another captured key"
        );
        let root = self
            .user
            .authority_root()
            .context("the AccountServer presented no root certificate")?;
        let root = AuthorityRoot::from_der(root)?;
        let verified =
            CapturedKey::from_der(&STANDARD.decode(&recovery.captured_key)?)?.verify(&root, &[])?;
        let passphrase = Passphrase::new(passphrase.to_owned())?;
        let key =
            self.certificates
                .unseal(captured.scope, captured.spki_fingerprint, &passphrase)?;
        let (_, encryption_key) = verified.open(&key, Some(&captured.record()))?;
        Ok(encryption_key)
    }

    /// Names from the root down to the scope's parent.
    fn path_to(&self, scope: &Scope) -> anyhow::Result<Vec<String>> {
        let scopes = self.ask(|user| user.all(|page| user.scopes(page)))?;
        let above = |scope: &Scope| scopes.iter().find(|other| Some(other.guid) == scope.parent);
        let mut path: Vec<_> = std::iter::successors(above(scope), |scope| above(scope))
            .map(|scope| scope.name.clone())
            .collect();
        path.reverse();
        Ok(path)
    }
}
