//! The router in this process: every route, its answers as snapshots, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alert_mail;
mod alerts;
mod audit;
mod backups;
mod captures;
mod contract;
mod credentials;
mod disclosures;
mod end_to_end;
mod events;
mod furnishing;
mod harness;
mod hostile;
mod hostile_bodies;
mod idempotency;
mod jobs;
mod known_devices;
mod pages;
mod people;
mod recoveries;
mod requests;
mod rights;
mod routes;
mod second_factors;
mod servers;
mod setup;
mod smuggling;
mod streams;
mod tree;
mod uploads;
mod users;
