//! Requests and certificates held to `tests/vectors/`, property tests, and what others' files must do.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails may say so by panicking"
)]

mod certificates;
mod properties;
mod requests;
mod third_party;
mod vectors;
