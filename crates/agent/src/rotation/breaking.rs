//! For tests: a rotation that breaks off at a point that the environment names. Programs that are built for release have none.

use super::Step;

/// Where in a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// It is done, and that is not noted.
    Done,
    /// That it is done is noted.
    Noted,
}

/// Kills this process if this is the point (`KEYFOLD_BREAK_AT=capture:done`).
#[cfg(all(debug_assertions, unix))]
pub(super) fn point(step: Step, moment: Moment) {
    let moment = match moment {
        Moment::Done => "done",
        Moment::Noted => "noted",
    };
    let here = format!("{}:{moment}", step.name());
    if std::env::var("KEYFOLD_BREAK_AT").is_ok_and(|at| at == here) {
        // Nothing of what follows happens, as after `kill -9`.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Nothing.
#[cfg(not(all(debug_assertions, unix)))]
pub(super) fn point(_step: Step, _moment: Moment) {}
