//! What the AccountServer, its Agents and the Console say to each other: JSON over HTTPS under [`BASE_PATH`].
//!
//! Times are RFC 3339 in UTC, GUIDs lower case, binary data base64 (RFC 4648 §4).

pub mod accounts;
pub mod agents;
pub mod alerts;
pub mod audit;
pub mod backups;
pub mod captured_keys;
pub mod certificates;
#[cfg(feature = "client")]
pub mod client;
pub mod end_to_end;
pub mod events;
pub mod health;
#[cfg(feature = "client")]
pub mod idempotency;
pub mod jobs;
pub mod oidc;
pub mod pages;
pub mod problem;
pub mod repositories;
pub mod requests;
pub mod scopes;
pub mod second_factors;
mod secret;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod users;

/// Every route of this version starts with this path.
pub const BASE_PATH: &str = "/api/v1";
