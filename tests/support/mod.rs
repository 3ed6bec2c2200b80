//! A whole platform of real programs in one directory.
//!
//! [`platform::Platform`] starts an Authority and an AccountServer; [`admin::Admin`] does what the Console's Rust half
//! does, without a window; [`agent::Agent`] is one machine that backs up; [`story`] tells the whole story with them.

pub mod admin;
pub mod agent;
pub mod authority;
pub mod binaries;
pub mod console_home;
pub mod files;
pub mod identity_provider;
pub mod platform;
pub mod process;
pub mod restic;
pub mod server;
pub mod story;
