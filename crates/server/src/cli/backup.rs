//! `backup` and `restore`: a copy of the `SQLite` file, and back.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::data_dir::{DataDir, for_this_user_alone};
use crate::store::sql::{back_up, check};

/// Copy the database to a file, also while the AccountServer runs.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    data_dir: DataDir,
    /// The file to write; it must not be there yet.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

/// Put a copy that `backup` made in the database's place. The AccountServer must not run.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    data_dir: DataDir,
    /// The copy.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Even if there is a database: it is kept beside the new one, as `keyfold.sqlite.replaced`.
    #[arg(long)]
    replace: bool,
}

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let database = self.data_dir.file()?;
        if !database.exists() {
            bail!("there is no {} to back up", database.display());
        }
        refuse(&self.to, "choose another file")?;
        let partial = beside(&self.to, ".partial");
        let written = write(&database, &partial).await;
        if written.is_err() {
            // It says nothing that the error does not say.
            let _ = fs::remove_file(&partial);
        }
        written.with_context(|| format!("{} was not written", self.to.display()))?;
        refuse(&self.to, "choose another file")?;
        put(&partial, &self.to)?;
        println!("{} is whole", self.to.display());
        Ok(())
    }
}

/// The copy at a place where nobody takes it for one yet.
async fn write(database: &Path, partial: &Path) -> anyhow::Result<()> {
    create_for_this_user_alone(partial)?;
    back_up(database, partial).await?;
    check(partial).await?;
    File::open(partial)?.sync_all()?;
    Ok(())
}

impl Restore {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let database = self.data_dir.file()?;
        let _alone = self.data_dir.serve_alone()?;
        if !self.replace {
            refuse(&database, "move it away, or give --replace")?;
        }
        check(&self.from)
            .await
            .with_context(|| format!("{} is not restored", self.from.display()))?;
        let partial = beside(&database, ".partial");
        if partial.exists() {
            fs::remove_file(&partial)?;
        }
        create_for_this_user_alone(&partial)?;
        fs::copy(&self.from, &partial)
            .with_context(|| format!("cannot copy {}", self.from.display()))?;
        for_this_user_alone(&partial, 0o600)?;
        check(&partial).await?;
        File::open(&partial)?.sync_all()?;
        set_aside(&database)?;
        put(&partial, &database)?;
        println!("restored; start the AccountServer");
        Ok(())
    }
}

/// Moves a database away together with what belongs to it: its WAL would damage the one that takes its place.
fn set_aside(database: &Path) -> anyhow::Result<()> {
    let replaced = beside(database, ".replaced");
    // The database first: without it, nobody takes what is left for one.
    for part in ["", "-wal", "-shm"] {
        let (from, to) = (beside(database, part), beside(&replaced, part));
        if from.exists() {
            fs::rename(&from, &to)
                .with_context(|| format!("cannot move {} away", from.display()))?;
        } else if to.exists() {
            fs::remove_file(&to)?;
        }
    }
    Ok(())
}

fn refuse(file: &Path, advice: &str) -> anyhow::Result<()> {
    if file.exists() {
        bail!("{} is there already; {advice}", file.display());
    }
    Ok(())
}

fn create_for_this_user_alone(file: &Path) -> anyhow::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .with_context(|| format!("cannot make {}", file.display()))?;
    for_this_user_alone(file, 0o600)?;
    Ok(())
}

/// Gives the file its name, durably.
fn put(partial: &Path, file: &Path) -> anyhow::Result<()> {
    fs::rename(partial, file)?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    name.into()
}
