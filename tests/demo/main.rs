//! `keyfold-demo`: what `cargo xtask demo` runs once everything is built.
fn main() {}
