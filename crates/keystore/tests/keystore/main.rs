//! The Certificates directory, from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod common;
mod key_pairs;
mod kill;
mod transfer;
mod verdicts;
mod watch;
