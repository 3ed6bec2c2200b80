//! What an enrolled Agent asks.

use reqwest::Method;
use secrecy::SecretString;

use super::ClientError;
use super::transport::Transport;
use crate::agents::{
    AgentAccount, BackupEnded, BackupId, BackupStarted, EndBackup, NewCredential, StartBackup,
};
use crate::end_to_end::{CertificatesAbove, ChooseEndToEnd};
use crate::idempotency::IdempotencyKey;

/// An AccountServer, seen by one enrolled Agent.
#[derive(Debug, Clone)]
pub struct AgentClient {
    transport: Transport,
    credential: SecretString,
}

impl AgentClient {
    pub(super) fn new(transport: Transport, credential: SecretString) -> Self {
        Self {
            transport,
            credential,
        }
    }

    /// `GET /agent/account`.
    pub async fn account(&self) -> Result<AgentAccount, ClientError> {
        self.transport
            .get(&["agent", "account"], Some(&self.credential))
            .await
    }

    /// `POST /agent/credentials`: the next credential, to be stored before it is used. This client goes on with the present
    /// one, which works until the next one was used.
    pub async fn renew_credential(&self) -> Result<NewCredential, ClientError> {
        self.transport
            .send(
                Method::POST,
                &["agent", "credentials"],
                &serde_json::json!({}),
                Some(&self.credential),
            )
            .await
    }

    /// `PUT /agent/end-to-end`: whether this Agent keeps its key from the AccountServer.
    pub async fn choose_end_to_end(&self, on: bool) -> Result<(), ClientError> {
        let choice = ChooseEndToEnd { on };
        let path = ["agent", "end-to-end"];
        self.transport
            .send(Method::PUT, &path, &choice, Some(&self.credential))
            .await
            .map(|ChooseEndToEnd { .. }| ())
    }

    /// `GET /agent/certificates`. Nothing of the answer is checked yet.
    pub async fn certificates_above(&self) -> Result<CertificatesAbove, ClientError> {
        self.transport
            .get(&["agent", "certificates"], Some(&self.credential))
            .await
    }

    /// `POST /agent/backups`: presents the key. The same idempotency key again starts no second backup.
    pub async fn start_backup(
        &self,
        key: &IdempotencyKey,
        start: &StartBackup,
    ) -> Result<BackupStarted, ClientError> {
        self.transport
            .send_as(
                key,
                Method::POST,
                &["agent", "backups"],
                start,
                Some(&self.credential),
            )
            .await
    }

    /// `POST /agent/backups/{id}/end`; saying it twice is harmless.
    pub async fn end_backup(
        &self,
        key: &IdempotencyKey,
        backup: BackupId,
        end: &EndBackup,
    ) -> Result<BackupEnded, ClientError> {
        let path = ["agent", "backups", &backup.to_string(), "end"];
        self.transport
            .send_as(key, Method::POST, &path, end, Some(&self.credential))
            .await
    }
}
