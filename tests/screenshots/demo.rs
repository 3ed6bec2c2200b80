//! The demo's platform with its sample organisation, without the demo's window.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};
use keyfold_tests::support::binaries::binary;

/// A running demo in a directory of its own; dropping it ends it.
pub(crate) struct Demo {
    process: Child,
    directory: tempfile::TempDir,
}

impl Demo {
    /// Makes the sample organisation, which takes a minute.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let organisation =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/demo/northwind.json");
        let mut process = Command::new(binary("keyfold-demo")?)
            .arg("window")
            .arg("--dir")
            .arg(directory.path())
            .arg("--organisation")
            .arg(organisation)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start keyfold-demo")?;
        let stdout = process.stdout.take().context("the demo has no output")?;
        let demo = Self { process, directory };
        for line in BufReader::new(stdout).lines() {
            if line?.starts_with("The platform runs") {
                return Ok(demo);
            }
        }
        bail!("the demo ended before its platform ran");
    }

    /// The home of the demo's Console.
    pub(crate) fn console_home(&self) -> PathBuf {
        self.directory.path().join("console")
    }

    /// The password of the demo's admin.
    pub(crate) fn password(&self) -> anyhow::Result<String> {
        self.secret("secrets/admin")
    }

    /// What opens the demo's certificates.
    pub(crate) fn passphrase(&self) -> anyhow::Result<String> {
        self.secret("passphrase.txt")
    }

    fn secret(&self, name: &str) -> anyhow::Result<String> {
        let path = self.directory.path().join(name);
        let secret = fs::read_to_string(&path);
        let secret = secret.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(secret.trim_end().to_owned())
    }
}

impl Drop for Demo {
    /// The end of its standard input ends the demo, and with it the platform.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // Nobody is left to tell how it ended.
        let _ = self.process.wait();
    }
}
