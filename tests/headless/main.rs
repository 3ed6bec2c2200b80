//! Real programs, end to end, without a window.

#![cfg(unix)]

mod agent;
mod backup;
mod borg;
mod canary;
mod curl;
mod end_to_end;
#[cfg(target_os = "linux")]
mod image;
mod jobs;
mod oidc;
mod recovery;
mod soak;
mod story;
mod tools;
mod traces;
mod trouble;
