//! The process may be neither dumped nor traced: its memory holds keys.

#[cfg(unix)]
use std::io;

/// Why the process could not be hardened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HardeningError {
    /// Core dumps could not be switched off.
    #[cfg(unix)]
    #[error("core dumps cannot be switched off: {0}; start the AccountServer as a user who may")]
    CoreDumps(io::Error),
    /// Tracing could not be forbidden.
    #[cfg(target_os = "linux")]
    #[error("the process cannot be protected from tracing: {0}; look at the sandbox it runs in")]
    Tracing(io::Error),
    /// There is no locked memory on this system.
    #[cfg(not(unix))]
    #[error("the AccountServer runs on Linux and macOS only; use one of them")]
    Unsupported,
}

/// Switches core dumps off and, on Linux, makes the process undumpable and untraceable (`PR_SET_DUMPABLE`).
#[cfg(unix)]
pub(crate) fn harden() -> Result<(), HardeningError> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )
    .map_err(|error| HardeningError::CoreDumps(error.into()))?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(|error| HardeningError::Tracing(error.into()))?;
    Ok(())
}

/// What the computer calls itself.
pub(crate) fn name_of_host() -> String {
    #[cfg(unix)]
    {
        let name = rustix::system::uname();
        name.nodename().to_string_lossy().into_owned()
    }
    #[cfg(not(unix))]
    String::new()
}

/// Lets the process open as many files as the system allows it, and answers how many that are.
#[cfg(unix)]
pub(crate) fn open_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let present = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: present.maximum,
        maximum: present.maximum,
    };
    if setrlimit(Resource::Nofile, raised).is_ok() {
        present.maximum
    } else {
        present.current
    }
}

/// Nobody counts files on this system.
#[cfg(not(unix))]
pub(crate) fn open_files() -> Option<u64> {
    None
}

/// Refuses: keys have no safe place on this system.
#[cfg(not(unix))]
pub(crate) fn harden() -> Result<(), HardeningError> {
    Err(HardeningError::Unsupported)
}
