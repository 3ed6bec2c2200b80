//! Tests of the whole Rust half, without a display.

mod contract;
pub(crate) mod fake_desktop;
mod folders;
mod ipc;
mod secrets;

use std::ops::ControlFlow;
use std::sync::LazyLock;

use keyfold_core::key_pair::{KeySize, PrivateKey};

/// One private key for all tests, because making one takes seconds.
pub(crate) static KEY: LazyLock<PrivateKey> = LazyLock::new(new_key);

/// A new private key of the least size.
pub(crate) fn new_key() -> PrivateKey {
    PrivateKey::generate(KeySize::Rsa3072, &mut rand::rng(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}
