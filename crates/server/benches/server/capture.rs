//! (a) Capturing what is in memory when a Group Certificate of RSA 4096 is uploaded, beside RSA alone
//! and beside a capture that stores nothing.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use keyfold_api::certificates::CaptureState;
use keyfold_core::captured_key::{CaptureRecipient, CaptureRecord, CaptureSigner};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_postgres::Cluster;
use keyfold_server::cache::LifeId;
use keyfold_server::capture::all_below;
use keyfold_server::state::Shared;
use keyfold_server::store::sql::SqlStore;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::runtime::Runtime;
use url::Url;
use zeroize::Zeroizing;

use crate::Extent;
use crate::house::{House, NOW};
use crate::platform::vector;
use crate::table::{Promise, Row, Yardstick};

const KEYS: usize = 100_000;
const LEAST_RATIO: f64 = 0.7;
/// How long RSA alone is measured, before and after.
const ALONE: Duration = Duration::from_secs(3);
/// What an account's key has: 32 bytes.
const KEY_BYTES: usize = 32;

pub(crate) fn measure(extent: &Extent) -> anyhow::Result<Vec<Row>> {
    let keys = extent.of(KEYS);
    let certificate = GroupCertificate::from_pem(&vector("platform/collection-4096.pem")?)?;
    let certificate = Arc::new(certificate);
    let runtime = Runtime::new()?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("bench.sqlite");
    let cluster = Cluster::shared()?;
    let mut rows = Vec::new();
    for (database, address) in [
        ("SQLite", None),
        ("Postgres", Some(cluster.database_in_byte_order()?)),
    ] {
        let before = rsa_alone(&certificate)?;
        let captured = runtime.block_on(captured(&certificate, keys, &file, address.as_ref()))?;
        let stored_nowhere = nothing_stored(&certificate)?;
        let after = rsa_alone(&certificate)?;
        let row = |what, figure, promise| Row {
            what,
            figure,
            unit: "keys/s".to_owned(),
            yardstick: Some(Yardstick {
                figure: f64::midpoint(before, after),
                what: format!("raw OAEP-4096 on {} cores", cores()),
            }),
            promise,
        };
        rows.push(row(
            format!("a capture on upload, {keys} keys, {database}"),
            captured,
            Promise::RatioAtLeast(LEAST_RATIO),
        ));
        rows.push(row(
            "a encrypted and signed, nothing stored".to_owned(),
            stored_nowhere,
            Promise::Nothing,
        ));
    }
    Ok(rows)
}

/// Keys a second.
async fn captured(
    certificate: &Arc<GroupCertificate>,
    keys: usize,
    file: &Path,
    postgres: Option<&Url>,
) -> anyhow::Result<f64> {
    let store = match postgres {
        Some(address) => SqlStore::connect(address).await?,
        None => SqlStore::open(file, true).await?,
    };
    let address =
        postgres.map_or_else(|| format!("sqlite:{}", file.display()), ToString::to_string);
    let house = House::new(store, &address).await?;
    let accounts = house.add_accounts(keys).await?;
    present(&house.platform, &accounts)?;
    house.activate(certificate).await?;
    let began = Instant::now();
    let ended = all_below(&house.platform, Arc::clone(certificate))
        .ended()
        .await;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(
        ended.state == CaptureState::Done && ended.captured as usize == keys,
        "not all was captured: {ended:?}"
    );
    house.store.close().await;
    Ok(f64::from(ended.captured) / seconds)
}

fn present(platform: &Shared, accounts: &[AccountId]) -> anyhow::Result<()> {
    let mut rng = StdRng::seed_from_u64(5);
    for account in accounts {
        let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
        rng.fill_bytes(&mut bytes);
        let key = EncryptionKey::password(bytes)?;
        let (key_id, life) = (KeyId::random(&mut rng), LifeId::random(&mut rng));
        platform.cache.present(*account, key_id, &key, life)?;
    }
    Ok(())
}

/// RSA alone: encryptions a second.
fn rsa_alone(certificate: &GroupCertificate) -> anyhow::Result<f64> {
    let key = PublicEncryptingKey::from_der(certificate.spki_der())
        .ok()
        .and_then(|key| OaepPublicEncryptingKey::new(key).ok())
        .context("the certificate's key is no RSA key")?;
    on_all_cores(|| {
        let mut encrypted = vec![0; key.ciphertext_size()];
        key.encrypt(
            &OAEP_SHA256_MGF1SHA256,
            &[7; KEY_BYTES],
            &mut encrypted,
            None,
        )
        .ok()
        .context("RSA failed")?;
        Ok(())
    })
}

/// Captured keys, encrypted and signed and stored nowhere: so many a second.
fn nothing_stored(certificate: &GroupCertificate) -> anyhow::Result<f64> {
    let recipient = CaptureRecipient::new(certificate)?;
    let key = EncryptionKey::password(Zeroizing::new(vec![7; KEY_BYTES]))?;
    let signer =
        CaptureSigner::from_pem(&vector("pki/capture.pem")?, &vector("pki/capture-key.pem")?)?;
    let mut rng = StdRng::seed_from_u64(6);
    let record = CaptureRecord {
        account: AccountId::random(&mut rng),
        scope: recipient.scope(),
        key_id: KeyId::random(&mut rng),
        certificate: recipient.certificate(),
        captured_at: NOW,
    };
    on_all_cores(|| {
        black_box(recipient.capture(&record, &key, &signer)?);
        Ok(())
    })
}

/// How often a second all cores together do this, at the priority of a capture.
fn on_all_cores(work: impl Fn() -> anyhow::Result<()> + Sync) -> anyhow::Result<f64> {
    let work = &work;
    let rates = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores())
            .map(|_| scope.spawn(move || rate(work)))
            .collect();
        let rates = threads.into_iter().map(thread::ScopedJoinHandle::join);
        rates.collect::<Result<Vec<_>, _>>()
    });
    let rates = rates.ok().context("a thread panicked")?;
    rates.into_iter().sum()
}

fn rate(work: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    #[cfg(target_os = "linux")]
    rustix::process::setpriority_process(None, 10)?;
    let (began, mut done) = (Instant::now(), 0_u32);
    while began.elapsed() < ALONE {
        for _ in 0..100 {
            work()?;
            done += 1;
        }
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
