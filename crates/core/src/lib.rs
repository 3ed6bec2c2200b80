//! Formats and cryptography of Keyfold, sans I/O: no files, no network, no clock.
//!
//! Every function takes bytes, `now` and a random number generator, so that each byte of the formats can be
//! pinned by a test vector. `docs/FORMATS.md` describes the formats byte by byte.

pub mod authority_root;
pub mod captured_key;
mod codes;
pub mod csr;
pub mod encryption_key;
pub mod fingerprint;
pub mod group_certificate;
pub mod id;
pub mod key_pair;
pub mod names;
pub mod passphrase;
#[cfg(feature = "schema")]
pub mod schema;
pub mod scope_record;
pub mod sealed_key;
pub mod signing_certificate;

pub mod x509;
