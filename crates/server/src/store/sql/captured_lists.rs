//! Captured keys, page by page.

use keyfold_api::captured_keys::CapturedKeySummary;
use keyfold_core::id::{AccountId, ScopeGuid};
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::SqlStore;
use super::captures::summary;
use super::part::{newest, part};
use super::places::Subtree;
use crate::store::{ByCertificate, InTree, Newest, Part, Slice, StoreError};

/// A query for captured keys `k` to certificates `c` of scopes `s` with paths from `$1` up to `$2`. `SQLite` keeps the
/// order of a cross join: it reads the certificates from the newest on, and stops when the page is full.
macro_rules! of_certificates {
    ($conditions:literal) => {
        concat!(
            "SELECT k.*, c.seq AS certificate_seq FROM certificates AS c CROSS JOIN scopes AS s \
             CROSS JOIN captured_key_summaries AS k \
             WHERE s.guid = c.scope AND s.path >= $1 AND s.path < $2 AND k.certificate = c.fingerprint ",
            $conditions,
            " ORDER BY c.seq DESC, k.seq DESC LIMIT $5"
        )
    };
}

impl SqlStore {
    pub(super) async fn captured_keys_of_account(
        &self,
        account: AccountId,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<CapturedKeySummary, Newest>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        let rows = query(
            "SELECT k.* FROM captured_key_summaries AS k JOIN scopes AS s ON s.guid = k.scope \
             WHERE k.account = $3 AND s.path >= $1 AND s.path < $2 AND k.seq < $4 ORDER BY k.seq DESC LIMIT $5",
        )
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .bind(account.to_string())
        .bind(slice.after.seq)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, newest, summary)
    }

    pub(super) async fn captured_keys_below(
        &self,
        top: ScopeGuid,
        slice: Slice<ByCertificate>,
    ) -> Result<Part<CapturedKeySummary, ByCertificate>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        let same = of_certificates!("AND c.seq = $3 AND k.seq < $4");
        let mut rows = by_certificate(self, same, &below, slice.after, slice.and_one()).await?;
        let missing = slice.and_one() - i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if missing > 0 {
            let older = of_certificates!("AND c.seq < $3 AND k.seq <> $4");
            let start = ByCertificate {
                seq: 0,
                ..slice.after
            };
            rows.extend(by_certificate(self, older, &below, start, missing).await?);
        }
        part(rows, slice.limit, place, summary)
    }
}

async fn by_certificate(
    store: &SqlStore,
    sql: &'static str,
    below: &Subtree,
    after: ByCertificate,
    limit: i64,
) -> Result<Vec<AnyRow>, StoreError> {
    let rows = query(sql)
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .bind(after.certificate)
        .bind(after.seq)
        .bind(limit)
        .fetch_all(&store.pool)
        .await?;
    Ok(rows)
}

fn place(row: &AnyRow) -> Result<ByCertificate, StoreError> {
    Ok(ByCertificate {
        certificate: row.try_get("certificate_seq")?,
        seq: row.try_get("seq")?,
    })
}
