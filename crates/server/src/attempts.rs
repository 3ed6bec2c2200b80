//! Wrong passwords and codes, counted for each name: after some of them, every attempt has to wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::refusal::Refusal;

/// So many wrong passwords are free within [`WINDOW`].
const FREE: usize = 8;
const WINDOW: Duration = Duration::minutes(5);
/// Names that are remembered; beyond that, those whose window is over are forgotten.
const NAMES: usize = 10_000;

/// The wrong passwords of the last minutes.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, Vec<OffsetDateTime>>>);

impl Attempts {
    /// Counts an attempt as wrong until [`succeeded`](Self::succeeded) says otherwise, so that attempts in parallel
    /// count too.
    pub fn begin(&self, name: &str, now: OffsetDateTime) -> Result<(), Refusal> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES {
            names.retain(|_, wrong| wrong.last().is_some_and(|last| now - *last < WINDOW));
        }
        let wrong = names.entry(name.to_owned()).or_default();
        wrong.retain(|at| now - *at < WINDOW);
        if let (true, Some(first)) = (wrong.len() >= FREE, wrong.first()) {
            let wait = (WINDOW - (now - *first)).whole_seconds().max(1);
            return Err(Refusal::TooManyAttempts {
                seconds: wait.unsigned_abs(),
            });
        }
        wrong.push(now);
        Ok(())
    }

    /// What became of an attempt whose password was right, and which a second factor decides: one without a code is none.
    pub fn told(&self, name: &str, demanded: &Result<(), Refusal>) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Err(Refusal::SecondFactorRequired), Some(wrong)) = (demanded, names.get_mut(name)) {
            wrong.pop();
        }
    }

    /// Everything was right.
    pub fn succeeded(&self, name: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    #[test]
    fn after_some_wrong_passwords_a_name_waits_and_others_do_not() {
        let attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin("ann", NOW).unwrap();
        }
        let refused = attempts
            .begin("ann", NOW + Duration::minutes(1))
            .unwrap_err();
        assert!(matches!(refused, Refusal::TooManyAttempts { seconds: 240 }));
        attempts.begin("bob", NOW).unwrap();
        attempts.begin("ann", NOW + WINDOW).unwrap();
    }

    #[test]
    fn a_right_password_wipes_the_slate() {
        let attempts = Attempts::default();
        for _ in 0..3 * FREE {
            attempts.begin("ann", NOW).unwrap();
            attempts.succeeded("ann");
        }
    }
}
