//! What a key derivation may cost.

use thiserror::Error;

/// Argon2id parameters (RFC 9106), version 0x13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    /// Memory, in KiB: `m`.
    pub memory_kib: u32,
    /// Passes over the memory: `t`.
    pub iterations: u32,
    /// Lanes: `p`.
    pub lanes: u32,
}

impl Argon2Params {
    /// What new slots get: 256 MiB, three passes, four lanes.
    pub const DEFAULT: Self = Self {
        memory_kib: 256 * 1024,
        iterations: 3,
        lanes: 4,
    };

    /// The least that is accepted: 64 MiB, three passes, one lane.
    pub const MIN: Self = Self {
        memory_kib: 64 * 1024,
        iterations: 3,
        lanes: 1,
    };

    /// The most that is accepted: 1 GiB, sixteen passes, sixteen lanes.
    pub const MAX: Self = Self {
        memory_kib: 1024 * 1024,
        iterations: 16,
        lanes: 16,
    };

    /// Whether each parameter lies between [`Self::MIN`] and [`Self::MAX`].
    pub fn check(self) -> Result<(), Argon2ParamsError> {
        if self.memory_kib < Self::MIN.memory_kib
            || self.iterations < Self::MIN.iterations
            || self.lanes < 1
        {
            return Err(Argon2ParamsError::TooWeak);
        }
        if self.memory_kib > Self::MAX.memory_kib
            || self.iterations > Self::MAX.iterations
            || self.lanes > Self::MAX.lanes
        {
            return Err(Argon2ParamsError::TooCostly);
        }
        Ok(())
    }
}

impl Default for Argon2Params {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why parameters are out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Argon2ParamsError {
    /// Below 64 MiB, three passes or one lane: too easy to guess.
    #[error(
        "the Argon2id parameters are below 64 MiB and 3 passes; use a copy that was sealed with the usual ones"
    )]
    TooWeak,
    /// Above 1 GiB, sixteen passes or sixteen lanes: more work than any honest file asks for.
    #[error(
        "the Argon2id parameters ask for more than 1 GiB, 16 passes or 16 lanes; use another copy of the folder"
    )]
    TooCostly,
}
