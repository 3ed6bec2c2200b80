//! The Certificates directory, from outside.

mod common;
mod key_pairs;
mod kill;
mod transfer;
mod verdicts;
mod watch;
