//! What a signed-in person asks, be they admin or officer: one method a route, refusals as [`ClientError::Problem`].

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::transport::Transport;
use super::{ClientError, Events};
use crate::accounts::{Account, EnrolmentToken, NewAccount};
use crate::captured_keys::{CapturedKeyId, RecoverCapturedKey, Recovery};
use crate::certificates::{CaptureProgress, UploadCertificate, Uploaded};
use crate::pages::{Page, PageQuery};
use crate::requests::{RejectRequest, Request, RequestId, SignRequest, SubmitRequest};
use crate::scopes::{Change, Coverage, NewScope, Scope};
use crate::second_factors::{
    BeginSecondFactor, ConfirmSecondFactor, NewSecondFactor, RecoveryCodes, SecondFactor,
};
use crate::sessions::{Session, User};

/// An AccountServer, seen by the person who signed in. The session's token lives in this value's memory only.
#[derive(Debug, Clone)]
pub struct UserClient {
    transport: Transport,
    token: SecretString,
    user: User,
    expires_at: OffsetDateTime,
    device: Option<Zeroizing<String>>,
}

impl UserClient {
    pub(super) fn new(transport: Transport, session: Session) -> Self {
        Self {
            transport,
            token: SecretString::from(session.token),
            user: session.user,
            expires_at: session.expires_at,
            device: session.device,
        }
    }

    /// Who signed in.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// When the AccountServer forgets the session.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// What tells this device to the user's later sign-ins.
    #[must_use]
    pub fn device(&self) -> Option<&Zeroizing<String>> {
        self.device.as_ref()
    }

    /// The pinned Authority root certificate (DER) that the AccountServer presented.
    #[must_use]
    pub fn authority_root(&self) -> Option<&[u8]> {
        self.transport.authority_root()
    }

    /// `DELETE /sessions/current`: the token works no more.
    pub async fn sign_out(self) -> Result<(), ClientError> {
        self.delete(&["sessions", "current"]).await
    }

    /// `GET /events`: what changes, as far as the user may see it. Nothing is sent yet.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(self.transport.clone(), self.token.clone())
    }

    /// `GET /sessions/current`: who signed in, as the AccountServer knows them now.
    pub async fn current_user(&self) -> Result<User, ClientError> {
        self.get(&["sessions", "current"]).await
    }
}

/// One's own second factor.
impl UserClient {
    /// `GET /sessions/current/second-factor`.
    pub async fn second_factor(&self) -> Result<SecondFactor, ClientError> {
        self.get(&["sessions", "current", "second-factor"]).await
    }

    /// `POST /sessions/current/second-factor`: a new one, to be confirmed.
    pub async fn begin_second_factor(
        &self,
        begin: &BeginSecondFactor,
    ) -> Result<NewSecondFactor, ClientError> {
        self.send(
            Method::POST,
            &["sessions", "current", "second-factor"],
            begin,
        )
        .await
    }

    /// `PUT /sessions/current/second-factor`: takes it into use.
    pub async fn confirm_second_factor(
        &self,
        confirm: &ConfirmSecondFactor,
    ) -> Result<RecoveryCodes, ClientError> {
        self.send(
            Method::PUT,
            &["sessions", "current", "second-factor"],
            confirm,
        )
        .await
    }
}

/// Collections and Groups.
impl UserClient {
    /// `POST /scopes`.
    pub async fn create_scope(&self, scope: &NewScope) -> Result<Scope, ClientError> {
        self.send(Method::POST, &["scopes"], scope).await
    }

    /// `GET /scopes/{guid}`.
    pub async fn scope(&self, scope: ScopeGuid) -> Result<Scope, ClientError> {
        self.get(&["scopes", &scope.to_string()]).await
    }

    /// `PATCH /scopes/{guid}`: rename, move.
    pub async fn change_scope(
        &self,
        scope: ScopeGuid,
        change: &Change,
    ) -> Result<Scope, ClientError> {
        self.send(Method::PATCH, &["scopes", &scope.to_string()], change)
            .await
    }

    /// `DELETE /scopes/{guid}`, when it is empty.
    pub async fn delete_scope(&self, scope: ScopeGuid) -> Result<(), ClientError> {
        self.delete(&["scopes", &scope.to_string()]).await
    }

    /// `GET /scopes/{guid}/coverage`.
    pub async fn coverage(&self, scope: ScopeGuid) -> Result<Coverage, ClientError> {
        self.get(&["scopes", &scope.to_string(), "coverage"]).await
    }
}

/// Accounts.
impl UserClient {
    /// `POST /accounts`.
    pub async fn create_account(&self, account: &NewAccount) -> Result<Account, ClientError> {
        self.send(Method::POST, &["accounts"], account).await
    }

    /// `GET /accounts/{id}`.
    pub async fn account(&self, account: AccountId) -> Result<Account, ClientError> {
        self.get(&["accounts", &account.to_string()]).await
    }

    /// `PATCH /accounts/{id}`: rename, move.
    pub async fn change_account(
        &self,
        account: AccountId,
        change: &Change,
    ) -> Result<Account, ClientError> {
        self.send(Method::PATCH, &["accounts", &account.to_string()], change)
            .await
    }

    /// `DELETE /accounts/{id}`, when nothing was captured for it.
    pub async fn delete_account(&self, account: AccountId) -> Result<(), ClientError> {
        self.delete(&["accounts", &account.to_string()]).await
    }

    /// `DELETE /accounts/{id}/agent`: the credential of a machine that was lost or stolen works no more.
    pub async fn revoke_agent(&self, account: AccountId) -> Result<(), ClientError> {
        self.delete(&["accounts", &account.to_string(), "agent"])
            .await
    }

    /// `POST /accounts/{id}/enrolment-tokens`.
    pub async fn create_enrolment(
        &self,
        account: AccountId,
    ) -> Result<EnrolmentToken, ClientError> {
        self.send(
            Method::POST,
            &["accounts", &account.to_string(), "enrolment-tokens"],
            &serde_json::json!({}),
        )
        .await
    }
}

/// Requests and Group Certificates.
impl UserClient {
    /// `GET /requests/{id}`.
    pub async fn request(&self, request: RequestId) -> Result<Request, ClientError> {
        self.get(&["requests", &request.to_string()]).await
    }

    /// `POST /requests`, as admin.
    pub async fn submit_request(&self, request: &SubmitRequest) -> Result<Request, ClientError> {
        self.send(Method::POST, &["requests"], request).await
    }

    /// `POST /requests/{id}/signature`, as officer.
    pub async fn sign_request(
        &self,
        request: RequestId,
        signed: &SignRequest,
    ) -> Result<Request, ClientError> {
        self.send(
            Method::POST,
            &["requests", &request.to_string(), "signature"],
            signed,
        )
        .await
    }

    /// `POST /requests/{id}/rejection`, as officer.
    pub async fn reject_request(
        &self,
        request: RequestId,
        rejected: &RejectRequest,
    ) -> Result<Request, ClientError> {
        self.send(
            Method::POST,
            &["requests", &request.to_string(), "rejection"],
            rejected,
        )
        .await
    }

    /// `POST /scopes/{guid}/certificates`: makes the certificate active and captures at once.
    pub async fn upload_certificate(
        &self,
        scope: ScopeGuid,
        upload: &UploadCertificate,
    ) -> Result<Uploaded, ClientError> {
        self.send(
            Method::POST,
            &["scopes", &scope.to_string(), "certificates"],
            upload,
        )
        .await
    }

    /// `GET /scopes/{guid}/certificates/{fingerprint}/capture`: how far the capture after the upload has come.
    pub async fn capture_progress(
        &self,
        scope: ScopeGuid,
        certificate: Fingerprint,
    ) -> Result<CaptureProgress, ClientError> {
        let (scope, certificate) = (scope.to_string(), certificate.to_string());
        self.get(&["scopes", &scope, "certificates", &certificate, "capture"])
            .await
    }
}

/// Captured keys.
impl UserClient {
    /// `POST /captured-keys/{id}/recoveries`: recorded first, then answered.
    pub async fn recover_captured_key(
        &self,
        captured_key: CapturedKeyId,
        recover: &RecoverCapturedKey,
    ) -> Result<Recovery, ClientError> {
        self.send(
            Method::POST,
            &["captured-keys", &captured_key.to_string(), "recoveries"],
            recover,
        )
        .await
    }
}

impl UserClient {
    /// What a list is told that goes on and on.
    pub(super) fn endless(&self) -> ClientError {
        self.transport.protocol(&"a list without an end")
    }

    /// One page of the list at this path.
    pub(super) async fn page<A: DeserializeOwned>(
        &self,
        path: &[&str],
        page: &PageQuery,
    ) -> Result<Page<A>, ClientError> {
        self.transport.page(path, page, &self.token).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<(), ClientError> {
        self.transport.delete(path, &self.token).await
    }

    pub(super) async fn get<A: DeserializeOwned>(&self, path: &[&str]) -> Result<A, ClientError> {
        self.transport.get(path, Some(&self.token)).await
    }

    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<A, ClientError> {
        self.transport
            .send(method, path, body, Some(&self.token))
            .await
    }
}
