//! The data directory: the platform's certificates and, unless it is a Postgres, the database.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::database::Database;
use crate::store::ScopeStore as _;
use crate::store::sql::SqlStore;

/// Where the AccountServer keeps its data.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(super) struct DataDir {
    /// The directory with the database and, in `platform/`, the certificates.
    #[arg(long, value_name = "DIRECTORY")]
    data_dir: PathBuf,
    #[command(flatten)]
    database: Database,
}

impl DataDir {
    pub(super) fn path(&self) -> &Path {
        &self.data_dir
    }

    /// The database's file.
    ///
    /// # Errors
    /// When the database is a Postgres, with words about this command.
    pub(super) fn file(&self) -> anyhow::Result<PathBuf> {
        if self.database.address.is_some() {
            bail!(
                "this is for the SQLite file in the data directory; use pg_dump and pg_restore for Postgres"
            );
        }
        Ok(self.database())
    }

    /// Makes sure that no AccountServer serves from the `SQLite` file, and that none begins to while the answer lives: what
    /// one does, others would not learn of. From a Postgres several may serve.
    pub(super) fn serve_alone(&self) -> anyhow::Result<Option<File>> {
        if self.database.address.is_some() {
            return Ok(None);
        }
        fs::create_dir_all(&self.data_dir)?;
        let lock = File::create(self.data_dir.join("keyfold.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => bail!(
                "an AccountServer serves from {} already; stop it first",
                self.data_dir.display()
            ),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn database(&self) -> PathBuf {
        self.data_dir.join("keyfold.sqlite")
    }

    /// Makes the directory, for this user alone, and an empty database in it; a Postgres must be there and empty.
    pub(super) async fn create(&self) -> anyhow::Result<SqlStore> {
        fs::create_dir_all(&self.data_dir).with_context(|| {
            format!(
                "cannot make {}; choose another place",
                self.data_dir.display()
            )
        })?;
        for_this_user_alone(&self.data_dir, 0o700)?;
        if let Some(address) = &self.database.address {
            let store = SqlStore::connect(address.url()).await?;
            if store.platform().await?.is_some() {
                bail!("this database has a platform already; choose another one, or serve from it");
            }
            return Ok(store);
        }
        let database = self.database();
        if database.exists() {
            bail!(
                "{} is there already; choose another data directory",
                database.display()
            );
        }
        // Made before SQLite opens it: the files beside it get the same mode.
        File::create_new(&database)
            .with_context(|| format!("cannot make {}", database.display()))?;
        for_this_user_alone(&database, 0o600)?;
        Ok(SqlStore::open(&database, false).await?)
    }

    /// Opens the database that `init` made.
    pub(super) async fn open(&self) -> anyhow::Result<SqlStore> {
        if let Some(address) = &self.database.address {
            return Ok(SqlStore::connect(address.url()).await?);
        }
        let database = self.database();
        if !database.exists() {
            bail!(
                "there is no {}; run `keyfold-server init` first",
                database.display()
            );
        }
        Ok(SqlStore::open(&database, false).await?)
    }
}

#[cfg(unix)]
pub(super) fn for_this_user_alone(file: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "Unix can refuse, and the caller is the same"
)]
pub(super) fn for_this_user_alone(_file: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
