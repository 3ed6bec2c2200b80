//! Connections: accepted, bounded in number and in patience, ended in good order.

mod connection;
mod patience;
mod places;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use self::places::Places;
use crate::limits::Limits;
use crate::operation::{Labelled, Lifecycle, Metrics};

/// How often a quiet HTTP/2 connection is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Bytes of a question's headers: an HTTP/2 list, or an HTTP/1.1 head.
const HEADER_BYTES: u32 = 32 * 1024;
/// Headers of an HTTP/1.1 question.
const HEADERS: usize = 100;
/// Bytes of answers that an HTTP/2 stream holds ready.
const SEND_BUFFER: usize = 64 * 1024;
/// Streams that a client reset before they were looked at: more of them, and the connection ends.
const PENDING_RESETS: usize = 20;
/// Streams that we reset because of the client's errors: more of them, and the connection ends.
const OUR_RESETS: usize = 256;
/// How long to wait when the system has no more files for connections.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// What answers connections.
pub(crate) struct Listener {
    tls: TlsAcceptor,
    http: Builder<TokioExecutor>,
    router: Router,
    limits: Limits,
    places: Arc<Places>,
    metrics: Arc<Metrics>,
    lifecycle: Lifecycle,
}

impl Listener {
    pub(crate) fn new(
        tls: Arc<ServerConfig>,
        router: Router,
        limits: &Limits,
        metrics: &Arc<Metrics>,
        lifecycle: &Lifecycle,
    ) -> Self {
        Self {
            tls: TlsAcceptor::from(tls),
            http: http(limits),
            router,
            limits: limits.clone(),
            places: Places::new(limits.max_connections, limits.max_connections_per_address),
            metrics: Arc::clone(metrics),
            lifecycle: lifecycle.clone(),
        }
    }

    /// Accepts connections until the lifecycle closes. They are among the jobs that it waits for.
    pub(crate) async fn listen(self: Arc<Self>, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.lifecycle.closed() => return,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    let is_the_clients = matches!(
                        error.kind(),
                        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                    );
                    if !is_the_clients {
                        tracing::error!(%error, "no connection can be accepted");
                        sleep(EXHAUSTED).await;
                    }
                    continue;
                }
            };
            match self.places.take(peer.ip()) {
                Some(place) => {
                    let connection = Arc::clone(&self).serve(stream, peer, Arc::new(place));
                    self.lifecycle.spawn(connection);
                }
                None => self.cut("no-place"),
            }
        }
    }

    fn cut(&self, of: &'static str) {
        self.metrics
            .connections_cut
            .get_or_create(&Labelled { of })
            .inc();
    }
}

fn http(limits: &Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_headers(HEADERS)
        .max_buf_size(HEADER_BYTES as usize);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(KEEP_ALIVE))
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(HEADER_BYTES)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(OUR_RESETS);
    http
}
