//! The Authority, by its command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyfold_api::requests::RequestId;
use keyfold_core::authority_root::AuthorityRoot;
use url::Url;

use super::binaries::binary;
use super::process::succeed;

/// An Authority in a directory of its own.
#[derive(Debug)]
pub struct Authority {
    directory: PathBuf,
    passphrase_file: PathBuf,
}

impl Authority {
    /// The Authority that keeps its files in `directory`, made if it is not there yet. The passphrase of its root key is
    /// the first line of `passphrase_file`.
    pub fn at(directory: &Path, name: &str, passphrase_file: &Path) -> anyhow::Result<Self> {
        let authority = Self {
            directory: directory.to_owned(),
            passphrase_file: passphrase_file.to_owned(),
        };
        if !directory.join("root.pem").exists() {
            succeed(&mut authority.with_passphrase(&["init", "--name", name])?)?;
        }
        Ok(authority)
    }

    /// Its root certificate: what everybody trusts.
    pub fn root(&self) -> anyhow::Result<AuthorityRoot> {
        Ok(AuthorityRoot::from_pem(&fs::read(
            self.directory.join("root.pem"),
        )?)?)
    }

    /// Issues what an AccountServer needs into `directory`.
    pub fn issue_platform(&self, hosts: &[&str], directory: &Path) -> anyhow::Result<()> {
        let mut command = self.with_passphrase(&["issue-platform"])?;
        for host in hosts {
            command.args(["--host", host]);
        }
        succeed(command.arg("--out").arg(directory)).map(drop)
    }

    /// As `officer`: fetches a request from the platform, signs it and hands the certificate back. `days` is its
    /// validity, 1000 when not given.
    pub fn sign_request(
        &self,
        request: RequestId,
        fingerprint: &str,
        officer: &Officer<'_>,
        days: Option<u32>,
    ) -> anyhow::Result<()> {
        let mut command = self.with_passphrase(&["sign", "--yes", "--fingerprint", fingerprint])?;
        command.args(["--request", &request.to_string()]);
        officer.sign_in(&mut command);
        if let Some(days) = days {
            command.args(["--days", &days.to_string()]);
        }
        succeed(&mut command).map(drop)
    }

    /// Revokes a certificate (a PEM file or a serial number) and writes the new list to `crl`.
    pub fn revoke(&self, certificate: &str, crl: &Path) -> anyhow::Result<()> {
        succeed(self.with_passphrase(&["revoke"])?.arg(certificate))?;
        succeed(self.with_passphrase(&["crl"])?.arg("--out").arg(crl)).map(drop)
    }

    fn with_passphrase(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(binary("keyfold-authority")?);
        command.args(arguments).arg("--dir").arg(&self.directory);
        command.arg("--passphrase-file").arg(&self.passphrase_file);
        Ok(command)
    }
}

/// Who signs in to the platform for the Authority.
#[derive(Debug)]
pub struct Officer<'a> {
    /// The platform's address.
    pub platform: &'a Url,
    /// The sign-in name.
    pub user: &'a str,
    /// The file whose first line is the password.
    pub password_file: &'a Path,
}

impl Officer<'_> {
    fn sign_in(&self, command: &mut Command) {
        command.args(["--platform", self.platform.as_str(), "--user", self.user]);
        command.arg("--password-file").arg(self.password_file);
    }
}
