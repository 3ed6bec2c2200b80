//! The data directory: the database, and beside it the platform's certificates.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::store::sql::SqlStore;

/// Where the AccountServer keeps its data.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(super) struct DataDir {
    /// The directory with the database and, in `platform/`, the certificates.
    #[arg(long, value_name = "DIRECTORY")]
    data_dir: PathBuf,
}

impl DataDir {
    pub(super) fn path(&self) -> &Path {
        &self.data_dir
    }

    fn database(&self) -> PathBuf {
        self.data_dir.join("keyfold.sqlite")
    }

    /// Makes the directory, for this user alone, and an empty database in it.
    pub(super) async fn create(&self) -> anyhow::Result<SqlStore> {
        fs::create_dir_all(&self.data_dir).with_context(|| {
            format!(
                "cannot make {}; choose another place",
                self.data_dir.display()
            )
        })?;
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
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&self.data_dir, fs::Permissions::from_mode(0o700))?;
            fs::set_permissions(&database, fs::Permissions::from_mode(0o600))?;
        }
        Ok(SqlStore::open(&database, false).await?)
    }

    /// Opens the database that `init` made.
    pub(super) async fn open(&self) -> anyhow::Result<SqlStore> {
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
