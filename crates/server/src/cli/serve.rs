//! `serve`: everything put together, over TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use tower::limit::GlobalConcurrencyLimitLayer;
use url::Url;

use super::settings::Settings;
use super::signals::{Renewals, Signals};
use super::supervisor::{self, Step};
use super::{sealing_key, setup_link};
use crate::attempts::Attempts;
use crate::audit::denials::{self, Denials};
use crate::capture::{Jobs, Recipients};
use crate::clock::{Clock, Entropy, SystemClock};
use crate::jobs::Pool;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::operation::Operation;
use crate::passwords::Verifier;
use crate::state::{Platform, Shared};
use crate::store::ScopeStore as _;
use crate::tls::TlsIdentity;
use crate::trust::Trust;
use crate::{alerts, follow, hardening, routes, stream};

/// How often keys past their seven days are wiped from memory, and answers past their day from the database.
const SWEEP: Duration = Duration::from_mins(1);
/// How often counts of repeated denials are looked at.
const COUNTS: Duration = Duration::from_secs(10);
/// How often certificate files are looked at, and a supervisor is told that the process lives.
const LOOK: Duration = Duration::from_secs(5);
/// Files that are open for other things than connections.
const OTHER_FILES: usize = 128;

/// Serves Consoles and Agents until a signal ends it.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    hardening::harden()?;
    let _alone = settings.data_dir.serve_alone()?;
    let mut signals = Signals::hear()?;
    let renewals = Renewals::hear()?;
    let limits = &settings.limits;
    check_files(limits);
    let store = settings.data_dir.open().await?;
    let (name, _) = store
        .platform()
        .await?
        .context("the platform was not founded; run init again")?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = clock.now();
    let trust = trust(settings, now)?;
    let (chain, key) = settings.tls_files();
    let tls = Arc::new(TlsIdentity::read(chain, key, now)?);
    let listener = bind(settings.network.listen).await?;
    let address = listener.local_addr()?;
    let entropy = Entropy::from_system()?;
    let public_url = public_url(settings.network.public_url.as_ref(), address)?;
    let host = public_url.host_str().unwrap_or("-").to_owned();
    let platform = Arc::new(Platform {
        identity_provider: settings.oidc.provider(&public_url)?,
        passwords: Verifier::new(&entropy)?,
        sealing_key: sealing_key::read(&settings.secret_file(), &store, &entropy).await?,
        store: Arc::new(store.clone()),
        cache: settings.cache.limits().open(Arc::clone(&clock))?,
        captures: Jobs::default(),
        recipients: Recipients::default(),
        trust,
        clock,
        entropy,
        attempts: Attempts::default(),
        denials: Denials::default(),
        mail: settings.alerts.mail(&host)?,
        streams: Arc::default(),
        public_url,
        operation: Operation {
            tls: Some(Arc::clone(&tls)),
            ..Operation::default()
        },
    });
    let lifecycle = platform.operation.lifecycle.clone();
    tokio::spawn(sweep(Arc::clone(&platform)));
    follow::start(&platform).await?;
    let name_of_host = hardening::name_of_host();
    if let Some(pool) = settings
        .jobs
        .pool(settings.data_dir.path(), &name_of_host)?
    {
        Pool::start(&platform, pool).await?;
    }
    tokio::spawn(count_denials(Arc::clone(&platform)));
    tokio::spawn(renew(Arc::clone(&platform), renewals));
    for sink in settings.streams.sinks(&host)? {
        tokio::spawn(stream::follow(Arc::clone(&platform), sink));
    }
    if let Some(webhook) = settings.alerts.webhook()? {
        tokio::spawn(stream::follow(Arc::clone(&platform), webhook));
    }
    tokio::spawn(alerts::watch(Arc::clone(&platform)));
    if let Some(address) = settings.network.metrics_listen {
        monitor(address, Arc::clone(&platform)).await?;
    }
    setup_link::print(&platform).await?;
    let router = routes::router(Arc::clone(&platform))
        .layer(GlobalConcurrencyLimitLayer::new(limits.max_requests));
    let metrics = &platform.operation.metrics;
    let server = Listener::new(tls.server()?, router, limits, metrics, &lifecycle);
    let listening = tokio::spawn(Arc::new(server).listen(listener));
    tracing::info!(%address, platform = name, "listening");
    println!("listening on https://{address}");
    supervisor::tell(Step::Ready);

    signals.end().await;
    tracing::info!("ending");
    supervisor::tell(Step::Ending);
    tokio::spawn(end_at_once(signals));
    lifecycle.end(limits.shutdown_delay).await;
    listening.await?;
    if !lifecycle.finish(limits.shutdown_grace).await {
        tracing::warn!("what was still under way is broken off; Console and Agents will ask again");
    }
    denials::write_counts(&platform, true).await;
    platform.cache.wipe();
    store.close().await;
    tracing::info!("ended");
    Ok(())
}

fn trust(settings: &Settings, now: OffsetDateTime) -> anyhow::Result<Trust> {
    let trust = Trust::from_files(&settings.trust_files())?;
    trust
        .signer(now)
        .context("the capture-signing certificate is refused")?;
    if trust.revocation_list().next_update() < now {
        tracing::error!(
            "the revocation list is out of date: no key is captured until it is replaced"
        );
    }
    Ok(trust)
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is the port in use?"))
}

/// Says so when there can never be as many connections as are allowed.
fn check_files(limits: &Limits) {
    let wanted = u64::try_from(limits.max_connections + OTHER_FILES).unwrap_or(u64::MAX);
    if let Some(files) = hardening::open_files().filter(|files| *files < wanted) {
        tracing::warn!(
            files,
            wanted,
            "too few files may be open for max-connections; raise LimitNOFILE or lower it"
        );
    }
}

fn public_url(given: Option<&Url>, address: SocketAddr) -> anyhow::Result<Url> {
    let Some(url) = given else {
        return Ok(Url::parse(&format!("https://{address}"))?);
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || url.host().is_none() || !bare || !url.username().is_empty() {
        bail!("public-url is https://host:port and nothing more");
    }
    Ok(url.clone())
}

/// Answers Prometheus until the process ends.
async fn monitor(address: SocketAddr, platform: Shared) -> anyhow::Result<()> {
    let listener = bind(address).await?;
    tracing::info!(address = %listener.local_addr()?, "metrics");
    println!("metrics on http://{}/metrics", listener.local_addr()?);
    let monitoring = axum::serve(listener, routes::monitoring(platform));
    tokio::spawn(async move {
        if let Err(error) = monitoring.await {
            tracing::error!(%error, "metrics are not served any more");
        }
    });
    Ok(())
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

/// Reads renewed certificates: when their files change, and at SIGHUP.
async fn renew(platform: Shared, mut renewals: Renewals) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let anyway = tokio::select! {
            _ = ticks.tick() => false,
            () = renewals.asked() => true,
        };
        supervisor::tell(Step::Alive);
        let now = platform.now();
        platform.trust.renew_signer(anyway, now);
        if let Some(tls) = &platform.operation.tls {
            tls.renew(anyway, now);
        }
    }
}

/// A second signal: whoever sends it does not want to wait.
async fn end_at_once(mut signals: Signals) {
    signals.end().await;
    tracing::warn!("ended at once by a second signal");
    std::process::exit(1);
}
