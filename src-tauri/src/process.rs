//! The process's own defences.

use std::io;

/// No core dump of this process and its children, the webview's among them, is written.
#[cfg(unix)]
pub(crate) fn keep_secrets_out_of_dumps() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    Ok(())
}

/// Windows writes no dump of a process unless its administrator asked for one.
#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "Unix can refuse, and the caller is the same"
)]
pub(crate) fn keep_secrets_out_of_dumps() -> io::Result<()> {
    Ok(())
}
