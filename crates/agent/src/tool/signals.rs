//! Signals that ask the Agent to stop go to the tool; the Agent stays to report how the tool ended.

#[cfg(unix)]
pub(super) use unix::{Signals, pass_on};
#[cfg(windows)]
pub(super) use windows::{Signals, pass_on};

#[cfg(unix)]
mod unix {
    use std::io::{self, IsTerminal as _};

    use rustix::process::{Pid, Signal as Number, kill_process};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that end programs politely.
    pub(in crate::tool) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Signal,
    }

    impl Signals {
        pub(in crate::tool) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        pub(in crate::tool) async fn next(&mut self) -> Number {
            tokio::select! {
                _ = self.interrupt.recv() => Number::INT,
                _ = self.terminate.recv() => Number::TERM,
                _ = self.hang_up.recv() => Number::HUP,
            }
        }
    }

    /// A terminal sends Ctrl-C to the tool itself, which must not get it twice: the second makes some tools give up.
    pub(in crate::tool) fn pass_on(signal: Number, process: Option<u32>) {
        if signal == Number::INT && io::stdin().is_terminal() {
            return;
        }
        let process = process
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(process) = process {
            // It may have ended meanwhile, which is what the signal asked for.
            let _ = kill_process(process, signal);
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::io;

    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    /// The events that end console programs. Windows sends them to the tool as well.
    pub(in crate::tool) struct Signals {
        ctrl_c: CtrlC,
        ctrl_break: CtrlBreak,
    }

    impl Signals {
        pub(in crate::tool) fn listen() -> io::Result<Self> {
            Ok(Self {
                ctrl_c: ctrl_c()?,
                ctrl_break: ctrl_break()?,
            })
        }

        pub(in crate::tool) async fn next(&mut self) {
            tokio::select! {
                _ = self.ctrl_c.recv() => {}
                _ = self.ctrl_break.recv() => {}
            }
        }
    }

    /// Nothing to pass on; that the event was taken keeps the Agent running.
    pub(in crate::tool) fn pass_on((): (), _process: Option<u32>) {}
}
