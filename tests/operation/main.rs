//! The AccountServer as those see it who run it: a real process, its signals, its files, its limits.

#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod monitoring;
#[cfg(unix)]
mod renewal;
#[cfg(unix)]
mod settings;
#[cfg(unix)]
mod setup;
#[cfg(unix)]
mod shutdown;
#[cfg(target_os = "linux")]
mod unit;
#[cfg(unix)]
mod wire;
