//! The router in this process: every route, its answers as snapshots, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backups;
mod contract;
mod harness;
mod hostile;
mod hostile_bodies;
mod pages;
mod people;
mod recoveries;
mod requests;
mod rights;
mod smuggling;
mod servers;
mod tree;
mod uploads;
