//! Requests that may be sent again: the same `Idempotency-Key` from the same caller with the same question gets the same
//! answer, and what it asks for is done once.
//!
//! The store claims the key in the transaction of the request's first change ([`Claim`]), so that a key without a claim
//! means that nothing was changed. The answer is kept, sealed, before it is given. When a process dies between the change
//! and the kept answer, the request is answered again: it draws the same identifiers and tokens as before, and meets the
//! rows that are there.

mod answer;
mod key;
mod running;
mod secrets;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use time::Duration;
use tracing::{Instrument as _, Span};

use crate::clock::drawing_from;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::Claim;
use crate::{body, caller};

use answer::Answer;
use key::IdempotencyKey;
use running::{Run, Running};
use secrets::Secrets;

/// A key is remembered for so long.
const LIFE: Duration = Duration::hours(24);

tokio::task_local! {
    static ANSWERED: (Arc<Claim>, Arc<Secrets>);
}

/// Says what the present request will be answered with once its change is made, so that the store keeps it in the same
/// transaction instead of in one of its own. Only for what does not depend on the database.
pub(crate) fn foresee(status: StatusCode, body: &impl Serialize) -> Result<(), Refusal> {
    let foresee = |(claim, secrets): &(Arc<Claim>, Arc<Secrets>)| {
        let answer = Answer::json(status, body)?;
        claim.foresee(secrets.seal(answer.to_bytes())?);
        Ok(())
    };
    // Without an idempotency key nothing is kept.
    ANSWERED.try_with(foresee).unwrap_or(Ok(()))
}

/// What the room works with.
#[derive(Clone)]
pub(crate) struct Idempotency {
    platform: Shared,
    running: Running,
}

impl Idempotency {
    pub(crate) fn new(platform: Shared) -> Self {
        Self {
            platform,
            running: Running::default(),
        }
    }
}

/// Answers a changing request once for each idempotency key. Without a key it is answered as it comes.
pub(crate) async fn once(
    State(room): State<Idempotency>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let bearer = caller::bearer(&parts).ok();
    let key = if parts.method.is_safe() {
        None
    } else {
        IdempotencyKey::of(&parts.headers, bearer.is_some())?
    };
    let Some(key) = key else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let body = body::whole(&parts.headers, body).await?;
    let secrets = Secrets::derive(&key, bearer, &parts, &body)?;
    let run = room
        .running
        .begin(secrets.id)
        .ok_or(Refusal::IdempotencyKeyInUse)?;
    let question = Question {
        platform: room.platform,
        secrets: Arc::new(secrets),
        parts,
        body: Bytes::from_owner(body),
        next,
    };
    // A task of its own: a lost connection does not end it between the change and the kept answer.
    tokio::spawn(question.answered(run).instrument(Span::current()))
        .await
        .map_err(|_| Refusal::Internal("a request with an idempotency key panicked"))?
}

/// A changing request with an idempotency key.
struct Question {
    platform: Shared,
    secrets: Arc<Secrets>,
    parts: Parts,
    body: Bytes,
    next: Next,
}

/// What an earlier attempt left.
enum Earlier {
    /// Nothing: nothing was changed.
    Nothing,
    /// The change, without its answer.
    Change,
    /// The answer.
    Answer(Answer),
}

impl Question {
    async fn answered(self, _run: Run) -> Result<Response, Refusal> {
        let mut earlier = self.earlier().await?;
        loop {
            let again = match earlier {
                Earlier::Answer(answer) if self.may_read(&answer).await? => {
                    return Ok(answer.into_response());
                }
                Earlier::Nothing => false,
                Earlier::Change | Earlier::Answer(_) => true,
            };
            let claim = self.claim(again)?;
            let response = self.asked(&claim).await;
            if !claim.is_lost() {
                return self.kept(&claim, response).await;
            }
            earlier = self.earlier().await?;
        }
    }

    async fn earlier(&self) -> Result<Earlier, Refusal> {
        let Some(kept) = self.platform.store.kept_answer(&self.secrets.id).await? else {
            return Ok(Earlier::Nothing);
        };
        if kept.fingerprint != self.secrets.fingerprint {
            return Err(Refusal::IdempotencyKeyReused);
        }
        Ok(match kept.answer {
            Some(sealed) => Earlier::Answer(Answer::from_bytes(self.secrets.open(&sealed)?)?),
            None => Earlier::Change,
        })
    }

    /// A bearer token that works no more gets no content from before.
    async fn may_read(&self, answer: &Answer) -> Result<bool, Refusal> {
        Ok(!answer.has_content()
            || caller::bearer(&self.parts).is_err()
            || caller::is_known(&self.parts, &self.platform).await?)
    }

    fn claim(&self, again: bool) -> Result<Arc<Claim>, Refusal> {
        let mut attempt = [0; 16];
        aws_lc_rs::rand::fill(&mut attempt).map_err(|_| Refusal::Internal("no randomness"))?;
        Ok(Arc::new(Claim::new(
            self.secrets.id,
            self.secrets.fingerprint,
            attempt,
            self.platform.now() + LIFE,
            again,
        )))
    }

    async fn asked(&self, claim: &Arc<Claim>) -> Response {
        let request = Request::from_parts(self.parts.clone(), Body::from(self.body.clone()));
        let answer = drawing_from(&self.secrets.draws, self.next.clone().run(request));
        let answered = (Arc::clone(claim), Arc::clone(&self.secrets));
        let answer = ANSWERED.scope(answered, answer);
        let response = Arc::clone(claim).over(answer).await;
        let gone = [StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&response.status());
        if claim.again && gone && self.parts.method == Method::DELETE {
            // The earlier attempt deleted it.
            return StatusCode::NO_CONTENT.into_response();
        }
        response
    }

    async fn kept(&self, claim: &Claim, response: Response) -> Result<Response, Refusal> {
        let is_kept_already = !claim.again && claim.foreseen().is_some();
        if is_kept_already || !Answer::is_kept(&response) {
            return Ok(response);
        }
        let answer = Answer::of(response).await?;
        let sealed = self.secrets.seal(answer.to_bytes())?;
        self.platform.store.keep_answer(claim, &sealed).await?;
        Ok(answer.into_response())
    }
}
