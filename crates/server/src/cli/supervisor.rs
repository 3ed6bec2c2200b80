//! What a supervisor such as systemd is told (`sd_notify`). Without one, nothing happens.

/// A step that a supervisor wants to know of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// It answers.
    Ready,
    /// It is alive.
    Alive,
    /// It ends.
    Ending,
}

#[cfg(unix)]
pub(super) fn tell(step: Step) {
    use sd_notify::NotifyState;
    let state = match step {
        Step::Ready => NotifyState::Ready,
        Step::Alive => NotifyState::Watchdog,
        Step::Ending => NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, ?step, "the supervisor could not be told");
    }
}

#[cfg(not(unix))]
pub(super) fn tell(_: Step) {}
