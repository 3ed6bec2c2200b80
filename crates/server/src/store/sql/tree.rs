use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, query};

use super::SqlStore;
use super::certificates::certificate_row;
use super::columns::{count, flag, text};
use super::gathered::rounded_up;
use super::part::{list, part};
use super::places::DIGITS;
use super::scopes::scope_row;
use crate::store::{
    ByName, CertificateRow, InTree, Part, ScopeRow, Slice, StoreError, TreeRow, TreeStore, UnderWay,
};

/// A query for rows of the tree.
macro_rules! tree_rows {
    ($conditions:literal) => {
        concat!(
            "SELECT s.guid, s.kind, s.name, s.parent, s.path, s.accounts_below, \
             CASE WHEN EXISTS (SELECT 1 FROM scopes AS child WHERE child.parent = s.guid) THEN 1 ELSE 0 END \
             AS has_children, \
             (SELECT CASE WHEN r.state = 'waiting' THEN 1 WHEN r.state = 'signed' AND NOT EXISTS \
             (SELECT 1 FROM certificates AS u WHERE u.fingerprint = r.certificate_fingerprint) THEN 2 ELSE 0 END \
             FROM requests AS r WHERE r.scope = s.guid ORDER BY r.seq DESC LIMIT 1) AS under_way, \
             c.fingerprint, c.scope, c.spki_fingerprint, c.der, c.not_before, c.not_after, c.uploaded_at, \
             c.uploaded_by, c.superseded_at \
             FROM scopes AS s LEFT JOIN certificates AS c ON c.scope = s.guid AND c.superseded_at IS NULL ",
            $conditions
        )
    };
}

#[async_trait]
impl TreeStore for SqlStore {
    async fn scope(&self, scope: ScopeGuid) -> Result<Option<TreeRow>, StoreError> {
        let row = query(tree_rows!("WHERE s.guid = $1"))
            .bind(scope.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(tree_row).transpose()
    }

    async fn children(
        &self,
        parent: ScopeGuid,
        slice: Slice<ByName>,
    ) -> Result<Part<TreeRow, ByName>, StoreError> {
        let rows = query(tree_rows!(
            "WHERE s.parent = $1 AND (s.name, s.guid) > ($2, $3) ORDER BY s.name, s.guid LIMIT $4"
        ))
        .bind(parent.to_string())
        .bind(&slice.after.name)
        .bind(&slice.after.id)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, by_name, tree_row)
    }

    async fn subtree(
        &self,
        top: ScopeGuid,
        slice: Slice<InTree>,
    ) -> Result<Part<TreeRow, InTree>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        let rows = query(tree_rows!(
            "WHERE s.path >= $1 AND s.path < $2 ORDER BY s.path LIMIT $3"
        ))
        .bind(below.after(&slice.after))
        .bind(below.end())
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, |row| below.place(row), tree_row)
    }

    async fn with_all_above(
        &self,
        scopes: &[ScopeGuid],
    ) -> Result<HashMap<ScopeGuid, ScopeRow>, StoreError> {
        if scopes.is_empty() {
            return Ok(HashMap::new());
        }
        let mut transaction = self.reading().await?;
        let ways = ways(&mut transaction, scopes).await?;
        let ways: Vec<_> = rounded_up(&ways).collect();
        let sql = format!(
            "SELECT guid, kind, name, parent FROM scopes WHERE path IN ({})",
            list(ways.len())
        );
        let mut above = query(AssertSqlSafe(sql));
        for way in ways {
            above = above.bind(way);
        }
        let rows = above.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        rows.iter()
            .map(|row| scope_row(row).map(|scope| (scope.guid, scope)))
            .collect()
    }

    async fn present_of(&self, scopes: &[ScopeGuid]) -> Result<Vec<CertificateRow>, StoreError> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        let scopes: Vec<_> = rounded_up(scopes).collect();
        let sql = format!(
            "SELECT * FROM certificates WHERE superseded_at IS NULL AND scope IN ({})",
            list(scopes.len())
        );
        let mut present = query(AssertSqlSafe(sql));
        for scope in scopes {
            present = present.bind(scope.to_string());
        }
        let rows = present.fetch_all(&self.pool).await?;
        rows.iter().map(certificate_row).collect()
    }

    async fn with_certificates(
        &self,
        top: ScopeGuid,
        beyond: u32,
        from: &InTree,
        limit: u16,
    ) -> Result<Vec<(ScopeRow, InTree)>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Vec::new());
        };
        let rows = query(
            "SELECT s.guid, s.kind, s.name, s.parent, s.path FROM scopes AS s \
             WHERE s.path >= $1 AND s.path < $2 AND s.certificates_above > 0 AND s.certificates_above > $3 \
             AND (s.kind = 'group' OR EXISTS \
             (SELECT 1 FROM certificates AS c WHERE c.scope = s.guid AND c.superseded_at IS NULL)) \
             ORDER BY s.path LIMIT $4",
        )
        .bind(below.at(from))
        .bind(below.end())
        .bind(i64::from(beyond))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((scope_row(row)?, below.place(row)?)))
            .collect()
    }
}

/// The paths of these scopes and of all above them. Postgres expects a recursive query to find far more than it does, and
/// reads the whole tree for it.
async fn ways(
    connection: &mut AnyConnection,
    scopes: &[ScopeGuid],
) -> Result<Vec<String>, StoreError> {
    let scopes: Vec<_> = rounded_up(scopes).collect();
    let sql = format!(
        "SELECT path FROM scopes WHERE guid IN ({})",
        list(scopes.len())
    );
    let mut paths = query(AssertSqlSafe(sql));
    for scope in scopes {
        paths = paths.bind(scope.to_string());
    }
    let mut ways = BTreeSet::new();
    for row in paths.fetch_all(connection).await? {
        let path = text(&row, "path")?;
        let steps = (DIGITS..=path.len()).step_by(DIGITS);
        ways.extend(steps.filter_map(|end| path.get(..end)).map(str::to_owned));
    }
    Ok(ways.into_iter().collect())
}

fn by_name(row: &AnyRow) -> Result<ByName, StoreError> {
    Ok(ByName {
        name: text(row, "name")?,
        id: text(row, "guid")?,
    })
}

fn tree_row(row: &AnyRow) -> Result<TreeRow, StoreError> {
    let certified = row.try_get::<Option<&[u8]>, _>("fingerprint")?.is_some();
    let under_way = match row.try_get::<Option<i64>, _>("under_way")? {
        Some(1) => Some(UnderWay::Waiting),
        Some(2) => Some(UnderWay::Signed),
        _ => None,
    };
    Ok(TreeRow {
        scope: scope_row(row)?,
        accounts: count(row, "accounts_below")?,
        has_children: flag(row, "has_children")?,
        certificate: certified.then(|| certificate_row(row)).transpose()?,
        under_way,
    })
}
