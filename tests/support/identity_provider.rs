//! A real `OpenID` Connect provider (`tests/identity-provider`), and a browser for it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail};
use url::Url;

use super::platform::Platform;
use super::process::succeed;

/// A running provider whose users are whoever they say; it ends when this is dropped.
pub struct IdentityProvider {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    issuer: Url,
}

impl IdentityProvider {
    /// The platform's client id there.
    pub const CLIENT_ID: &str = "keyfold";

    /// Starts it; `client_secret` is the platform's there.
    pub fn start(client_secret: &str) -> anyhow::Result<Self> {
        let mut child = node("provider.mjs")
            .env("CLIENT_SECRET", client_secret)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start node; `cargo xtask setup` installs it")?;
        let stdin = child.stdin.take().context("node has no input")?;
        let stdout = child.stdout.take().context("node has no output")?;
        let mut provider = Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
            issuer: Url::parse("http://127.0.0.1")?,
        };
        let line = provider.line()?;
        let issuer = line
            .strip_prefix("issuer ")
            .context("node says no issuer")?;
        provider.issuer = Url::parse(issuer)?;
        Ok(provider)
    }

    /// Its issuer identifier.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }

    /// Registers the platform, to which browsers are sent back at `callback`, and waits until it serves.
    pub fn register(&mut self, callback: &Url) -> anyhow::Result<()> {
        writeln!(self.stdin, "{callback}")?;
        match self.line()?.as_str() {
            "ready" => Ok(()),
            other => bail!("the provider says {other}"),
        }
    }

    /// Has the people of a platform sign in here, under the secret that it was started with.
    pub fn link(&mut self, platform: &mut Platform, client_secret: &str) -> anyhow::Result<()> {
        let secret = platform.data().join("client-secret");
        fs::write(&secret, client_secret)?;
        let settings = format!(
            "oidc-issuer = '{}'\noidc-client-id = '{}'\noidc-client-secret-file = '{}'\noidc-ca = '{}'\n",
            self.issuer(),
            Self::CLIENT_ID,
            secret.display(),
            platform.data().join("platform/root.pem").display(),
        );
        fs::write(platform.data().join("keyfold-server.toml"), settings)?;
        platform.server_mut().start_again()?;
        self.register(&platform.url().join("/api/v1/oidc/callback")?)
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            bail!("the provider ended; was `npm ci` run in tests/identity-provider?");
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens `address` in a browser that trusts `authority` (PEM), signs in as `name` at the provider, and answers where the
/// browser is sent on its own computer.
pub fn browse(address: &Url, name: &str, authority: &Path) -> anyhow::Result<Url> {
    let mut browser = node("browser.mjs");
    browser.arg(address.as_str()).arg(name);
    let ran = succeed(browser.env("NODE_EXTRA_CA_CERTS", authority))?;
    Ok(Url::parse(ran.stdout.trim())?)
}

fn node(script: &str) -> Command {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("identity-provider");
    let mut node = Command::new("node");
    node.arg(folder.join(script)).current_dir(folder);
    node
}
