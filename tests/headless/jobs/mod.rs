//! Offline processing with real restic and borg: what it finds, what it keeps, and that nobody sees the key meanwhile.

mod ended;
mod found;
mod kept;
#[cfg(target_os = "linux")]
mod unseen;
mod ward;
