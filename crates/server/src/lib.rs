//! The AccountServer: the tree, people's rights, Agents' keys in memory, captured keys in the database.
//!
//! `docs/SERVER.md` says how to run it; `docs/ARCHITECTURE.md` how its rooms fit together.

mod access;
mod active_certificates;
pub mod alerts;
pub mod attempts;
pub mod audit;
mod body;
pub mod cache;
mod caller;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod events;
pub mod follow;
mod hardening;
mod idempotency;
mod jobs;
mod known_devices;
mod limits;
mod listener;
pub mod oidc;
pub mod openapi;
pub mod operation;
pub mod outbound;
mod paging;
pub mod passwords;
pub mod refusal;
pub mod rights;
pub mod routes;
pub mod second_factors;
pub mod state;
pub mod store;
pub mod stream;
mod tls;
mod tree;
pub mod trust;
mod wiping;
mod words;
