//! Secrets stay on this side: their types cannot be serialised, shown or copied by accident.

use std::fmt::Debug;

use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use serde::Serialize;

use crate::secret_text::{RevealedText, SecretText};

/// Does not compile when a type implements one of the traits: two implementations of `Ambiguous` would fit then.
macro_rules! assert_not_impl {
    ($type:ty: $($trait:path),+) => {$(
        const _: fn() = {
            trait Ambiguous<A> {
                fn only() {}
            }
            struct Second;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<Second> for T {}
            <$type as Ambiguous<_>>::only
        };
    )+};
}

assert_not_impl!(SecretText: Serialize, Debug, Clone);
assert_not_impl!(Passphrase: Serialize, Debug, Clone);
assert_not_impl!(PrivateKey: Serialize, Debug, Clone);
assert_not_impl!(EncryptionKey: Serialize, Debug, Clone);
assert_not_impl!(NamedSecret: Serialize, Debug, Clone);
// The one that crosses, when the admin asks to see it.
assert_not_impl!(RevealedText: Debug, Clone);
