//! How much memory keys may take and how it is protected, decided at start.

use std::io;
use std::sync::Arc;

use super::arena::Arena;
use super::entries::Entries;
use super::rooms::LARGEST_BYTES;
use super::{KeyCache, KeyMemory};
use crate::clock::Clock;

const MIB: usize = 1 << 20;
/// What keys may take when nothing else is said and the system lets it: a million keys of usual size.
const USUAL_BYTES: usize = 128 * MIB;
/// With less than this, the AccountServer does not start.
pub const LEAST_BYTES: usize = MIB;
/// Most keys when nothing else is said.
pub const USUAL_KEYS: u32 = 1_000_000;

/// What the key cache may take, and how its memory is to be protected.
#[derive(Debug, Clone, Copy)]
pub struct CacheLimits {
    /// Most keys.
    pub keys: usize,
    /// Most bytes; none takes what is usual, or what the system lets it lock when that is less.
    pub bytes: Option<usize>,
    /// Whether memory that not even root can read is used where the kernel has it.
    pub secret: bool,
    /// Whether memory that could be swapped out is better than not to start.
    pub allow_unlocked: bool,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            keys: USUAL_KEYS as usize,
            bytes: None,
            secret: true,
            allow_unlocked: false,
        }
    }
}

/// Why there is no memory for keys.
#[derive(Debug, thiserror::Error)]
pub enum CacheMemoryError {
    /// `RLIMIT_MEMLOCK` is too low.
    #[error(
        "{} of memory for keys cannot be locked ({reason}); RLIMIT_MEMLOCK is {}: raise it with LimitMEMLOCK={} in the \
         systemd unit or `ulimit -l` in a shell, or give the cache less with --cache-mib, or let keys be swapped out \
         with --allow-unlocked-memory",
        mib(*.needed), limit_words(*.limit), mib(*.needed).replace(" MiB", "M")
    )]
    Limit {
        /// Bytes for the keys.
        needed: usize,
        /// The limit in bytes; none for no limit.
        limit: Option<u64>,
        /// What the system says.
        reason: io::Error,
    },
    /// The cache is given less than is of any use.
    #[error(
        "the key cache is given less than {}; give it more with --cache-mib",
        mib(LEAST_BYTES)
    )]
    TooLittle,
    /// No memory at all.
    #[error(
        "there is no memory for keys: {0}; run the AccountServer on Linux or macOS, with memory to spare"
    )]
    Memory(#[from] io::Error),
}

impl CacheLimits {
    /// An empty cache in memory that was protected as well as it can be, and says so in the log.
    pub fn open(&self, clock: Arc<dyn Clock>) -> Result<KeyCache, CacheMemoryError> {
        if self.bytes.is_some_and(|bytes| bytes < LEAST_BYTES) {
            return Err(CacheMemoryError::TooLittle);
        }
        let limit = raise_limit();
        let (arena, bytes, memory) = self.arena(limit)?;
        say(bytes, memory, self.keys);
        Ok(KeyCache::over(
            Entries::new(arena, self.keys),
            bytes,
            memory,
            clock,
        ))
    }

    fn arena(&self, limit: Option<u64>) -> Result<(Arena, usize, KeyMemory), CacheMemoryError> {
        let wanted = whole(self.bytes.unwrap_or(USUAL_BYTES));
        let refused = match self.protected(wanted) {
            Ok((arena, memory)) => return Ok((arena, wanted, memory)),
            Err(refused) => refused,
        };
        let within = limit
            .and_then(|limit| usize::try_from(limit).ok())
            .map(whole);
        if let (None, Some(less)) = (self.bytes, within)
            && (LEAST_BYTES..wanted).contains(&less)
            && let Ok((arena, memory)) = self.protected(less)
        {
            return Ok((arena, less, memory));
        }
        if self.allow_unlocked {
            let arena = Arena::new(wanted, KeyMemory::Unlocked)?;
            return Ok((arena, wanted, KeyMemory::Unlocked));
        }
        Err(CacheMemoryError::Limit {
            needed: if self.bytes.is_some() {
                wanted
            } else {
                LEAST_BYTES
            },
            limit,
            reason: refused,
        })
    }

    /// Secret where the kernel has it, locked where it has not.
    fn protected(&self, bytes: usize) -> io::Result<(Arena, KeyMemory)> {
        let kinds: &[KeyMemory] = if self.secret {
            &[KeyMemory::Secret, KeyMemory::Locked]
        } else {
            &[KeyMemory::Locked]
        };
        let mut refused = io::Error::from(io::ErrorKind::Unsupported);
        for memory in kinds {
            match Arena::new(bytes, *memory) {
                Ok(arena) => return Ok((arena, *memory)),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

/// Rounded down to what the arena uses, and so to whole pages.
fn whole(bytes: usize) -> usize {
    bytes / LARGEST_BYTES * LARGEST_BYTES
}

fn say(bytes: usize, memory: KeyMemory, keys: usize) {
    let size = mib(bytes);
    match memory {
        KeyMemory::Secret => {
            tracing::info!(
                memory = memory.word(),
                size,
                keys,
                "keys lie in memory that is never swapped out and that not even root reads"
            );
        }
        KeyMemory::Locked => {
            tracing::info!(
                memory = memory.word(),
                size,
                keys,
                "keys lie in locked memory, which is never swapped out"
            );
        }
        KeyMemory::Unlocked => {
            tracing::warn!(
                memory = memory.word(),
                size,
                keys,
                "KEYS MAY BE SWAPPED OUT: memory could not be locked, and --allow-unlocked-memory was given; raise RLIMIT_MEMLOCK, or see that swap is off or encrypted"
            );
        }
    }
}

/// Takes as much of `RLIMIT_MEMLOCK` as an unprivileged process may; answers it in bytes, none for no limit.
#[cfg(unix)]
fn raise_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Memlock);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // If it is refused, the limit stays as it is, and what is locked tells.
    let _ = setrlimit(Resource::Memlock, raised);
    getrlimit(Resource::Memlock).current
}

#[cfg(not(unix))]
fn raise_limit() -> Option<u64> {
    None
}

fn mib(bytes: usize) -> String {
    format!("{} MiB", bytes.div_ceil(MIB))
}

fn limit_words(limit: Option<u64>) -> String {
    limit.map_or_else(
        || "not set".to_owned(),
        |bytes| format!("{} KiB", bytes / 1024),
    )
}
