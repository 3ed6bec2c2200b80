//! Three AccountServers on one Postgres, Agents that back up without a pause, one server killed again and again, and an
//! upload in the middle: is everything that was acknowledged there, and does it open?

mod agents;
pub mod fleet;
mod stored;

use std::fmt;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::id::ScopeKind;
use keyfold_core::key_pair::KeySize;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::sealed_key::Argon2Params;
use keyfold_postgres::Cluster;
use url::Url;

use self::agents::Load;
use crate::support::platform::{Platform, Secrets};
use crate::support::server::{Server, Settings, use_database};

const PASSPHRASE: &str = "three servers keep one secret";
const SERVERS: usize = 3;
/// Between attempts of an upload that meets a killed server.
const PAUSE: Duration = Duration::from_millis(100);

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// How long the Agents back up.
    pub lasts: Duration,
    /// Between two kills.
    pub kill_every: Duration,
    /// How many Agents back up at a time.
    pub agents: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Numbers {
    /// Backups whose end was acknowledged, and those of them after which the key was said to be captured.
    pub acknowledged: [usize; 2],
    /// Different keys that were said to be captured, and those of them that are stored.
    pub promised: [usize; 2],
    /// Rows of captured keys; those that open to the key that was presented.
    pub rows: [usize; 2],
    /// Rows beyond the oldest and the newest of an account, key id and certificate.
    pub duplicates: usize,
    /// Backups that ended after the upload was answered, without being captured.
    pub missed: usize,
    /// Keys that were captured by the upload, or by servers that followed it: no backup said so.
    pub by_upload: usize,
    /// Servers killed.
    pub kills: usize,
}

impl Numbers {
    /// Whether every promise was kept, and something was promised at all.
    #[must_use]
    pub fn all_is_well(&self) -> bool {
        let [promised, stored] = self.promised;
        let [rows, opened] = self.rows;
        promised > 0
            && promised == stored
            && rows == opened
            && self.duplicates == 0
            && self.missed == 0
            && self.kills > 0
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [ended, captured] = self.acknowledged;
        let [promised, stored] = self.promised;
        let [rows, opened] = self.rows;
        writeln!(formatter, "kills                     {:8}", self.kills)?;
        writeln!(
            formatter,
            "backups acknowledged      {ended:8}  with a captured key {captured}"
        )?;
        writeln!(
            formatter,
            "keys said to be captured  {promised:8}  stored {stored}"
        )?;
        writeln!(formatter, "captured by the upload    {:8}", self.by_upload)?;
        writeln!(
            formatter,
            "rows                      {rows:8}  opened to the original key {opened}"
        )?;
        writeln!(formatter, "duplicates                {:8}", self.duplicates)?;
        write!(
            formatter,
            "ended after the upload and not captured {:3}",
            self.missed
        )
    }
}

/// Runs it in an empty directory.
pub fn run(directory: &Path, extent: Extent) -> anyhow::Result<Numbers> {
    let cluster = Cluster::shared()?;
    let database = cluster.database()?;
    let first = directory.join("server");
    use_database(&first, &database)?;
    let mut platform = Platform::start_with(
        directory,
        "Northwind Backups",
        Secrets::default(),
        0,
        "info",
    )?;
    let mut others = (1..SERVERS)
        .map(|number| another(&platform, directory, number, &database))
        .collect::<anyhow::Result<Vec<_>>>()?;

    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Surgery", admin.root()?.guid)?;
    let request =
        admin.request_certificate(&group, KeySize::Rsa3072, PASSPHRASE, Argon2Params::MIN)?;
    platform.sign(&request, None)?;
    let mut urls = vec![platform.url().clone()];
    urls.extend(others.iter().map(|server| server.url().clone()));
    let load = Load::start(
        &admin,
        group.guid,
        &urls,
        platform.authority_fingerprint(),
        extent.agents,
    )?;

    let began = Instant::now();
    let mut kills = 0;
    let mut next_kill = extent.kill_every;
    let mut uploaded = false;
    while began.elapsed() < extent.lasts {
        if !uploaded && began.elapsed() >= extent.lasts / 2 {
            if let Err(error) = admin.upload_signed(&request) {
                // The server it went to was killed a moment ago, and is back.
                eprintln!("upload again: {error:#}");
                sleep(PAUSE);
                continue;
            }
            load.uploaded();
            uploaded = true;
        }
        if began.elapsed() >= next_kill {
            next_kill += extent.kill_every;
            match kills % SERVERS {
                0 => platform.server_mut().start_again()?,
                other => others[other - 1].start_again()?,
            }
            kills += 1;
        }
        sleep(Duration::from_millis(10));
    }
    ensure!(uploaded, "the certificate was never uploaded");
    let history = load.stop()?;

    let passphrase = Passphrase::new(PASSPHRASE.to_owned())?;
    let key = admin
        .certificates()
        .unseal(group.guid, request.spki_fingerprint, &passphrase)?;
    let root: AuthorityRoot = platform.authority().root()?;
    let name = database.path().trim_start_matches('/');
    let rows = stored::read(&mut cluster.client("psql"), name)?;
    stored::compare(&history, &rows, &key, &root, kills)
}

/// An AccountServer with its own data directory, the platform's certificates and its secret file.
fn another(
    platform: &Platform,
    directory: &Path,
    number: usize,
    database: &Url,
) -> anyhow::Result<Server> {
    let data = directory.join(format!("server-{number}"));
    use_database(&data, database)?;
    let certificates = data.join("platform");
    fs::create_dir(&certificates)?;
    for file in fs::read_dir(platform.data().join("platform"))? {
        let file = file?;
        fs::copy(file.path(), certificates.join(file.file_name()))?;
    }
    fs::copy(platform.data().join("secret.key"), data.join("secret.key"))?;
    let settings = Settings {
        log: directory.join(format!("server-{number}.log")),
        log_level: "info".to_owned(),
        temporary: directory.join(format!("temporary-{number}")),
        data,
    };
    Server::serve(settings, 0)
}
