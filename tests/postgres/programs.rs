//! Where Postgres's programs lie. Debian and Fedora keep those of the server off the PATH, one folder a version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders with a folder for each version of Postgres.
const VERSIONS: [&str; 4] = [
    "/usr/lib/postgresql",
    "/usr/local/lib/postgresql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
];

/// The folder with `initdb`, `postgres`, `psql`, `pg_dump` and the others.
#[derive(Debug, Clone)]
pub struct Programs(PathBuf);

impl Programs {
    /// Looks on the PATH, then where Debian and Homebrew put them; the newest version.
    #[must_use]
    pub fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path).find(|folder| is_whole(folder));
        on_path
            .or_else(|| VERSIONS.iter().find_map(|folder| newest(Path::new(folder))))
            .map(Self)
    }

    /// A command that runs one of them.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        Command::new(self.0.join(program))
    }
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "postgres", "createdb", "pg_isready"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(versions).ok()?.flatten();
    let with_number = folders.filter_map(|folder| {
        let name = folder.file_name().into_string().ok()?;
        let number = name.strip_prefix("postgresql@").unwrap_or(&name);
        let number: u32 = number.parse().ok()?;
        Some((number, folder.path().join("bin")))
    });
    with_number
        .filter(|(_, folder)| is_whole(folder))
        .max()
        .map(|(_, folder)| folder)
}
