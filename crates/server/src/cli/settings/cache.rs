//! How much memory keys may take, and how it is protected.

use clap::Args;

use crate::cache::{CacheLimits, USUAL_KEYS};

/// Bounds and protection of the key cache.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Memory for keys")]
pub(crate) struct CacheSettings {
    /// Most keys in memory; beyond that, whose backup is longest ago leaves first.
    #[arg(long, value_name = "NUMBER", default_value_t = USUAL_KEYS, value_parser = clap::value_parser!(u32).range(1..))]
    cache_keys: u32,
    /// Most memory for keys, in MiB, which `RLIMIT_MEMLOCK` must allow; 128, or as much as it does allow, when absent.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    cache_mib: Option<u32>,
    /// Use ordinary locked memory even where the kernel has `memfd_secret`, which keeps a machine from hibernating.
    #[arg(long)]
    no_secret_memory: bool,
    /// Start even if no memory can be locked: keys may then be swapped out, and every start says so.
    #[arg(long)]
    allow_unlocked_memory: bool,
}

impl CacheSettings {
    /// As the cache takes it.
    pub(crate) fn limits(&self) -> CacheLimits {
        CacheLimits {
            keys: self.cache_keys as usize,
            bytes: self.cache_mib.map(|mib| mib as usize * (1 << 20)),
            secret: !self.no_secret_memory,
            allow_unlocked: self.allow_unlocked_memory,
        }
    }
}
