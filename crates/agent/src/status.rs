//! `status`: whether this machine's key could be recovered.

use keyfold_api::accounts::KeyState;
use keyfold_api::agents::AgentAccount;
use time::format_description::well_known::Rfc3339;

use crate::key_file::{self, KeptKey, Slot};
use crate::state::StateDirectory;
use crate::{enrolment, renewal, unreported};

/// Prints the state, and presents a backup that is not reported yet. The exit code is 0 when the AccountServer answered.
pub(crate) async fn status(state: &StateDirectory) -> anyhow::Result<i32> {
    let key = key_file::read(state, Slot::Present)?;
    println!("Files:    {}", state.path().display());
    match &key {
        Some(key) => println!("Key:      {}", key.id),
        None => {
            println!("Key:      none; run `keyfold-agent key generate` or `keyfold-agent key set`");
        }
    }
    let enrolment = enrolment::required(state)?;
    println!(
        "Account:  {} ({})",
        enrolment.account_name, enrolment.account
    );
    println!("Platform: {}", enrolment.server);
    let platform = renewal::client(state, enrolment).await?;
    if let Some(key) = &key {
        unreported::present(state, &platform, key).await;
    }
    let account = platform.account().await?;
    println!("Backup:   {}", last_backup(&account));
    println!("Recovery: {}", recovery(&account, key.as_ref()));
    Ok(0)
}

fn last_backup(account: &AgentAccount) -> String {
    let at = account
        .last_backup_at
        .and_then(|at| at.format(&Rfc3339).ok());
    at.map_or_else(
        || "none reported".to_owned(),
        |at| format!("last completed {at}"),
    )
}

fn recovery(account: &AgentAccount, key: Option<&KeptKey>) -> &'static str {
    if key.is_some_and(|key| account.key_id.is_some_and(|presented| presented != key.id)) {
        return "this key was never presented; it can be recovered after its first backup";
    }
    match account.key_state {
        KeyState::Captured => "the key could be recovered",
        KeyState::InMemory => "the key is captured as soon as a Group Certificate is uploaded",
        KeyState::NeedsBackup => "not possible now; the key is captured after one more backup",
        KeyState::Never => "not possible yet; the key is captured after the first backup",
    }
}
