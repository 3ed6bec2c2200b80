//! Time and randomness, handed in so that tests decide about both.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The time, whole seconds, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        now.replace_nanosecond(0).unwrap_or(now)
    }
}

/// The one source of randomness: identifiers, tokens, salts.
pub struct Entropy(Mutex<StdRng>);

impl Entropy {
    /// Seeded by the operating system.
    pub fn from_system() -> Result<Self, rand::rngs::SysError> {
        Ok(Self(Mutex::new(StdRng::try_from_rng(&mut SysRng)?)))
    }

    /// The same numbers for the same seed: for tests.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Draws with the generator.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A bearer token of 256 random bits, base64url.
    #[must_use]
    pub fn token(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.draw(|rng| rng.fill_bytes(&mut *bytes));
        Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }
}

/// What the database keeps of a token. A fast hash does: the token has 256 random bits.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}
