//! Offline processing: integrity checks, roll-ups and drills in repositories whose key is in this server's memory.
//!
//! [`schedule`] adds jobs that are due, [`Pool`] takes up those whose key is here, an [`attempt`] holds a lease on one
//! while [`work`] has restic or borg do it. The key goes to the tool by [`handover`], which neither disk nor argument nor
//! environment ever sees.

mod attempt;
mod borg;
mod drill;
#[cfg(unix)]
pub(crate) mod handover;
mod pool;
mod repositories;
mod restic;
mod said;
mod schedule;
mod secrets;
mod tool;
mod work;

pub(crate) use pool::{Pace, Pool, PoolSettings};
pub(crate) use repositories::AllowedRepository;
pub(crate) use tool::{SecretVariable, Toolbox};
