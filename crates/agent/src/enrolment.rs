//! What the Agent keeps of its enrolment: `enrolment.json`.

use anyhow::Context as _;
use keyfold_api::client::{AgentClient, Client, ClientError};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::AccountId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
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
    /// When the AccountServer gave it; none in what earlier versions wrote.
    #[serde(default, with = "time::serde::rfc3339::option")]
    credential_since: Option<OffsetDateTime>,
}

impl KeptEnrolment {
    pub(crate) fn new(
        server: Url,
        authority: Fingerprint,
        account: AccountId,
        account_name: String,
        credential: String,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            version: VERSION,
            server,
            authority,
            account,
            account_name,
            credential,
            credential_since: Some(now),
        }
    }

    /// Whether the credential is younger than this. One from the future was given by another clock, and is not.
    pub(crate) fn is_fresh(&self, now: OffsetDateTime, life: Duration) -> bool {
        self.credential_since
            .is_some_and(|since| since <= now && now - since < life)
    }

    /// Takes the next credential, which is used once this is written.
    pub(crate) fn renew(&mut self, credential: String, now: OffsetDateTime) {
        self.credential.zeroize();
        self.credential = credential;
        self.credential_since = Some(now);
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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_credential_is_fresh_for_its_life_and_one_of_unknown_age_is_not() {
        let now = datetime!(2026-03-01 12:00 UTC);
        let mut kept = KeptEnrolment::new(
            "https://backups.example.org".parse().unwrap(),
            Fingerprint::of(b""),
            "40000000-0000-4000-8000-000000000004".parse().unwrap(),
            "ward-3".to_owned(),
            "secret".to_owned(),
            now,
        );
        let is_fresh = |kept: &KeptEnrolment, at| kept.is_fresh(at, Duration::DAY);
        assert!(is_fresh(&kept, now) && is_fresh(&kept, now + Duration::HOUR));
        assert!(!is_fresh(&kept, now + Duration::DAY) && !is_fresh(&kept, now - Duration::HOUR));
        kept.renew("next".to_owned(), now + Duration::DAY);
        assert!(is_fresh(&kept, now + Duration::DAY));
        let mut written = serde_json::to_value(&kept).unwrap();
        written.as_object_mut().unwrap().remove("credential_since");
        let earlier: KeptEnrolment = serde_json::from_value(written).unwrap();
        assert!(!is_fresh(&earlier, now));
        assert_eq!(earlier.credential, "next");
    }
}
