//! The credential is renewed every thirty days, so that one that was copied does not work for ever.
//!
//! The new one is on the disk before it is used, and the old one works until then: whatever breaks off, one of the two on
//! either side fits.

use std::time::Duration;

use anyhow::Context as _;
use keyfold_api::client::{AgentClient, ClientError};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::enrolment::{self, KeptEnrolment};
use crate::say::say;
use crate::state::StateDirectory;

/// Locked while the credential is renewed.
const LOCK: &str = "renewal.lock";
const LIFE: time::Duration = time::Duration::days(30);
/// An AccountServer that does not answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client with a credential that is not old, if that can be had; with the one that is kept, if not.
pub(crate) async fn client(
    state: &StateDirectory,
    kept: KeptEnrolment,
) -> Result<AgentClient, ClientError> {
    let now = OffsetDateTime::now_utc();
    if kept.is_fresh(now, LIFE) {
        return kept.client();
    }
    match renewed(state, now).await {
        Ok(renewed) => renewed.unwrap_or(kept).client(),
        // A refusal is told by whatever is asked next.
        Err(error) if error.downcast_ref().is_some_and(is_refusal) => kept.client(),
        Err(error) => {
            say(&format!(
                "the credential of this machine was not renewed: {error:#}\nIt still works, and is renewed at the next chance."
            ));
            kept.client()
        }
    }
}

/// Renews the credential; none when another process of this Agent is doing so.
async fn renewed(
    state: &StateDirectory,
    now: OffsetDateTime,
) -> anyhow::Result<Option<KeptEnrolment>> {
    let Some(_lock) = state.try_lock(LOCK)? else {
        return Ok(None);
    };
    // The one before may have renewed it a moment ago.
    let mut kept = enrolment::required(state)?;
    if !kept.is_fresh(now, LIFE) {
        let client = kept.client()?;
        let next = timeout(PATIENCE, client.renew_credential())
            .await
            .context("the AccountServer does not answer")??;
        kept.renew(next.credential, now);
        enrolment::write(state, &kept)?;
    }
    Ok(Some(kept))
}

fn is_refusal(error: &ClientError) -> bool {
    matches!(error, ClientError::Problem(_))
}
