//! Waiting for a condition, never for a while.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How long a condition may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer; an error counts as "not yet".
///
/// # Errors
/// After 30 seconds, with `what` was awaited and the last error.
pub fn wait_for<T>(
    what: &str,
    mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        let answer = ask();
        if let Ok(Some(value)) = answer {
            return Ok(value);
        }
        if start.elapsed() > LIMIT {
            let gave_up = || format!("waited {} s for {what}", LIMIT.as_secs());
            answer.with_context(gave_up)?;
            bail!(gave_up());
        }
        thread::sleep(PAUSE);
    }
}

/// Asks until the answer is yes; an error counts as "not yet".
///
/// # Errors
/// After 30 seconds, with `what` was awaited and the last error.
pub fn wait_until(what: &str, mut ask: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    wait_for(what, || Ok(ask()?.then_some(())))
}
