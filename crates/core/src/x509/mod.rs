//! What the X.509 rooms share.

pub mod extensions;
pub mod key;
pub mod name;
pub mod path;
pub mod pem;
pub mod time;
