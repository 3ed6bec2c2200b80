//! Real programs, end to end, without a window.

#![cfg(unix)]

mod agent;
mod backup;
mod borg;
mod canary;
mod curl;
#[cfg(target_os = "linux")]
mod image;
mod oidc;
mod recovery;
mod soak;
mod story;
mod tools;
mod traces;
