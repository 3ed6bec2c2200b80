//! A backup that completed while the AccountServer could not be told: `unreported.json`. It does not hold the key.

use keyfold_api::client::AgentClient;
use keyfold_core::id::KeyId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::backup::words;
use crate::key_file::KeptKey;
use crate::report::{Report, Reported};
use crate::say::say;
use crate::state::{StateDirectory, StateError};

const FILE: &str = "unreported.json";
const VERSION: u8 = 1;

/// The last completed backup, when it is not reported.
#[derive(Serialize, Deserialize)]
pub(crate) struct Unreported {
    version: u8,
    key_id: KeyId,
    #[serde(flatten)]
    ran: Reported,
    #[serde(with = "time::serde::rfc3339")]
    ended_at: OffsetDateTime,
    /// How far the report got; what earlier versions wrote says nothing of it.
    #[serde(default = "Report::new")]
    report: Report,
}

impl Unreported {
    pub(crate) fn new(
        key_id: KeyId,
        ran: Reported,
        ended_at: OffsetDateTime,
        report: Report,
    ) -> Self {
        Self {
            version: VERSION,
            key_id,
            ran,
            ended_at,
            report,
        }
    }
}

/// Remembers the backup until it is reported.
pub(crate) fn keep(state: &StateDirectory, unreported: &Unreported) -> Result<(), StateError> {
    state.write(FILE, unreported)
}

/// Nothing is left to report.
pub(crate) fn forget(state: &StateDirectory) -> Result<(), StateError> {
    state.remove(FILE)
}

/// Reports what is left to report, and says how that went; a failure waits for the next chance.
pub(crate) async fn present(state: &StateDirectory, platform: &AgentClient, key: &KeptKey) {
    if let Err(error) = try_present(state, platform, key).await {
        say(&format!(
            "an earlier backup is still not reported: {error:#}"
        ));
    }
}

async fn try_present(
    state: &StateDirectory,
    platform: &AgentClient,
    key: &KeptKey,
) -> anyhow::Result<()> {
    let Some(mut unreported) = state.read::<Unreported>(FILE)? else {
        return Ok(());
    };
    if unreported.version != VERSION {
        return Err(state.damaged(FILE).into());
    }
    if unreported.key_id != key.id {
        say(
            "an earlier backup used another key, which is not here any more; it cannot be presented.",
        );
        return Ok(forget(state)?);
    }
    let reported = unreported
        .report
        .completed(state, platform, key, &unreported.ran)
        .await;
    let ended = match reported {
        Ok(ended) => ended,
        Err(error) => {
            keep(state, &unreported)?;
            return Err(error);
        }
    };
    forget(state)?;
    say(&format!(
        "the backup of {} is reported now; {}",
        unreported.ended_at.date(),
        words(&ended)
    ));
    Ok(())
}
