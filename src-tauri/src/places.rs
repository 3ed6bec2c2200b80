//! Where the Console keeps things: per user, or below `KEYFOLD_CONSOLE_HOME`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// Names the root of the Console's configuration and data instead of the per-user directories.
pub const HOME_VARIABLE: &str = "KEYFOLD_CONSOLE_HOME";

/// The Console's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The saved platform.
    pub connections_file: PathBuf,
    /// What the user set for this computer.
    pub settings_file: PathBuf,
    /// One certificate folder per scope.
    pub certificates_directory: PathBuf,
}

impl Places {
    /// The places of this user; `home` is the value of [`HOME_VARIABLE`]. None when the user has no home directory.
    #[must_use]
    pub fn per_user(home: Option<OsString>) -> Option<Self> {
        match home.filter(|home| !home.is_empty()) {
            Some(home) => Some(Self::below(Path::new(&home), Path::new(&home))),
            None => BaseDirs::new().map(|user| Self::below(user.config_dir(), user.data_dir())),
        }
    }

    /// `Keyfold/Console` below a configuration and a data directory, which may be the same.
    fn below(config: &Path, data: &Path) -> Self {
        let config = config.join("Keyfold").join("Console");
        Self {
            connections_file: config.join("connections.json"),
            settings_file: config.join("settings.json"),
            certificates_directory: data.join("Keyfold").join("Console").join("Certificates"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_of_its_own_holds_everything() {
        let places = Places::per_user(Some("/demo".into())).unwrap();
        assert_eq!(
            places.connections_file,
            Path::new("/demo/Keyfold/Console/connections.json")
        );
        assert_eq!(
            places.certificates_directory,
            Path::new("/demo/Keyfold/Console/Certificates")
        );
    }

    #[test]
    fn an_empty_home_is_no_home() {
        assert_ne!(
            Places::per_user(Some(OsString::new())),
            Some(Places::below(Path::new(""), Path::new("")))
        );
    }
}
