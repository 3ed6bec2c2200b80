//! What every route works with.

use std::sync::Arc;

use time::OffsetDateTime;
use url::Url;

use crate::alerts::Mail;
use crate::attempts::Attempts;
use crate::audit::denials::Denials;
use crate::cache::KeyCache;
use crate::capture::{Jobs, Recipients};
use crate::clock::{Clock, Entropy};
use crate::events::Streams;
use crate::oidc::IdentityProvider;
use crate::operation::Operation;
use crate::passwords::Verifier;
use crate::second_factors::SealingKey;
use crate::store::Store;
use crate::trust::Trust;

/// Everything that routes share.
pub struct Platform {
    /// What lasts.
    pub store: Arc<dyn Store>,
    /// Keys in memory.
    pub cache: KeyCache,
    /// Captures that run, and how far they have come.
    pub captures: Jobs,
    /// Certificates that keys are captured to.
    pub recipients: Recipients,
    /// Whom it trusts.
    pub trust: Trust,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Entropy,
    /// Verifies passwords.
    pub passwords: Verifier,
    /// Seals second factors.
    pub sealing_key: SealingKey,
    /// Counts wrong passwords and codes.
    pub attempts: Attempts,
    /// Counts what is refused again and again.
    pub denials: Denials,
    /// Where people of an organisation sign in, if there is such a place.
    pub identity_provider: Option<IdentityProvider>,
    /// Sends mail, if there is a server for it.
    pub mail: Option<Mail>,
    /// Who follows what changes.
    pub streams: Arc<Streams>,
    /// `https://host:port`, as Agents reach it.
    pub public_url: Url,
    /// What keeps it running.
    pub operation: Operation,
}

impl Platform {
    /// The time, whole seconds, UTC.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

/// How routes get at it.
pub type Shared = Arc<Platform>;
