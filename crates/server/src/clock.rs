//! Time and randomness, handed in so that tests decide about both.

use std::cell::RefCell;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The time, whole seconds, UTC.
    fn now(&self) -> OffsetDateTime;
    /// How long the computer has been running, the time that it was suspended included. Nobody can set this clock.
    fn since_boot(&self) -> Duration;
    /// Both clocks.
    fn moment(&self) -> Moment {
        Moment {
            wall: self.now(),
            boot: self.since_boot(),
        }
    }
}

/// A moment by two clocks: one that people set, and one that only counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// [`Clock::now`].
    pub wall: OffsetDateTime,
    /// [`Clock::since_boot`].
    pub boot: Duration,
}

impl Moment {
    /// The later one, by each clock for itself.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        Self {
            wall: self.wall.max(other.wall),
            boot: self.boot.max(other.boot),
        }
    }
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        now.replace_nanosecond(0).unwrap_or(now)
    }

    #[cfg(unix)]
    fn since_boot(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};
        #[cfg(target_os = "linux")]
        const CLOCK: ClockId = ClockId::Boottime;
        // On macOS this one goes on while the computer sleeps.
        #[cfg(not(target_os = "linux"))]
        const CLOCK: ClockId = ClockId::Monotonic;
        Duration::seconds(clock_gettime(CLOCK).tv_sec)
    }

    /// Since this was first asked: the AccountServer keeps no keys on this system.
    #[cfg(not(unix))]
    fn since_boot(&self) -> Duration {
        use std::sync::LazyLock;
        use std::time::Instant;
        static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
        Duration::seconds(FIRST.elapsed().as_secs().try_into().unwrap_or(i64::MAX))
    }
}

tokio::task_local! {
    static DRAWS: RefCell<StdRng>;
}

/// Whatever `work` draws, it draws the same for the same seed: a request that is answered once more meets the rows that it
/// made before, and tells the same secrets.
pub(crate) async fn drawing_from<F: Future>(seed: &[u8; 32], work: F) -> F::Output {
    let draws = RefCell::new(StdRng::from_seed(*seed));
    DRAWS.scope(draws, work).await
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
        if DRAWS.try_with(|_| ()).is_ok() {
            return DRAWS.with(|draws| draw(&mut draws.borrow_mut()));
        }
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
