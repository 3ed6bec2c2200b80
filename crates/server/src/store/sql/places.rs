//! Where scopes lie in the tree, and the counts that go with it: kept true by every change, in the same transaction.
//!
//! A path is the ordinals from the root down, [`DIGITS`] hexadecimal digits each. A scope and everything below it are one
//! range of paths.

use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _, query, query_scalar};

use super::{SqlStore, above};
pub(super) use crate::store::DIGITS;
use crate::store::{Conflict, InTree, StoreError};

/// Fewer scopes are a small part of the tree.
const FEW: i64 = 1000;
/// So many scopes lie on the longest way from the root, which is one of them: a path has to fit an index.
const DEEPEST: usize = 64;

/// A scope and everything below it, as a range of paths.
pub(super) struct Subtree {
    top: String,
}

impl Subtree {
    pub(super) fn new(top: String) -> Self {
        Self { top }
    }

    /// The path that every path after this place is greater than or equal to; the default place is before the top.
    pub(super) fn after(&self, place: &InTree) -> String {
        // "!" comes before every digit.
        self.bound(place, "!")
    }

    /// The path at this place; the top's for the default place.
    pub(super) fn at(&self, place: &InTree) -> String {
        self.bound(place, "")
    }

    /// The path that every path of the subtree is less than.
    pub(super) fn end(&self) -> String {
        // "g" comes after every digit.
        format!("{}g", self.top)
    }

    /// The place of a row, seen from the top.
    pub(super) fn place(&self, row: &AnyRow) -> Result<InTree, StoreError> {
        let path: &str = row.try_get("path")?;
        let way = path.get(self.outside().len()..);
        Ok(InTree {
            way: way.ok_or(StoreError::Damaged("path"))?.to_owned(),
        })
    }

    fn bound(&self, place: &InTree, end: &str) -> String {
        let bound = format!("{}{}{end}", self.outside(), place.way);
        bound.max(self.top.clone())
    }

    /// The path of what the top lies in.
    fn outside(&self) -> &str {
        self.top
            .get(..self.top.len().saturating_sub(DIGITS))
            .unwrap_or_default()
    }
}

impl SqlStore {
    /// The range of this scope and everything below it; none when it is not there.
    pub(super) async fn subtree_of(&self, top: ScopeGuid) -> Result<Option<Subtree>, StoreError> {
        let path: Option<String> = query_scalar("SELECT path FROM scopes WHERE guid = $1")
            .bind(top.to_string())
            .fetch_optional(&self.pool)
            .await?;
        Ok(path.map(Subtree::new))
    }

    /// Whether so few scopes lie in this range that going through them costs next to nothing.
    pub(super) async fn is_small(&self, subtree: &Subtree) -> Result<bool, StoreError> {
        let scopes: i64 = query_scalar(
            "SELECT count(*) FROM \
             (SELECT 1 AS one FROM scopes WHERE path >= $1 AND path < $2 LIMIT $3) AS few",
        )
        .bind(&subtree.top)
        .bind(subtree.end())
        .bind(FEW)
        .fetch_one(&self.pool)
        .await?;
        Ok(scopes < FEW)
    }
}

/// What a scope takes from its place.
pub(super) struct Place {
    pub(super) ordinal: i64,
    pub(super) path: String,
    pub(super) certificates_above: i64,
}

/// The place of a scope that is about to be added.
pub(super) async fn new_place(
    connection: &mut AnyConnection,
    parent: Option<ScopeGuid>,
) -> Result<Place, StoreError> {
    let ordinal: i64 = query_scalar("SELECT coalesce(max(ordinal), 0) + 1 FROM scopes")
        .fetch_one(&mut *connection)
        .await?;
    let above = match parent {
        Some(parent) => present(connection, parent).await?,
        None => Present::default(),
    };
    deep_enough(above.path.len() + DIGITS)?;
    Ok(Place {
        ordinal,
        path: format!("{}{ordinal:08x}", above.path),
        certificates_above: above.certificates,
    })
}

/// Moves a scope and everything below it; the caller has made sure that both are there. Refused with `Cycle` and
/// `TooDeep`.
pub(super) async fn move_below(
    connection: &mut AnyConnection,
    scope: ScopeGuid,
    from: ScopeGuid,
    to: ScopeGuid,
) -> Result<(), StoreError> {
    let moved = present(connection, scope).await?;
    let (old, new) = (
        present(connection, from).await?,
        present(connection, to).await?,
    );
    if new.path.starts_with(&moved.path) {
        return Err(Conflict::Cycle.into());
    }
    let below = Subtree::new(moved.path);
    let deepest: i64 =
        query_scalar("SELECT max(length(path)) FROM scopes WHERE path >= $1 AND path < $2")
            .bind(&below.top)
            .bind(below.end())
            .fetch_one(&mut *connection)
            .await?;
    let deepest = usize::try_from(deepest).map_err(|_| StoreError::Damaged("path"))?;
    deep_enough((deepest + new.path.len()).saturating_sub(old.path.len()))?;
    count(connection, from, -moved.accounts).await?;
    count(connection, to, moved.accounts).await?;
    let kept_from = i32::try_from(old.path.len() + 1).map_err(|_| StoreError::Damaged("path"))?;
    query(
        "UPDATE scopes SET path = $3 || substr(path, $4), certificates_above = certificates_above + $5 \
         WHERE path >= $1 AND path < $2",
    )
    .bind(&below.top)
    .bind(below.end())
    .bind(&new.path)
    .bind(kept_from)
    .bind(new.certificates - old.certificates)
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts accounts that came to this Group, or left it.
pub(super) async fn count(
    connection: &mut AnyConnection,
    group: ScopeGuid,
    came: i64,
) -> Result<(), StoreError> {
    query(above!(
        "UPDATE scopes SET accounts_below = accounts_below + $2 WHERE guid IN (SELECT guid FROM above)"
    ))
    .bind(group.to_string())
    .bind(came)
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts the first certificate of this scope.
pub(super) async fn certified(
    connection: &mut AnyConnection,
    scope: ScopeGuid,
) -> Result<(), StoreError> {
    let below = Subtree::new(present(connection, scope).await?.path);
    query(
        "UPDATE scopes SET certificates_above = certificates_above + 1 WHERE path >= $1 AND path < $2",
    )
    .bind(&below.top)
    .bind(below.end())
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(Default)]
struct Present {
    path: String,
    accounts: i64,
    certificates: i64,
}

async fn present(connection: &mut AnyConnection, scope: ScopeGuid) -> Result<Present, StoreError> {
    let row = query("SELECT path, accounts_below, certificates_above FROM scopes WHERE guid = $1")
        .bind(scope.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(Conflict::Missing)?;
    Ok(Present {
        path: row.try_get("path")?,
        accounts: row.try_get("accounts_below")?,
        certificates: row.try_get("certificates_above")?,
    })
}

fn deep_enough(path: usize) -> Result<(), StoreError> {
    if path > DEEPEST * DIGITS {
        return Err(Conflict::TooDeep.into());
    }
    Ok(())
}
