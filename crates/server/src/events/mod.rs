//! Event streams: how many a person may have open, and what one of them tells.

mod stream;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::refusal::Refusal;

pub(crate) use stream::follow;

/// A person may have so many streams open: some Consoles, and some that have not noticed yet that they are gone.
const A_PERSON: usize = 8;

/// The open streams of this process, by whose they are.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, usize>>);

impl Streams {
    /// Counts one more for this user.
    fn open(self: &Arc<Self>, user: &str) -> Result<Open, Refusal> {
        let mut open = self.lock();
        let count = open.entry(user.to_owned()).or_default();
        if *count >= A_PERSON {
            return Err(Refusal::TooManyStreams);
        }
        *count += 1;
        Ok(Open {
            streams: Arc::clone(self),
            user: user.to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that counts until it is dropped.
struct Open {
    streams: Arc<Streams>,
    user: String,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_some_streams_and_gets_one_back_for_each_that_ends() {
        let streams = Arc::new(Streams::default());
        let mut open: Vec<_> = (0..A_PERSON)
            .map(|_| streams.open("ann").unwrap())
            .collect();
        assert!(matches!(streams.open("ann"), Err(Refusal::TooManyStreams)));
        let other = streams.open("bob").unwrap();
        open.pop();
        open.push(streams.open("ann").unwrap());
        drop((open, other));
        assert!(streams.lock().is_empty());
    }
}
