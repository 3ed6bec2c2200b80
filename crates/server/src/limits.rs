//! How much the AccountServer takes on at a time, and for how long it waits.

use std::time::Duration;

use clap::Args;

/// Bounds on connections, questions and waiting.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Connections at a time. When all are taken, the oldest that never asked anything gives way to a new one.
    #[arg(long, value_name = "NUMBER", default_value = "4096")]
    pub(crate) max_connections: usize,
    /// Connections at a time from one address (IPv6: one /64). Behind a reverse proxy, as many as `max-connections`.
    #[arg(long, value_name = "NUMBER", default_value = "1024")]
    pub(crate) max_connections_per_address: usize,
    /// Questions of one HTTP/2 connection at a time.
    #[arg(long, value_name = "NUMBER", default_value = "64")]
    pub(crate) max_streams: u32,
    /// Questions that are answered at a time; more wait.
    #[arg(long, value_name = "NUMBER", default_value = "512")]
    pub(crate) max_requests: usize,
    /// How long a TLS handshake may take.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s")]
    pub(crate) handshake_timeout: Duration,
    /// How long the headers of a question may take, and how long an HTTP/1.1 connection waits for the next question.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s")]
    pub(crate) header_timeout: Duration,
    /// How long a connection may be without a byte in either direction.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "3m")]
    pub(crate) idle_timeout: Duration,
    /// How long a client may take no byte of an answer that waits for it.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    pub(crate) write_timeout: Duration,
    /// After so long a connection takes no more questions, and the client makes a new one.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "1h")]
    pub(crate) connection_life: Duration,
    /// How long, after the signal to end, it goes on listening while `/readyz` says no: a load balancer's time to notice.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0s")]
    pub(crate) shutdown_delay: Duration,
    /// How long questions and captures under way may take after that.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    pub(crate) shutdown_grace: Duration,
}

/// A length of time as people write it: `30s`, `5m`, `12h`, `7d`.
pub(crate) fn time(text: &str) -> Result<Duration, humantime::DurationError> {
    humantime::parse_duration(text)
}
