//! What the Agent keeps of its enrolment: `enrolment.json`.

use anyhow::Context as _;
use keyfold_api::client::{AgentClient, Client, ClientError};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::AccountId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroize as _;

use crate::state::{StateDirectory, StateError};

const FILE: &str = "enrolment.json";
const VERSION: u8 = 1;

/// Which account this machine backs up for, and how to reach its AccountServer.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptEnrolment {
    version: u8,
    /// The AccountServer's address.
    pub(crate) server: Url,
    /// The one trust anchor.
    pub(crate) authority: Fingerprint,
    /// The account this machine backs up for.
    pub(crate) account: AccountId,
    /// Its name when the machine enrolled.
    pub(crate) account_name: String,
    /// The bearer credential.
    credential: String,
}

impl KeptEnrolment {
    pub(crate) fn new(
        server: Url,
        authority: Fingerprint,
        account: AccountId,
        account_name: String,
        credential: String,
    ) -> Self {
        Self {
            version: VERSION,
            server,
            authority,
            account,
            account_name,
            credential,
        }
    }

    /// A client that speaks for this account.
    pub(crate) fn client(&self) -> Result<AgentClient, ClientError> {
        let credential = SecretString::from(self.credential.as_str());
        Ok(Client::new(&self.server, self.authority)?.agent(credential))
    }
}

impl Drop for KeptEnrolment {
    fn drop(&mut self) {
        self.credential.zeroize();
    }
}

/// The enrolment; none when the machine is not enrolled.
pub(crate) fn read(state: &StateDirectory) -> Result<Option<KeptEnrolment>, StateError> {
    let kept: Option<KeptEnrolment> = state.read(FILE)?;
    match kept {
        Some(kept) if kept.version != VERSION => Err(state.damaged(FILE)),
        kept => Ok(kept),
    }
}

/// The enrolment, or the advice to enrol.
pub(crate) fn required(state: &StateDirectory) -> anyhow::Result<KeptEnrolment> {
    read(state)?.context(
        "this machine is not enrolled; create an enrolment string for its account in the Console, \
         and give it to `keyfold-agent enrol`",
    )
}

/// Replaces the enrolment.
pub(crate) fn write(state: &StateDirectory, enrolment: &KeptEnrolment) -> Result<(), StateError> {
    state.write(FILE, enrolment)
}
