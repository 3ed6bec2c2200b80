//! Questions that come while others of their kind are with the database go there together when those are answered. A
//! question that comes alone waits for nobody.
//!
//! With many Agents at a time, most of what a database does for one of them it does once for all: a transaction, a commit
//! on disk, a statement on its way there and back.

use std::fmt;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::SqlStore;
use crate::store::StoreError;

/// So many go together at most.
const MOST: usize = 64;

/// A question that can be asked together with others of its kind.
#[async_trait]
pub(super) trait Question: Sized + Send + Sync + 'static {
    /// What it is answered with.
    type Answer: Send + 'static;
    /// So many parts are with Postgres at a time. More of them wait less for each other, and each has less in it.
    const PARTS: usize;

    /// Answers all of them in their order, or fails and changes nothing: then each is asked alone.
    async fn together(
        store: &SqlStore,
        questions: &[Self],
    ) -> Result<Vec<Self::Answer>, StoreError>;

    /// Answers this one.
    async fn alone(&self, store: &SqlStore) -> Result<Self::Answer, StoreError>;
}

/// Who waits for an answer.
type Asker<Q> = oneshot::Sender<Result<<Q as Question>::Answer, StoreError>>;

/// Questions of one kind, from all who ask.
pub(super) struct Gathered<Q: Question>(Arc<Mutex<Waiting<Q>>>);

struct Waiting<Q: Question> {
    questions: Vec<(Q, Asker<Q>)>,
    /// How many parts are with the database.
    parts: usize,
}

impl<Q: Question> Gathered<Q> {
    /// Asks for this one, together with others if there are any. It is asked even if nobody waits any more.
    pub(super) async fn ask(&self, store: &SqlStore, question: Q) -> Result<Q::Answer, StoreError> {
        let (asker, answer) = oneshot::channel();
        let begins = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.questions.push((question, asker));
            let begins = waiting.parts < store.at_a_time(Q::PARTS);
            waiting.parts += usize::from(begins);
            begins
        };
        if begins {
            tokio::spawn(Self(Arc::clone(&self.0)).answer(store.clone()));
        }
        answer
            .await
            .map_err(|_| sqlx::Error::WorkerCrashed.into())
            .flatten()
    }

    /// Asks the database until nobody waits.
    async fn answer(self, store: SqlStore) {
        while let Some(part) = self.part() {
            let (questions, askers): (Vec<Q>, Vec<Asker<Q>>) = part.into_iter().unzip();
            for (asker, answer) in askers.into_iter().zip(answers(&store, &questions).await) {
                // Whoever asked may have gone.
                let _ = asker.send(answer);
            }
        }
    }

    fn part(&self) -> Option<Vec<(Q, Asker<Q>)>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.questions.is_empty() {
            waiting.parts -= 1;
            return None;
        }
        if waiting.questions.len() <= MOST {
            return Some(take(&mut waiting.questions));
        }
        Some(waiting.questions.drain(..MOST).collect())
    }
}

async fn answers<Q: Question>(
    store: &SqlStore,
    questions: &[Q],
) -> Vec<Result<Q::Answer, StoreError>> {
    if questions.len() > 1 {
        match Q::together(store, questions).await {
            Ok(answers) => return answers.into_iter().map(Ok).collect(),
            // Alone, it is told apart whose fault that is.
            Err(StoreError::Conflict(_)) => {}
            Err(error) => tracing::warn!(%error, "questions are asked one by one"),
        }
    }
    join_all(questions.iter().map(|question| question.alone(store))).await
}

impl<Q: Question> Default for Gathered<Q> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            questions: Vec::new(),
            parts: 0,
        })))
    }
}

impl<Q: Question> Clone for Gathered<Q> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Q: Question> fmt::Debug for Gathered<Q> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gathered").finish_non_exhaustive()
    }
}

/// The rows of a statement, the last one again and again up to a power of two: a connection keeps few statements prepared.
pub(super) fn rounded_up<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let more = rows.len().next_power_of_two() - rows.len();
    rows.iter()
        .chain(rows.last().into_iter().cycle().take(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_rounded_up_to_a_power_of_two() {
        let rounded = |rows: &[u8]| rounded_up(rows).copied().collect::<Vec<_>>();
        assert_eq!(rounded(&[1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(rounded(&[1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(rounded(&[1]), [1]);
    }
}
