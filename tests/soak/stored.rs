//! What the database holds, read past the AccountServers, against what they said.

use std::collections::{HashMap, HashSet};
use std::process::Command;

use anyhow::{Context as _, bail};
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::CapturedKey;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_core::key_pair::PrivateKey;

use super::Numbers;
use super::agents::Presented;

/// A row of captured keys.
pub(super) struct Row {
    account: AccountId,
    key_id: KeyId,
    certificate: String,
    content: Vec<u8>,
}

/// Reads every row with Postgres's own client.
pub(super) fn read(psql: &mut Command, database: &str) -> anyhow::Result<Vec<Row>> {
    let query = "SELECT account, key_id, encode(certificate, 'hex'), encode(content, 'hex') FROM captured_keys";
    psql.args(["--no-align", "--tuples-only", "--field-separator= "]);
    let output = psql.args(["--command", query, database]).output()?;
    if !output.status.success() {
        bail!("psql failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(row).collect()
}

fn row(line: &str) -> anyhow::Result<Row> {
    let mut columns = line.split(' ');
    let mut next = || columns.next().context("psql left a column out");
    Ok(Row {
        account: next()?.parse()?,
        key_id: next()?.parse()?,
        certificate: next()?.to_owned(),
        content: hex::decode(next()?)?,
    })
}

/// Counts what was promised, what is there, and what opens to what was presented.
pub(super) fn compare(
    history: &[Presented],
    rows: &[Row],
    key: &PrivateKey,
    root: &AuthorityRoot,
    kills: usize,
) -> anyhow::Result<Numbers> {
    let presented: HashMap<_, _> = history
        .iter()
        .map(|key| ((key.account, key.key_id), key))
        .collect();
    let mut opened = 0;
    let mut of_one: HashMap<_, usize> = HashMap::new();
    for row in rows {
        let captured = CapturedKey::from_der(&row.content)?.verify(root, &[])?;
        let (record, found) = captured.open(key, None)?;
        let original = presented.get(&(row.account, row.key_id));
        let is_its_own = record.account == row.account && record.key_id == row.key_id;
        opened += usize::from(
            is_its_own && original.is_some_and(|original| original.key.same_as(&found)),
        );
        *of_one
            .entry((row.account, row.key_id, &row.certificate))
            .or_default() += 1;
    }
    let there: HashSet<_> = rows.iter().map(|row| (row.account, row.key_id)).collect();
    let is_there = |key: &&Presented| there.contains(&(key.account, key.key_id));
    let promised = || history.iter().filter(|key| key.captured > 0);
    let unsaid = history.iter().filter(|key| key.captured == 0);
    Ok(Numbers {
        acknowledged: [
            history.iter().map(|key| key.acknowledged).sum(),
            history.iter().map(|key| key.captured).sum(),
        ],
        promised: [promised().count(), promised().filter(is_there).count()],
        rows: [rows.len(), opened],
        // The oldest and the newest are kept.
        duplicates: of_one.values().map(|rows| rows.saturating_sub(2)).sum(),
        missed: history.iter().map(|key| key.missed).sum(),
        by_upload: unsaid.filter(is_there).count(),
        kills,
    })
}
