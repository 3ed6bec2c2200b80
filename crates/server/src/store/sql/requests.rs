use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::requests::{RequestId, RequestState};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, query, query_scalar};

use super::SqlStore;
use super::audit::append;
use super::columns::{fingerprint, flag, id, parsed, text, time};
use super::part::{newest, part};
use crate::store::{
    Claim, Conflict, InTree, Newest, Notice, Part, RequestRow, RequestStore, Slice, StoreError,
};

/// A query for requests `r` of scopes `s` with paths from `$1` up to `$2`. `SQLite` keeps the order of a cross join.
macro_rules! requests {
    ($from:literal) => {
        concat!(
            "SELECT r.*, \
             CASE WHEN EXISTS (SELECT 1 FROM certificates AS c WHERE c.fingerprint = r.certificate_fingerprint) \
             THEN 1 ELSE 0 END AS uploaded ",
            $from,
            " WHERE s.path >= $1 AND s.path < $2 AND r.scope = s.guid AND r.seq < $3 ORDER BY r.seq DESC LIMIT $4"
        )
    };
}

#[async_trait]
impl RequestStore for SqlStore {
    async fn insert_request(&self, request: &RequestRow, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let submitted: i64 = query_scalar("SELECT count(*) FROM requests WHERE id = $1")
            .bind(request.id.to_string())
            .fetch_one(&mut *transaction)
            .await?;
        if submitted > 0 {
            return Ok(());
        }
        query(
            "UPDATE requests SET state = 'replaced' WHERE scope = $1 AND (state = 'waiting' OR (state = 'signed' \
             AND certificate_fingerprint NOT IN (SELECT fingerprint FROM certificates)))",
        )
        .bind(request.scope.to_string())
        .execute(&mut *transaction)
        .await?;
        query(
            "INSERT INTO requests (id, scope, requester, requester_name, submitted_at, spki_fingerprint, request, \
             state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting')",
        )
        .bind(request.id.to_string())
        .bind(request.scope.to_string())
        .bind(&request.requester)
        .bind(&request.requester_name)
        .bind(request.submitted_at.unix_timestamp())
        .bind(&request.spki_fingerprint.as_bytes()[..])
        .bind(&request.request)
        .execute(&mut *transaction)
        .await?;
        append(&mut transaction, act).await?;
        transaction.tell(Notice::RequestChanged {
            request: request.id,
            scope: request.scope,
        });
        Ok(transaction.commit().await?)
    }

    async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        let row = query(
            "SELECT *, \
             CASE WHEN EXISTS (SELECT 1 FROM certificates WHERE fingerprint = certificate_fingerprint) \
             THEN 1 ELSE 0 END AS uploaded FROM requests WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(request_row).transpose()
    }

    async fn requests_below(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<RequestRow, Newest>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        // In a small part of the tree its own requests are looked up; in a large one any request is likely to lie there.
        let below_top = if self.is_small(&below).await? {
            requests!("FROM scopes AS s CROSS JOIN requests AS r")
        } else {
            requests!("FROM requests AS r CROSS JOIN scopes AS s")
        };
        let rows = query(below_top)
            .bind(below.at(&InTree::default()))
            .bind(below.end())
            .bind(slice.after.seq)
            .bind(slice.and_one())
            .fetch_all(&self.pool)
            .await?;
        part(rows, slice.limit, newest, request_row)
    }

    async fn sign_request(
        &self,
        id: RequestId,
        certificate: &str,
        fingerprint: Fingerprint,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let waited = waits(&mut transaction, id).await?;
        let scope: Option<String> = query_scalar(
            "UPDATE requests SET state = 'signed', certificate = $2, certificate_fingerprint = $3 \
             WHERE id = $1 AND (state = 'waiting' \
             OR ($4 = 1 AND state = 'signed' AND certificate_fingerprint = $3)) RETURNING scope",
        )
        .bind(id.to_string())
        .bind(certificate)
        .bind(&fingerprint.as_bytes()[..])
        .bind(i64::from(Claim::is_again()))
        .fetch_optional(&mut *transaction)
        .await?;
        let decided = decided(id, scope)?;
        if waited {
            append(&mut transaction, act).await?;
        }
        transaction.tell(decided);
        Ok(transaction.commit().await?)
    }

    async fn reject_request(
        &self,
        id: RequestId,
        reason: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let waited = waits(&mut transaction, id).await?;
        let scope: Option<String> = query_scalar(
            "UPDATE requests SET state = 'rejected', reason = $2 WHERE id = $1 AND (state = 'waiting' \
             OR ($3 = 1 AND state = 'rejected' AND reason = $2)) RETURNING scope",
        )
        .bind(id.to_string())
        .bind(reason)
        .bind(i64::from(Claim::is_again()))
        .fetch_optional(&mut *transaction)
        .await?;
        let decided = decided(id, scope)?;
        if waited {
            append(&mut transaction, act).await?;
        }
        transaction.tell(decided);
        Ok(transaction.commit().await?)
    }
}

/// Whether the request waits for its decision.
async fn waits(connection: &mut AnyConnection, id: RequestId) -> Result<bool, StoreError> {
    let waiting: i64 =
        query_scalar("SELECT count(*) FROM requests WHERE id = $1 AND state = 'waiting'")
            .bind(id.to_string())
            .fetch_one(connection)
            .await?;
    Ok(waiting > 0)
}

fn decided(request: RequestId, scope: Option<String>) -> Result<Notice, StoreError> {
    let scope = scope.ok_or(Conflict::NotWaiting)?;
    Ok(Notice::RequestChanged {
        request,
        scope: parsed(&scope, "scope")?,
    })
}

fn request_row(row: &AnyRow) -> Result<RequestRow, StoreError> {
    let state = match text(row, "state")?.as_str() {
        "waiting" => RequestState::Waiting,
        "signed" => RequestState::Signed {
            certificate: text(row, "certificate")?,
            uploaded: flag(row, "uploaded")?,
        },
        "rejected" => RequestState::Rejected {
            reason: text(row, "reason")?,
        },
        "replaced" => RequestState::Replaced,
        _ => return Err(StoreError::Damaged("state")),
    };
    Ok(RequestRow {
        id: id(row, "id")?,
        scope: id(row, "scope")?,
        requester: text(row, "requester")?,
        requester_name: text(row, "requester_name")?,
        submitted_at: time(row, "submitted_at")?,
        spki_fingerprint: fingerprint(row, "spki_fingerprint")?,
        request: text(row, "request")?,
        state,
    })
}
