//! `status`: whether the AccountServer answers, and has captured the present key.

use keyfold_api::accounts::KeyState;
use keyfold_api::agents::AgentAccount;
use keyfold_core::id::{AccountId, KeyId};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::cli::StatusArgs;
use crate::enrolment::{self, KeptEnrolment};
use crate::key_file::{self, KeptKey, Slot};
use crate::last_run::{self, LastRun};
use crate::state::StateDirectory;
use crate::{end_to_end, renewal, rotation, unreported};

/// The AccountServer did not answer.
const UNREACHABLE: i32 = 1;
/// With `--check`: the present key could not be recovered.
const NOT_CAPTURED: i32 = 2;
/// With `--check`: people know the key, and it is not changed yet.
const DISCLOSED: i32 = 3;

/// All that there is to say.
#[derive(Serialize)]
struct Status {
    account: AccountId,
    account_name: String,
    server: Url,
    /// Why the AccountServer does not answer; none when it does.
    unreachable: Option<String>,
    /// The present key; none when none is set.
    key_id: Option<KeyId>,
    /// Whether the AccountServer has captured that very key; none when it does not answer.
    captured: Option<bool>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_backup_at: Option<OffsetDateTime>,
    /// Since when the account is marked because people were shown its key; none when it is not.
    #[serde(with = "time::serde::rfc3339::option")]
    disclosed_at: Option<OffsetDateTime>,
    /// Whether the key is captured end to end: the AccountServer never has it.
    end_to_end: bool,
    /// How the tool's last run on this machine went.
    last_run: Option<LastRun>,
    /// Whether a change of the key broke off.
    key_change_pending: bool,
    #[serde(skip)]
    recovery: &'static str,
}

/// Prints the state, and presents a backup that is not reported yet.
pub(crate) async fn status(state: &StateDirectory, args: &StatusArgs) -> anyhow::Result<i32> {
    let key = key_file::read(state, Slot::Present)?;
    let status = asked(state, enrolment::required(state)?, key.as_ref()).await?;
    if args.json {
        println!("{}", serde_json::to_string(&status)?);
    } else {
        status.print(state);
    }
    Ok(match (&status.unreachable, status.captured) {
        (Some(_), _) => UNREACHABLE,
        (None, Some(true)) if args.check && status.disclosed_at.is_some() => DISCLOSED,
        (None, Some(true)) => 0,
        (None, _) if args.check => NOT_CAPTURED,
        (None, _) => 0,
    })
}

async fn asked(
    state: &StateDirectory,
    enrolment: KeptEnrolment,
    key: Option<&KeptKey>,
) -> anyhow::Result<Status> {
    let mut status = Status {
        account: enrolment.account,
        account_name: enrolment.account_name.clone(),
        server: enrolment.server.clone(),
        unreachable: None,
        key_id: key.map(|key| key.id),
        captured: None,
        last_backup_at: None,
        disclosed_at: None,
        end_to_end: end_to_end::read(state)?.is_some(),
        last_run: last_run::read(state)?,
        key_change_pending: rotation::is_pending(state)?,
        recovery: "unknown, because the AccountServer does not answer",
    };
    let platform = renewal::client(state, enrolment).await?;
    if let Some(key) = key {
        unreported::present(state, &platform, key).await;
    }
    match platform.account().await {
        Ok(account) => {
            status.captured = Some(has_captured(&account, status.key_id));
            status.last_backup_at = account.last_backup_at;
            status.disclosed_at = account.disclosed_at;
            status.recovery = recovery(&account, status.key_id);
        }
        Err(error) => status.unreachable = Some(error.to_string()),
    }
    Ok(status)
}

impl Status {
    fn print(&self, state: &StateDirectory) {
        println!("Files:    {}", state.path().display());
        match &self.key_id {
            Some(key) => println!("Key:      {key}"),
            None => println!(
                "Key:      none; run `keyfold-agent key generate` or `keyfold-agent key set`"
            ),
        }
        println!("Account:  {} ({})", self.account_name, self.account);
        match &self.unreachable {
            None => println!("Platform: {}, which answers", self.server),
            Some(reason) => println!("Platform: {}, which does not answer: {reason}", self.server),
        }
        if self.unreachable.is_none() {
            println!("Backup:   {}", last_backup(self.last_backup_at));
        }
        if let Some(run) = &self.last_run {
            println!("Last run: {}: {}", run.day(), run.words());
        }
        if self.end_to_end {
            println!("Capture:  end-to-end; `keyfold-agent end-to-end` says to whom");
        }
        if self.disclosed_at.is_some() {
            println!(
                "Warning:  the key was recovered in the Console, so people know it; the next backup changes it where the tool can"
            );
        }
        if self.key_change_pending {
            println!(
                "Change:   a change of the key is not finished; run `keyfold-agent key rotate`"
            );
        }
        println!("Recovery: {}", self.recovery);
    }
}

fn last_backup(at: Option<OffsetDateTime>) -> String {
    let at = at.and_then(|at| at.format(&Rfc3339).ok());
    at.map_or_else(
        || "none reported".to_owned(),
        |at| format!("last completed {at}"),
    )
}

/// An earlier key does not count: what is backed up now needs this one.
fn has_captured(account: &AgentAccount, key: Option<KeyId>) -> bool {
    key.is_some() && account.key_id == key && account.key_state == KeyState::Captured
}

fn recovery(account: &AgentAccount, key: Option<KeyId>) -> &'static str {
    if account.key_id.is_some() && account.key_id != key {
        return "NOT possible for the present key: another one was presented last; make a backup";
    }
    match account.key_state {
        KeyState::Captured => "the AccountServer has captured the present key",
        KeyState::InMemory => {
            "NOT captured: the key is captured as soon as a Group Certificate is uploaded"
        }
        KeyState::NeedsBackup => "NOT captured: the key is captured after one more backup",
        KeyState::Never => "NOT captured: the key is captured after the first backup",
    }
}
