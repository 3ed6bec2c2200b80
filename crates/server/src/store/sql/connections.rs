//! How busy the pool is.

use super::SqlStore;
use crate::store::{ConnectionStore, Connections};

impl ConnectionStore for SqlStore {
    fn connections(&self) -> Connections {
        let open = usize::try_from(self.pool.size()).unwrap_or(usize::MAX);
        let idle = self.pool.num_idle().min(open);
        Connections {
            used: open - idle,
            idle,
        }
    }
}
