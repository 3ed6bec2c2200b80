//! `recoveries`: who fetched which captured key, when and why.

use clap::Args;
use keyfold_api::audit::{Action, By};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::data_dir::DataDir;
use crate::store::AuditStore as _;

/// So many entries are read at a time.
const PAGE: u32 = 1000;

/// Print who fetched which captured key and why, oldest first, as lines of JSON.
#[derive(Debug, Args)]
pub(super) struct Recoveries {
    #[command(flatten)]
    data_dir: DataDir,
}

impl Recoveries {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        let mut last = 0;
        loop {
            let page = store
                .audit_after(last, Some(Action::FetchCapturedKey), PAGE)
                .await?;
            let Some(row) = page.last() else {
                return Ok(());
            };
            last = row.number;
            for row in &page {
                let act = row.act()?;
                let user = match act.by {
                    By::User(name) => name,
                    other => other.to_string(),
                };
                let line = json!({
                    "recovered_at": act.at.format(&Rfc3339)?,
                    "user": user,
                    "account": act.account,
                    "account_name": act.name,
                    "captured_key": act.captured_key,
                    "reason": act.why,
                });
                println!("{line}");
            }
        }
    }
}
