//! `audit`: verify and export the log.

use std::io::{ErrorKind, Write as _, stdout};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use keyfold_core::fingerprint::Fingerprint;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::data_dir::DataDir;
use crate::audit::verify::{Kept, verify};
use crate::store::AuditStore as _;

/// So many entries are in memory at a time.
const PAGE: u32 = 1000;

/// Verify or export the audit log, while the server runs or not.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Prove that the log is whole, and name the first entry that is not as it was written.
    Verify(Verify),
    /// Print the log, oldest first, as lines of JSON, each with its hash.
    Export(Export),
}

/// Prove that the log is whole.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    data_dir: DataDir,
    /// The head that an earlier verification printed: shows whether the end was cut off, or everything written anew.
    #[arg(long, value_name = "HASH")]
    expect_head: Option<Fingerprint>,
    /// The number of entries that it printed.
    #[arg(long, value_name = "N")]
    expect_count: Option<u64>,
}

/// Print the log.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    data_dir: DataDir,
    /// Begin with this entry.
    #[arg(long, value_name = "N", default_value = "1")]
    from: i64,
    /// Leave out what was done before this time, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<OffsetDateTime>,
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Verify(verify) => verify.run().await,
            Self::Export(export) => export.run().await,
        }
    }
}

impl Verify {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        let kept = Kept {
            count: self.expect_count,
            head: self.expect_head,
        };
        let verified = verify(&store, kept).await?;
        println!("entries {}\nhead {}", verified.count(), verified.head());
        Ok(())
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        let since = self.since.map(OffsetDateTime::unix_timestamp);
        let mut last = self.from.saturating_sub(1);
        loop {
            let page = store.audit_after(last, None, PAGE).await?;
            let Some(row) = page.last() else {
                return Ok(());
            };
            last = row.number;
            let mut lines = String::new();
            for row in &page {
                if since.is_none_or(|since| row.columns.acted_at >= since) {
                    lines.push_str(&row.exported()?);
                    lines.push('\n');
                }
            }
            match stdout().lock().write_all(lines.as_bytes()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.context("the log could not be written")?,
            }
        }
    }
}

fn time(text: &str) -> Result<OffsetDateTime, time::error::Parse> {
    OffsetDateTime::parse(text, &Rfc3339)
}
