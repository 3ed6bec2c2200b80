//! One connection, from its TLS handshake to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use super::Listener;
use super::patience::Patient;
use super::places::Place;

impl Listener {
    /// Answers one connection until it ends, loses its place, or runs out of time.
    pub(super) async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        place: Arc<Place>,
    ) {
        self.metrics.connections.inc();
        let cut = tokio::select! {
            () = place.lost() => Some("evicted"),
            cut = self.answer(stream, peer, &place) => cut,
        };
        if let Some(reason) = cut {
            self.cut(reason);
        }
        self.metrics.connections.dec();
    }

    /// Why the connection was cut, if it was.
    async fn answer(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: &Arc<Place>,
    ) -> Option<&'static str> {
        // Small answers should not wait for more; where the system refuses, they do.
        let _ = stream.set_nodelay(true);
        let handshake = timeout(self.limits.handshake_timeout, self.tls.accept(stream));
        let stream = tokio::select! {
            () = self.lifecycle.closed() => return None,
            handshake = handshake => match handshake {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "TLS handshake failed");
                    return Some("handshake-failed");
                }
                Err(_) => return Some("handshake-timeout"),
            },
        };
        self.questions(stream, peer, place).await
    }

    async fn questions(
        &self,
        stream: TlsStream<TcpStream>,
        peer: SocketAddr,
        place: &Arc<Place>,
    ) -> Option<&'static str> {
        let limits = &self.limits;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let http = if is_http2 {
            self.http.clone().http2_only()
        } else {
            self.http.clone().http1_only()
        };
        let stream = Patient::new(stream, limits.idle_timeout, limits.write_timeout);
        let asking = Arc::clone(place);
        let router = self
            .router
            .clone()
            .map_request(move |mut request: Request<_>| {
                asking.ask();
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            });
        let serving = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
        let mut serving = pin!(serving);
        let mut first = pin!(sleep(limits.header_timeout));
        let mut life = pin!(sleep(limits.connection_life));
        let mut takes_more = true;
        loop {
            tokio::select! {
                ended = serving.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "connection broke off");
                    }
                    return None;
                }
                () = &mut first, if !place.has_asked() => {
                    if !place.has_asked() {
                        return Some("silent");
                    }
                }
                () = &mut life => {
                    if !takes_more {
                        return Some("life-over");
                    }
                    takes_more = false;
                    serving.as_mut().graceful_shutdown();
                    life.as_mut().reset(Instant::now() + limits.idle_timeout);
                }
                () = self.lifecycle.closed(), if takes_more => {
                    if !place.has_asked() {
                        return None;
                    }
                    takes_more = false;
                    serving.as_mut().graceful_shutdown();
                    life.as_mut().reset(Instant::now() + limits.idle_timeout);
                }
            }
        }
    }
}
