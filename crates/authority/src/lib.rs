//! The Authority: signs requests for Group Certificates after somebody checked that the admin is authorised.
//!
//! [`Authority`] is one directory with a root key that a passphrase seals. It issues Group Certificates and the
//! AccountServer's own certificates, revokes them, and keeps a record of each. Of a request it takes the public key,
//! the scope and the name; it sets everything else itself.

mod authority;
mod certify;
mod error;
mod files;
mod index;
mod profile;
mod root_key;
mod signer;

pub use authority::{Authority, NewAuthority, PlatformIdentity};
pub use error::{AuthorityError, HostError};
pub use index::{Issued, IssuedFor, Revocation, RevocationReason};
pub use profile::Host;
