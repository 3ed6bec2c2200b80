//! `serve`: everything put together, over TLS.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use tokio::time::{MissedTickBehavior, interval};
use url::Url;

use super::settings::Settings;
use crate::attempts::Attempts;
use crate::audit::denials::{self, Denials};
use crate::capture::{Jobs, Recipients};
use crate::clock::{Clock, Entropy, SystemClock};
use crate::passwords::Verifier;
use crate::state::{Platform, Shared};
use crate::store::ScopeStore as _;
use crate::trust::Trust;
use crate::{follow, hardening, routes, tls};

/// How often keys past their seven days are wiped from memory, and answers past their day from the database.
const SWEEP: Duration = Duration::from_mins(1);
/// How often counts of repeated denials are looked at.
const COUNTS: Duration = Duration::from_secs(10);
/// How often a quiet HTTP/2 connection is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Serves Consoles and Agents until a signal ends it.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    hardening::harden()?;
    let _alone = settings.data_dir.serve_alone()?;
    let store = settings.data_dir.open().await?;
    let (name, _) = store
        .platform()
        .await?
        .context("the platform was not founded; run init again")?;
    let trust = Trust::from_files(&settings.trust_files())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = clock.now();
    trust
        .signer(now)
        .context("the capture-signing certificate is refused")?;
    if trust.revocation_list().next_update() < now {
        tracing::error!(
            "the revocation list is out of date: no key is captured until it is replaced"
        );
    }
    let (tls_cert, tls_key) = settings.tls_files();
    let tls = tls::config(&tls_cert, &tls_key)?;

    let listen = settings.network.listen;
    let listener = TcpListener::bind(listen)
        .with_context(|| format!("cannot listen on {listen}; is the port in use?"))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let entropy = Entropy::from_system()?;
    let platform = Arc::new(Platform {
        passwords: Verifier::new(&entropy)?,
        store: Arc::new(store.clone()),
        cache: settings.cache.limits().open(Arc::clone(&clock))?,
        captures: Jobs::default(),
        recipients: Recipients::default(),
        trust,
        clock,
        entropy,
        attempts: Attempts::default(),
        denials: Denials::default(),
        public_url: public_url(settings.network.public_url.as_ref(), address)?,
    });
    tokio::spawn(sweep(Arc::clone(&platform)));
    follow::start(&platform).await?;
    tokio::spawn(count_denials(Arc::clone(&platform)));
    let handle = Handle::new();
    tokio::spawn(end_on_signal(
        handle.clone(),
        settings.limits.shutdown_grace,
    ));
    tracing::info!(%address, platform = name, "listening");
    println!("listening on https://{address}");
    let mut server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))?;
    let http = server.http_builder();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.limits.header_timeout);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(KEEP_ALIVE));
    server
        .handle(handle)
        .serve(
            routes::router(Arc::clone(&platform))
                .into_make_service_with_connect_info::<SocketAddr>(),
        )
        .await?;
    denials::write_counts(&platform, true).await;
    store.close().await;
    tracing::info!("ended");
    Ok(())
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
        let evicted = platform.cache.evict_expired();
        if evicted > 0 {
            tracing::info!(evicted, "keys past their seven days wiped from memory");
        }
        if let Err(error) = platform.store.forget_answers(platform.now()).await {
            tracing::error!(%error, "answers past their day were not forgotten");
        }
    }
}

async fn count_denials(platform: Shared) {
    let mut ticks = interval(COUNTS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        denials::write_counts(&platform, false).await;
    }
}

async fn end_on_signal(handle: Handle<SocketAddr>, grace: Duration) {
    if let Err(error) = signal().await {
        tracing::error!(%error, "signals are not heard; end the process by force");
        return;
    }
    tracing::info!("ending");
    handle.graceful_shutdown(Some(grace));
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
