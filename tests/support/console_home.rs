//! What a Console finds in its home: the Certificates directory, and the platform it is connected to.

use std::fs;
use std::path::{Path, PathBuf};

use super::platform::Platform;

/// The directory that a Console is pointed to with `KEYFOLD_CONSOLE_HOME`.
#[derive(Debug, Clone)]
pub struct ConsoleHome(PathBuf);

impl ConsoleHome {
    /// A home at `path`; nothing is made yet.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The value of `KEYFOLD_CONSOLE_HOME`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its Certificates directory.
    #[must_use]
    pub fn certificates(&self) -> PathBuf {
        self.0.join("Keyfold/Console/Certificates")
    }

    /// Connects the Console to a platform, as if the admin had entered its address and compared the fingerprint.
    pub fn connect(&self, platform: &Platform) -> anyhow::Result<()> {
        let console = self.0.join("Keyfold/Console");
        fs::create_dir_all(&console)?;
        let connection = serde_json::json!({
            "name": platform.name(),
            "address": platform.url(),
            "authority": platform.authority_fingerprint(),
            "rootPem": platform.authority().root()?.to_pem(),
        });
        fs::write(
            console.join("connections.json"),
            serde_json::to_vec_pretty(&connection)?,
        )?;
        Ok(())
    }
}
