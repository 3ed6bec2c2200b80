use async_trait::async_trait;
use keyfold_api::audit::{Act, Action, Outcome};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _, query, query_scalar};

use super::columns::{fingerprint, text};
use super::part::part;
use super::{SqlStore, below};
use crate::audit::chain;
use crate::store::{
    AuditColumns, AuditFilter, AuditRow, AuditStore, Claim, Conflict, Newest, Part, ScopeChange,
    ScopeStore as _, Slice, StoreError,
};

#[async_trait]
impl AuditStore for SqlStore {
    async fn record(&self, act: &Act) -> Result<(), StoreError> {
        let mut transaction = match act.outcome {
            Outcome::Done => self.writing().await?,
            Outcome::Denied => self.alone().await?,
        };
        append(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn audit_after(
        &self,
        number: i64,
        action: Option<Action>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let rows = query(
            "SELECT * FROM audit_entries WHERE number > $1 AND action = coalesce($2, action) \
             ORDER BY number LIMIT $3",
        )
        .bind(number)
        .bind(action.map(Action::code))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(audit_row).collect()
    }

    async fn audit_below(
        &self,
        top: ScopeGuid,
        filter: &AuditFilter,
        slice: Slice<Newest>,
    ) -> Result<Part<AuditRow, Newest>, StoreError> {
        let whole = self.platform().await?.is_some_and(|(_, root)| root == top);
        let rows = query(below!(
            "SELECT audit_entries.* FROM audit_entries WHERE number < $2 \
             AND ($3 = 1 OR scope IN (SELECT guid FROM below) OR place IN (SELECT guid FROM below)) \
             AND action = coalesce($4, action) \
             AND (coalesce($5, '') = '' OR person = $5 OR who = 'user:' || $5) \
             AND (coalesce($6, '') = '' OR account = $6) \
             ORDER BY number DESC LIMIT $7"
        ))
        .bind(top.to_string())
        .bind(slice.after.seq)
        .bind(i64::from(whole))
        .bind(filter.action.map(Action::code))
        .bind(filter.user.as_deref())
        .bind(filter.account.map(|account| account.to_string()))
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, place, audit_row)
    }
}

fn place(row: &AnyRow) -> Result<Newest, StoreError> {
    Ok(Newest {
        seq: row.try_get("number")?,
    })
}

fn audit_row(row: &AnyRow) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        number: row.try_get("number")?,
        hash: row.try_get("hash")?,
        entry: text(row, "entry")?,
        columns: AuditColumns {
            acted_at: row.try_get("acted_at")?,
            who: text(row, "who")?,
            action: text(row, "action")?,
            scope: row.try_get("scope")?,
            place: row.try_get("place")?,
            account: row.try_get("account")?,
            person: row.try_get("person")?,
        },
    })
}

/// Like [`append`], unless an earlier attempt of the same request changed this and appended it.
pub(super) async fn append_once(
    connection: &mut AnyConnection,
    act: &Act,
) -> Result<(), StoreError> {
    if Claim::is_again() {
        return Ok(());
    }
    append(connection, act).await
}

/// Appends an entry to the log, within the transaction of what it tells of.
///
/// That transaction must come from [`SqlStore::writing`]: entries are numbered one after the other.
pub(super) async fn append(connection: &mut AnyConnection, act: &Act) -> Result<(), StoreError> {
    let last = query("SELECT number, hash FROM audit_entries ORDER BY number DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let (number, before) = match last {
        Some(row) => (
            row.try_get::<i64, _>("number")? + 1,
            fingerprint(&row, "hash")?,
        ),
        None => (1, before_the_first(connection).await?),
    };
    let unsigned = u64::try_from(number).map_err(|_| StoreError::Damaged("number"))?;
    let entry = chain::text(unsigned, act).map_err(|_| StoreError::Damaged("an act"))?;
    let columns = AuditColumns::from(act);
    query(
        "INSERT INTO audit_entries (number, hash, entry, acted_at, who, action, scope, place, account, person) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(number)
    .bind(&chain::link(before, &entry).as_bytes()[..])
    .bind(&entry)
    .bind(columns.acted_at)
    .bind(columns.who)
    .bind(columns.action)
    .bind(columns.scope)
    .bind(columns.place)
    .bind(columns.account)
    .bind(columns.person)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is recorded of a change: a new name and a new place are an entry each.
pub(super) fn changes(
    act: &Act,
    [rename, relocate]: [Action; 2],
    change: ScopeChange<'_>,
    former_name: &str,
    former_place: Option<ScopeGuid>,
) -> Vec<Act> {
    let mut acts = Vec::new();
    if let Some(name) = change.name.filter(|name| *name != former_name) {
        let mut act = act.clone().named(name).with("former_name", former_name);
        act.action = rename;
        acts.push(act);
    }
    let to = change.parent.filter(|place| Some(*place) != former_place);
    if let (Some(to), Some(from)) = (to, former_place) {
        let name = change.name.unwrap_or(former_name);
        let mut act = act.clone().within(from).named(name).with("to", to);
        act.action = relocate;
        acts.push(act);
    }
    acts
}

async fn before_the_first(connection: &mut AnyConnection) -> Result<Fingerprint, StoreError> {
    let root: Option<String> = query_scalar("SELECT root FROM platform")
        .fetch_optional(connection)
        .await?;
    let root: ScopeGuid = root
        .ok_or(Conflict::Missing)?
        .parse()
        .map_err(|_| StoreError::Damaged("root"))?;
    Ok(chain::before_the_first(root))
}
