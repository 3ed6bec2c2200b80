use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, query, query_scalar};
use time::OffsetDateTime;

use super::SqlStore;
use super::gathered::{Question, rounded_up};
use super::marks::Marks;
use crate::store::{Claim, Conflict, IdempotencyStore, KeptAnswer, StoreError};

#[async_trait]
impl IdempotencyStore for SqlStore {
    async fn kept_answer(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError> {
        self.agents.kept.ask(self, Kept(*id)).await
    }

    async fn keep_answer(&self, claim: &Claim, answer: &[u8]) -> Result<(), StoreError> {
        let keep = Keep {
            id: claim.id,
            fingerprint: claim.fingerprint,
            answer: answer.to_vec(),
        };
        self.agents.keep.ask(self, keep).await
    }

    async fn forget_answers(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let forgotten = query("DELETE FROM idempotency_keys WHERE expires_at <= $1")
            .bind(now.unix_timestamp())
            .execute(&self.pool)
            .await?;
        Ok(forgotten.rows_affected())
    }
}

/// What is known of this idempotency key.
#[derive(Debug)]
pub(super) struct Kept(pub(super) [u8; 32]);

#[async_trait]
impl Question for Kept {
    type Answer = Option<KeptAnswer>;
    const PARTS: usize = 1;

    async fn together(
        store: &SqlStore,
        questions: &[Self],
    ) -> Result<Vec<Option<KeptAnswer>>, StoreError> {
        let ids: Vec<&Self> = rounded_up(questions).collect();
        let mut text =
            String::from("SELECT id, fingerprint, answer FROM idempotency_keys WHERE id IN ");
        Marks::Numbered.list(&mut text, 1, ids.len());
        let mut select = query(AssertSqlSafe(text));
        for id in ids {
            select = select.bind(&id.0[..]);
        }
        let mut known = Vec::new();
        for row in select.fetch_all(&store.pool).await? {
            let id: Vec<u8> = row.try_get("id")?;
            known.push((id, kept(&row)?));
        }
        let answer = |question: &Self| {
            let found = known.iter().find(|(id, _)| *id == question.0);
            found.map(|(_, kept)| kept.clone())
        };
        Ok(questions.iter().map(answer).collect())
    }

    async fn alone(&self, store: &SqlStore) -> Result<Option<KeptAnswer>, StoreError> {
        let row = query("SELECT fingerprint, answer FROM idempotency_keys WHERE id = $1")
            .bind(&self.0[..])
            .fetch_optional(&store.pool)
            .await?;
        row.as_ref().map(kept).transpose()
    }
}

fn kept(row: &AnyRow) -> Result<KeptAnswer, StoreError> {
    Ok(KeptAnswer {
        fingerprint: row.try_get("fingerprint")?,
        answer: row.try_get("answer")?,
    })
}

/// An answer that is to be kept.
#[derive(Debug)]
pub(super) struct Keep {
    pub(super) id: [u8; 32],
    pub(super) fingerprint: [u8; 32],
    pub(super) answer: Vec<u8>,
}

impl Keep {
    async fn all(store: &SqlStore, answers: &[&Self]) -> Result<(), StoreError> {
        let answers: Vec<_> = rounded_up(answers).collect();
        let mut text = String::from("WITH kept (id, fingerprint, answer) AS (VALUES ");
        Marks::Numbered.list(&mut text, answers.len(), 3);
        text.push_str(
            ") UPDATE idempotency_keys SET answer = kept.answer FROM kept WHERE idempotency_keys.id = kept.id \
             AND idempotency_keys.fingerprint = kept.fingerprint AND idempotency_keys.answer IS NULL",
        );
        let mut update = query(AssertSqlSafe(text));
        for keep in answers {
            update = update
                .bind(&keep.id[..])
                .bind(&keep.fingerprint[..])
                .bind(&keep.answer[..]);
        }
        update.execute(&store.pool).await?;
        Ok(())
    }
}

#[async_trait]
impl Question for Keep {
    type Answer = ();
    const PARTS: usize = 2;

    async fn together(store: &SqlStore, questions: &[Self]) -> Result<Vec<()>, StoreError> {
        Self::all(store, &questions.iter().collect::<Vec<_>>()).await?;
        Ok(vec![(); questions.len()])
    }

    async fn alone(&self, store: &SqlStore) -> Result<(), StoreError> {
        Self::all(store, &[self]).await
    }
}

/// Makes claims of several requests in the transaction of their changes; fails when another attempt of one came first.
pub(super) async fn make_all(
    connection: &mut AnyConnection,
    claims: &[&Claim],
) -> Result<(), StoreError> {
    if claims.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = rounded_up(claims).collect();
    let mut text = String::from(
        "INSERT INTO idempotency_keys (id, fingerprint, attempt, expires_at, answer) VALUES ",
    );
    Marks::Numbered.list(&mut text, rows.len(), 5);
    text.push_str(" ON CONFLICT (id) DO NOTHING");
    let mut insert = query(AssertSqlSafe(text));
    for claim in rows {
        insert = insert
            .bind(&claim.id[..])
            .bind(&claim.fingerprint[..])
            .bind(&claim.attempt[..])
            .bind(claim.expires_at.unix_timestamp())
            .bind(claim.foreseen());
    }
    let made = insert.execute(connection).await?.rows_affected();
    if usize::try_from(made).is_ok_and(|made| made == claims.len()) {
        Ok(())
    } else {
        Err(Conflict::Repeated.into())
    }
}

/// Makes the claim in the transaction of the change, or finds that another attempt came first. Several attempts at a time
/// wait here for the first one to commit.
pub(super) async fn make(connection: &mut AnyConnection, claim: &Claim) -> Result<(), StoreError> {
    let made = query(
        "INSERT INTO idempotency_keys (id, fingerprint, attempt, expires_at, answer) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&claim.id[..])
    .bind(&claim.fingerprint[..])
    .bind(&claim.attempt[..])
    .bind(claim.expires_at.unix_timestamp())
    .bind(claim.foreseen())
    .execute(&mut *connection)
    .await?;
    if made.rows_affected() > 0 {
        return Ok(());
    }
    let first: Option<Vec<u8>> = query_scalar("SELECT attempt FROM idempotency_keys WHERE id = $1")
        .bind(&claim.id[..])
        .fetch_optional(connection)
        .await?;
    if first.is_some_and(|first| first == claim.attempt) {
        return Ok(());
    }
    claim.lose();
    Err(Conflict::Repeated.into())
}
