use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use keyfold_core::id::{AccountId, ScopeGuid};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, query};

use super::accounts::account_row;
use super::columns::{count, flag, id, text};
use super::gathered::rounded_up;
use super::part::{list, part};
use super::places::Subtree;
use super::{SqlStore, captured};
use crate::store::{
    AccountRow, InGroup, InTree, Part, Population, PopulationStore, Slice, StoreError, Uncaptured,
};

/// A query for rows of accounts `a` in Groups `s`.
macro_rules! accounts {
    ($conditions:literal) => {
        concat!(
            "SELECT a.id, a.name, a.group_guid, a.key_id, a.last_backup_at, a.disclosed_at, a.end_to_end, \
             CASE WHEN a.credential IS NULL THEN 0 ELSE 1 END AS enrolled, s.path \
             FROM scopes AS s JOIN accounts AS a ON a.group_guid = s.guid ",
            $conditions
        )
    };
}

/// A query over accounts `a` in Groups `s` with paths from `$1` up to `$2`; `captured` says whether the account's
/// present key is captured on its way to the root.
macro_rules! below_with_captured {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " (SELECT a.id, a.key_id, CASE WHEN a.last_backup_at IS NULL THEN 0 ELSE 1 END AS backed_up, \
             CASE WHEN ", captured!(), " THEN 1 ELSE 0 END AS captured \
             FROM scopes AS s JOIN accounts AS a ON a.group_guid = s.guid WHERE s.path >= $1 AND s.path < $2) AS below ",
            $after
        )
    };
}

#[async_trait]
impl PopulationStore for SqlStore {
    async fn accounts_of(
        &self,
        top: ScopeGuid,
        slice: Slice<InGroup>,
    ) -> Result<Part<AccountRow, InGroup>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        let mut rows = self.rest_of_group(&below, &slice).await?;
        let missing = slice.and_one() - i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if missing > 0 {
            rows.extend(self.in_later_groups(&below, &slice.after, missing).await?);
        }
        let place = |row: &AnyRow| {
            Ok(InGroup {
                way: below.place(row)?.way,
                name: text(row, "name")?,
                id: text(row, "id")?,
            })
        };
        let mut part = part(rows, slice.limit, place, account_row)?;
        self.fill_in_captures(&mut part.rows).await?;
        Ok(part)
    }

    async fn population(&self, top: ScopeGuid) -> Result<Population, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Population::default());
        };
        let row = query(below_with_captured!(
            "SELECT count(CASE WHEN captured = 1 THEN 1 END) AS captured, \
             count(CASE WHEN captured = 0 AND backed_up = 1 THEN 1 END) AS needs_backup, \
             count(CASE WHEN captured = 0 AND backed_up = 0 THEN 1 END) AS never FROM",
            ""
        ))
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .fetch_one(&self.pool)
        .await?;
        Ok(Population {
            captured: count(&row, "captured")?,
            needs_backup: count(&row, "needs_backup")?,
            never: count(&row, "never")?,
        })
    }

    async fn each_uncaptured(
        &self,
        top: ScopeGuid,
        show: &mut (dyn FnMut(Uncaptured) + Send),
    ) -> Result<(), StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(());
        };
        let mut rows = query(below_with_captured!(
            "SELECT id, key_id, backed_up FROM",
            "WHERE captured = 0 AND key_id IS NOT NULL"
        ))
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            show(Uncaptured {
                account: id(&row, "id")?,
                key_id: id(&row, "key_id")?,
                backed_up: flag(&row, "backed_up")?,
            });
        }
        Ok(())
    }
}

impl SqlStore {
    /// What follows the last account in its own Group.
    async fn rest_of_group(
        &self,
        below: &Subtree,
        slice: &Slice<InGroup>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let last = &slice.after;
        if last.way.is_empty() {
            return Ok(Vec::new());
        }
        let rows = query(accounts!(
            "WHERE s.path = $1 AND (a.name, a.id) > ($2, $3) ORDER BY a.name, a.id LIMIT $4"
        ))
        .bind(below.at(&in_tree(last)))
        .bind(&last.name)
        .bind(&last.id)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// What lies in the Groups after that of the last account.
    async fn in_later_groups(
        &self,
        below: &Subtree,
        last: &InGroup,
        limit: i64,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let rows = query(accounts!(
            "WHERE s.path >= $1 AND s.path < $2 ORDER BY s.path, a.name, a.id LIMIT $3"
        ))
        .bind(below.after(&in_tree(last)))
        .bind(below.end())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// Fills in the scopes on each account's way to the root that hold its present key.
    async fn fill_in_captures(&self, accounts: &mut [AccountRow]) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return Ok(());
        }
        let asked: Vec<_> = rounded_up(accounts).map(|account| account.id).collect();
        let sql = format!(
            "SELECT DISTINCT a.id AS account, c.scope AS scope FROM accounts AS a \
             JOIN captured_keys AS k ON k.account = a.id AND k.key_id = a.key_id \
             JOIN certificates AS c ON c.fingerprint = k.certificate \
             JOIN scopes AS held ON held.guid = c.scope JOIN scopes AS s ON s.guid = a.group_guid \
             WHERE held.path = substr(s.path, 1, length(held.path)) AND a.id IN ({}) ORDER BY scope",
            list(asked.len())
        );
        let mut holding = query(AssertSqlSafe(sql));
        for account in asked {
            holding = holding.bind(account.to_string());
        }
        let mut scopes: HashMap<AccountId, Vec<ScopeGuid>> = HashMap::new();
        for row in holding.fetch_all(&self.pool).await? {
            let of_account = scopes.entry(id(&row, "account")?).or_default();
            of_account.push(id(&row, "scope")?);
        }
        for account in accounts {
            account.captured_to = scopes.remove(&account.id).unwrap_or_default();
        }
        Ok(())
    }
}

fn in_tree(place: &InGroup) -> InTree {
    InTree {
        way: place.way.clone(),
    }
}
