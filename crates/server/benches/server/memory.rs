//! (c) What one cached key costs beyond its own bytes.

use std::fs;
use std::hint::black_box;
use std::sync::Arc;

use anyhow::Context as _;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_core::id::{AccountId, KeyId};
use keyfold_server::cache::{CacheLimits, LifeId};
use keyfold_server::clock::SystemClock;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use zeroize::Zeroizing;

use crate::Extent;
use crate::table::{Promise, Row};

const KEYS: usize = 100_000;
const MOST_BYTES: f64 = 1024.0;

pub(crate) fn measure(extent: &Extent) -> anyhow::Result<Vec<Row>> {
    let keys = extent.of(KEYS);
    let mut rng = StdRng::seed_from_u64(7);
    let cache = CacheLimits::default().open(Arc::new(SystemClock))?;
    let before = resident_bytes()?;
    let mut own = 0;
    for number in 0..keys {
        let key = typical(number, &mut rng)?;
        own += key
            .secrets()
            .iter()
            .map(|secret| secret.value().len())
            .sum::<usize>();
        let (account, key_id) = (AccountId::random(&mut rng), KeyId::random(&mut rng));
        cache.present(account, key_id, &key, LifeId::random(&mut rng))?;
    }
    let taken = resident_bytes()?.saturating_sub(before);
    black_box(&cache);
    let each = |bytes: usize| -> anyhow::Result<f64> {
        Ok(f64::from(u32::try_from(bytes)?) / f64::from(u32::try_from(keys)?))
    };
    Ok(vec![Row {
        what: format!("c memory beyond the key, {keys} keys"),
        figure: each(taken)? - each(own)?,
        unit: "bytes/key".to_owned(),
        yardstick: None,
        promise: Promise::AtMost(MOST_BYTES),
    }])
}

/// Most keys are a password of some words or 32 bytes in base64; one in ten has a key file of 256 bytes beside it.
fn typical(number: usize, rng: &mut StdRng) -> anyhow::Result<EncryptionKey> {
    let mut bytes = |len: usize| {
        let mut value = Zeroizing::new(vec![0; len]);
        rng.fill_bytes(&mut value);
        value
    };
    let mut secrets = vec![NamedSecret::new(PASSWORD, bytes([24, 32, 44][number % 3]))?];
    if number.is_multiple_of(10) {
        secrets.push(NamedSecret::new("key-file", bytes(256))?);
    }
    Ok(EncryptionKey::new(secrets)?)
}

/// `VmRSS` of this process.
fn resident_bytes() -> anyhow::Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: usize = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .context("/proc/self/status has no VmRSS")?
        .trim()
        .parse()?;
    Ok(kib * 1024)
}
