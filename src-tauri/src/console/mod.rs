//! What the Console can do, free of tauri: every command is a thin wrapper over a method here.

mod accounts;
mod certificates;
mod connection;
mod folders;
mod recovery;
mod report;
mod requests;
mod tree;

/// Everything the Rust half remembers while the window is open.
#[derive(Default)]
pub struct Console {}
