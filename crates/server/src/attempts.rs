//! Wrong passwords and codes, counted for whoever tries: after some of them, every attempt has to wait.
//!
//! Who signs in from a device that is known, or is in a session already, is counted apart: strangers who guess somebody's
//! password make that person wait nowhere but on a new device.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::refusal::Refusal;

/// So many wrong attempts are free within so long. The second one bounds what a guesser of codes, of which three in a
/// million are right at a time, gets done in a year.
const FREE: [(usize, Duration); 2] = [(8, Duration::minutes(5)), (40, Duration::DAY)];
/// Those who are remembered; beyond that, whose last attempt is longest ago is forgotten.
const MOST: usize = 10_000;

/// Who tries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trying {
    /// Whoever gives this sign-in name.
    Stranger(String),
    /// A device from which the user signed in before, by its token's hash.
    Device(Vec<u8>),
    /// Who is signed in, by the hash of the session's token.
    Session(Vec<u8>),
}

/// The wrong passwords and codes of the last day.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<Trying, Vec<OffsetDateTime>>>);

impl Attempts {
    /// Counts an attempt as wrong until [`succeeded`](Self::succeeded) says otherwise, so that attempts in parallel
    /// count too.
    pub fn begin(&self, who: &Trying, now: OffsetDateTime) -> Result<(), Refusal> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(who) {
            forget_oldest(&mut all);
        }
        let wrong = all.entry(who.clone()).or_default();
        wrong.retain(|at| now - *at < Duration::DAY);
        let waits = FREE.iter().filter_map(|(free, within)| {
            let before = wrong.len().checked_sub(*free)?;
            let wait = *within - (now - wrong[before]);
            wait.is_positive().then_some(wait)
        });
        if let Some(wait) = waits.max() {
            return Err(Refusal::TooManyAttempts {
                seconds: wait.whole_seconds().max(1).unsigned_abs(),
            });
        }
        wrong.push(now);
        Ok(())
    }

    /// What became of an attempt whose password was right, and which a second factor decides: one without a code is none.
    pub fn told(&self, who: &Trying, demanded: &Result<(), Refusal>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Err(Refusal::SecondFactorRequired), Some(wrong)) = (demanded, all.get_mut(who)) {
            wrong.pop();
        }
    }

    /// Everything was right.
    pub fn succeeded(&self, who: &Trying) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(who);
    }
}

/// Makes room for a tenth of them.
fn forget_oldest(all: &mut HashMap<Trying, Vec<OffsetDateTime>>) {
    let mut lasts: Vec<_> = all.values().map(|wrong| wrong.last().copied()).collect();
    let (_, oldest, _) = lasts.select_nth_unstable(MOST / 10);
    let oldest = *oldest;
    all.retain(|_, wrong| wrong.last().copied() > oldest);
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn stranger(name: &str) -> Trying {
        Trying::Stranger(name.to_owned())
    }

    #[test]
    fn after_some_wrong_passwords_a_name_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let ann = stranger("ann");
        for _ in 0..8 {
            attempts.begin(&ann, NOW).unwrap();
        }
        let refused = attempts
            .begin(&ann, NOW + Duration::minutes(1))
            .unwrap_err();
        assert!(matches!(refused, Refusal::TooManyAttempts { seconds: 240 }));
        for other in [
            stranger("bob"),
            Trying::Device(b"ann's".to_vec()),
            Trying::Session(b"ann's".to_vec()),
        ] {
            attempts.begin(&other, NOW).unwrap();
        }
        attempts.begin(&ann, NOW + Duration::minutes(5)).unwrap();
    }

    #[test]
    fn whoever_never_stops_gets_forty_a_day() {
        let attempts = Attempts::default();
        let ann = stranger("ann");
        let minutes = (0..3 * 24 * 60).map(|minute| NOW + Duration::minutes(minute));
        let tried = minutes.filter(|at| attempts.begin(&ann, *at).is_ok());
        assert_eq!(tried.count(), 3 * 40);
    }

    #[test]
    fn a_right_password_wipes_the_slate() {
        let attempts = Attempts::default();
        let ann = stranger("ann");
        for _ in 0..24 {
            attempts.begin(&ann, NOW).unwrap();
            attempts.succeeded(&ann);
        }
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_the_oldest() {
        let attempts = Attempts::default();
        for number in 0..3 * MOST {
            let later = Duration::milliseconds(number.try_into().unwrap());
            let name = stranger(&number.to_string());
            attempts.begin(&name, NOW + later).unwrap();
        }
        let all = attempts.0.lock().unwrap();
        assert!(all.len() <= MOST);
        assert!(all.contains_key(&stranger(&(3 * MOST - MOST / 2).to_string())));
    }
}
