//! RSA key pairs.
