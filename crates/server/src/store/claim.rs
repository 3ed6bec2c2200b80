//! The claim that a request with an idempotency key makes on that key, together with its first change.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use time::OffsetDateTime;

tokio::task_local! {
    static CLAIM: Arc<Claim>;
}

/// A request's claim on its idempotency key. The store makes it durable in the transaction of the request's first change:
/// either both are there or neither.
#[derive(Debug)]
pub struct Claim {
    /// Names caller and key to whoever has both, and to nobody else.
    pub id: [u8; 32],
    /// Names method, path and body in the same way.
    pub fingerprint: [u8; 32],
    /// Tells this attempt from others with the same key.
    pub attempt: [u8; 16],
    /// When the key may be used for something else.
    pub expires_at: OffsetDateTime,
    /// Whether an earlier attempt's claim is durable already: what it changed may be there too.
    pub again: bool,
    lost: AtomicBool,
    answer: OnceLock<Vec<u8>>,
}

impl Claim {
    /// A claim that is not made yet.
    #[must_use]
    pub fn new(
        id: [u8; 32],
        fingerprint: [u8; 32],
        attempt: [u8; 16],
        expires_at: OffsetDateTime,
        again: bool,
    ) -> Self {
        Self {
            id,
            fingerprint,
            attempt,
            expires_at,
            again,
            lost: AtomicBool::new(false),
            answer: OnceLock::new(),
        }
    }

    /// Whether another attempt came first, so that this one changed nothing.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// What the request will be answered with when its change is made, sealed: the store keeps it together with the claim.
    /// The first one counts.
    pub fn foresee(&self, answer: Vec<u8>) {
        self.answer.get_or_init(|| answer);
    }

    /// The sealed answer, if it was known before the change.
    #[must_use]
    pub fn foreseen(&self) -> Option<&[u8]> {
        self.answer.get().map(Vec::as_slice)
    }

    /// Another attempt came first.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Everything that `work` changes is claimed by this claim.
    pub async fn over<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CLAIM.scope(self, work).await
    }

    /// The claim of the request that is being answered, if it has a key.
    pub(super) fn current() -> Option<Arc<Self>> {
        CLAIM.try_with(Arc::clone).ok()
    }

    /// Whether an earlier attempt of the request that is being answered may have made its changes already.
    pub(super) fn is_again() -> bool {
        CLAIM.try_with(|claim| claim.again).unwrap_or(false)
    }
}
