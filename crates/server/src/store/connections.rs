//! The database's connections, for monitoring.

/// Connections to the database that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Working for a question.
    pub used: usize,
    /// Waiting for one.
    pub idle: usize,
}

/// How busy the database's connections are.
pub trait ConnectionStore: Send + Sync {
    /// The connections that are open now.
    fn connections(&self) -> Connections;
}
