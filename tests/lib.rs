//! What end-to-end tests and the demo share.

pub mod soak;
pub mod support;
#[cfg(target_os = "linux")]
pub mod window;
