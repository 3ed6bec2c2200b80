//! (d) Pages of the tree, of accounts and of the report, with a million accounts in a hundred thousand Groups.

use std::time::{Duration, Instant};

use anyhow::ensure;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use keyfold_core::id::ScopeGuid;
use keyfold_postgres::Cluster;
use keyfold_server::routes::router;
use keyfold_server::store::sql::SqlStore;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Extent;
use crate::large::{ADMIN, Large};
use crate::table::{Promise, Row};

/// Questions of each kind.
const QUESTIONS: usize = 2000;
/// So many pages of one list are read before another list begins.
const DEEP: usize = 5;
const MOST_MILLISECONDS: f64 = 50.0;
/// What one answer may hold.
const MOST_BYTES: usize = 16 << 20;

pub(crate) fn measure(extent: &Extent) -> anyhow::Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let directory = tempfile::tempdir()?;
        let file = directory.path().join("large.sqlite");
        let store = SqlStore::open(&file, true).await?;
        let address = format!("sqlite:{}", file.display());
        let mut rows = over("SQLite", store, &address, extent).await?;
        let address = Cluster::shared()?.database_in_byte_order()?;
        let store = SqlStore::connect(&address).await?;
        rows.extend(over("Postgres", store, address.as_str(), extent).await?);
        Ok(rows)
    })
}

async fn over(
    database: &str,
    store: SqlStore,
    address: &str,
    extent: &Extent,
) -> anyhow::Result<Vec<Row>> {
    let began = Instant::now();
    let large = Large::fill(store, address, extent).await?;
    eprintln!(
        "{database}: {} accounts written in {:.0?}",
        large.accounts,
        began.elapsed()
    );
    let asker = Asker {
        router: router(large.platform()?),
    };
    let mut rows = Vec::new();
    for (what, list) in [
        ("tree page", "children"),
        ("accounts page", "accounts"),
        ("report page", "reports/group-certificates-active"),
    ] {
        let times = asker.walk(&large, list).await?;
        rows.extend(figures(&format!("d {what}, {database}"), times));
    }
    let began = Instant::now();
    asker
        .ask(&format!("/scopes/{}/coverage", large.root))
        .await?;
    rows.push(row(
        &format!("d coverage of all, {database}"),
        began.elapsed(),
        Promise::Nothing,
    ));
    Ok(rows)
}

/// Asks the router, as the network would.
struct Asker {
    router: Router,
}

impl Asker {
    /// Asks for pages of lists of random Collections, now and then of the root, some pages deep.
    async fn walk(&self, large: &Large, list: &str) -> anyhow::Result<Vec<Duration>> {
        let mut rng = StdRng::seed_from_u64(9);
        let mut times = Vec::new();
        while times.len() < QUESTIONS {
            let top = if rng.random_bool(0.2) {
                large.root
            } else {
                *large.collections.choose(&mut rng).unwrap_or(&large.root)
            };
            self.pages(top, list, &mut times).await?;
        }
        Ok(times)
    }

    async fn pages(
        &self,
        top: ScopeGuid,
        list: &str,
        times: &mut Vec<Duration>,
    ) -> anyhow::Result<()> {
        let mut query = String::new();
        for _ in 0..DEEP {
            let began = Instant::now();
            let page = self.ask(&format!("/scopes/{top}/{list}{query}")).await?;
            times.push(began.elapsed());
            let Some(next) = page["next"].as_str() else {
                break;
            };
            query = format!("?cursor={next}");
        }
        Ok(())
    }

    async fn ask(&self, path: &str) -> anyhow::Result<Value> {
        let request = Request::get(format!("/api/v1{path}"))
            .header(AUTHORIZATION, format!("Bearer {ADMIN}"))
            .body(Body::empty())?;
        let answer = self.router.clone().oneshot(request).await?;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), MOST_BYTES).await?;
        ensure!(status.is_success(), "{path}: {status}");
        Ok(serde_json::from_slice(&body)?)
    }
}

fn figures(what: &str, mut times: Vec<Duration>) -> Vec<Row> {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    let at = |percent: usize| times.get(last * percent / 100).copied().unwrap_or_default();
    vec![
        row(&format!("{what}, p50"), at(50), Promise::Nothing),
        row(
            &format!("{what}, p99"),
            at(99),
            Promise::AtMost(MOST_MILLISECONDS),
        ),
        row(&format!("{what}, max"), at(100), Promise::Nothing),
    ]
}

/// A time, in milliseconds.
fn row(what: &str, time: Duration, promise: Promise) -> Row {
    Row {
        what: what.to_owned(),
        figure: time.as_secs_f64() * 1000.0,
        unit: "ms".to_owned(),
        yardstick: None,
        promise,
    }
}
