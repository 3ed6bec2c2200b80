//! The AccountServer as a program of its own, with the test vectors' certificates.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use url::Url;

use crate::platform::vectors;

/// Where its TLS certificate lies. It names no host: whoever connects knows it.
pub(crate) fn certificate() -> PathBuf {
    vectors().join("pki/capture.pem")
}

/// A running AccountServer; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Returns when it listens.
    pub(crate) fn start(data_dir: &Path, database: Option<&Url>) -> anyhow::Result<Self> {
        let pki = vectors().join("pki");
        let certificates = ["--capture-cert", "--tls-cert"];
        let keys = ["--capture-key", "--tls-key"];
        let key = pki.join("capture-key.pem");
        let mut child = Command::new(built()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .arg("--authority-root")
            .arg(pki.join("root.pem"))
            .arg("--crl")
            .arg(vectors().join("platform/crl.pem"))
            .args(certificates.map(|name| format!("{name}={}", certificate().display())))
            .args(keys.map(|name| format!("{name}={}", key.display())))
            .args(database.map(|database| format!("--database={database}")))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(said).lines();
        let address = lines.find_map(|line| {
            let line = line.ok()?;
            Some(line.strip_prefix("listening on https://")?.to_owned())
        });
        let address = address.context("the server ended before it listened")?;
        let address = address.parse()?;
        Ok(Self { child, address })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that Cargo built beside this one.
fn built() -> anyhow::Result<PathBuf> {
    let deps = env::current_exe()?;
    let target = deps.ancestors().nth(2);
    let program = target
        .context("this program lies nowhere")?
        .join("keyfold-server")
        .with_extension(env::consts::EXE_EXTENSION);
    ensure!(program.exists(), "{} is not built", program.display());
    Ok(program)
}
