//! Keys whose requests this process is answering.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys, by the names that the database has for them.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<HashSet<[u8; 32]>>>);

/// One of them, until it is dropped.
pub(super) struct Run {
    among: Running,
    id: [u8; 32],
}

impl Running {
    /// Adds a key; none when its first request is not answered yet.
    pub(super) fn begin(&self, id: [u8; 32]) -> Option<Run> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let among = self.clone();
        running.insert(id).then(|| Run { among, id })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut running = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.id);
    }
}
