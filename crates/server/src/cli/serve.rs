//! `serve`: everything put together, over TLS.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use clap::Args;
use hyper_util::rt::TokioTimer;
use tokio::time::{MissedTickBehavior, interval};
use url::Url;

use super::data_dir::DataDir;
use crate::attempts::Attempts;
use crate::cache::KeyCache;
use crate::clock::{Clock as _, Entropy, SystemClock};
use crate::passwords::Verifier;
use crate::state::{Platform, Shared};
use crate::store::ScopeStore as _;
use crate::trust::{Trust, TrustFiles};
use crate::{hardening, routes, tls};

/// How often keys past their seven days are wiped from memory.
const SWEEP: Duration = Duration::from_mins(1);
/// A client that takes longer for its headers is not waited for.
const HEADERS: Duration = Duration::from_secs(10);
/// How often a quiet HTTP/2 connection is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long answers under way may take after the signal to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serve Consoles and Agents.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    data_dir: DataDir,
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// How Agents reach this server; `https://` and the listening address when absent.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// TLS certificate chain with the Authority's root at its end [default: platform/tls.pem in the data directory].
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Its private key [default: platform/tls-key.pem].
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Capture-signing certificate [default: platform/capture.pem].
    #[arg(long, value_name = "FILE")]
    capture_cert: Option<PathBuf>,
    /// Its private key [default: platform/capture-key.pem].
    #[arg(long, value_name = "FILE")]
    capture_key: Option<PathBuf>,
    /// The Authority's root certificate [default: platform/root.pem].
    #[arg(long, value_name = "FILE")]
    authority_root: Option<PathBuf>,
    /// The Authority's revocation list, read again when it changes [default: platform/crl.pem].
    #[arg(long, value_name = "FILE")]
    crl: Option<PathBuf>,
    /// A certificate between the Authority's root and Group Certificates; may be given several times.
    #[arg(long, value_name = "FILE")]
    intermediate: Vec<PathBuf>,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        hardening::harden()?;
        let store = self.data_dir.open().await?;
        let (name, _) = store
            .platform()
            .await?
            .context("the platform was not founded; run init again")?;
        let file = |given: &Option<PathBuf>, name: &str| {
            given
                .clone()
                .unwrap_or_else(|| self.data_dir.path().join("platform").join(name))
        };
        let trust = Trust::from_files(&TrustFiles {
            authority_root: file(&self.authority_root, "root.pem"),
            intermediates: self.intermediate.clone(),
            revocation_list: file(&self.crl, "crl.pem"),
            capture_certificate: file(&self.capture_cert, "capture.pem"),
            capture_key: file(&self.capture_key, "capture-key.pem"),
        })?;
        let now = SystemClock.now();
        trust
            .signer(now)
            .context("the capture-signing certificate is refused")?;
        if trust.revocation_list().next_update() < now {
            tracing::error!(
                "the revocation list is out of date: no key is captured until it is replaced"
            );
        }
        let tls = tls::config(
            &file(&self.tls_cert, "tls.pem"),
            &file(&self.tls_key, "tls-key.pem"),
        )?;

        let listener = TcpListener::bind(self.listen)
            .with_context(|| format!("cannot listen on {}; is the port in use?", self.listen))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let entropy = Entropy::from_system()?;
        let platform = Arc::new(Platform {
            passwords: Verifier::new(&entropy)?,
            store: Arc::new(store.clone()),
            cache: KeyCache::new()?,
            trust,
            clock: Box::new(SystemClock),
            entropy,
            attempts: Attempts::default(),
            public_url: public_url(self.public_url.as_ref(), address)?,
        });
        tokio::spawn(sweep(Arc::clone(&platform)));
        let handle = Handle::new();
        tokio::spawn(end_on_signal(handle.clone()));
        tracing::info!(%address, platform = name, "listening");
        println!("listening on https://{address}");
        let mut server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))?;
        let http = server.http_builder();
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(KEEP_ALIVE));
        server
            .handle(handle)
            .serve(routes::router(platform).into_make_service())
            .await?;
        store.close().await;
        tracing::info!("ended");
        Ok(())
    }
}

fn public_url(given: Option<&Url>, address: SocketAddr) -> anyhow::Result<Url> {
    let Some(url) = given else {
        return Ok(Url::parse(&format!("https://{address}"))?);
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || url.host().is_none() || !bare || !url.username().is_empty() {
        bail!("--public-url is https://host:port and nothing more");
    }
    Ok(url.clone())
}

async fn sweep(platform: Shared) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let evicted = platform.cache.evict_expired(platform.now());
        if evicted > 0 {
            tracing::info!(evicted, "keys past their seven days wiped from memory");
        }
    }
}

async fn end_on_signal(handle: Handle<SocketAddr>) {
    if let Err(error) = signal().await {
        tracing::error!(%error, "signals are not heard; end the process by force");
        return;
    }
    tracing::info!("ending");
    handle.graceful_shutdown(Some(GRACE));
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
