//! Requests and certificates held to `tests/vectors/`, property tests, and what others' files must do.

mod certificates;
mod properties;
mod requests;
mod third_party;
mod vectors;
