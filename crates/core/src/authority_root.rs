//! The trust anchor and its revocation list.
