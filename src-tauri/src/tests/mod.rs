//! Tests of the whole Rust half, without a display.

mod contract;
mod fake_desktop;
mod folders;
mod ipc;
mod secrets;
