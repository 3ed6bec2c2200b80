//! `init`, `issue-platform`, `revoke`, `crl`: what needs the directory alone.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_authority::{Authority, Host, NewAuthority, RevocationReason};
use keyfold_core::group_certificate::GroupCertificate;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::secrets::PassphraseSource;

/// Arguments of `init`.
#[derive(Args)]
pub(super) struct Init {
    /// The Authority's name, for example "Example Ltd Backup Authority"
    #[arg(long)]
    name: String,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

impl Init {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let passphrase = self.passphrase.new_passphrase()?;
        let new = NewAuthority {
            name: &self.name,
            passphrase: &passphrase,
            crl_days: DEFAULT_CRL_DAYS,
        };
        let authority =
            Authority::create(directory, &new, OffsetDateTime::now_utc(), &mut rand::rng())?;
        println!("Authority:    {}", authority.root().name());
        println!("Directory:    {}", directory.display());
        println!("Valid until:  {}", date(authority.root().not_after()));
        println!("Fingerprint:  {}", authority.root().fingerprint());
        println!();
        println!(
            "Give root.pem and this fingerprint to whoever runs the AccountServer and the Consoles."
        );
        println!(
            "Back the directory up: without it and the passphrase nothing can be signed or revoked."
        );
        Ok(())
    }
}

const DEFAULT_CRL_DAYS: u32 = 90;

/// Arguments of `issue-platform`.
#[derive(Args)]
pub(super) struct IssuePlatform {
    /// A DNS name or IP address by which clients reach the AccountServer; may be repeated
    #[arg(long = "host", required = true, value_name = "NAME")]
    hosts: Vec<Host>,
    /// The directory for the files; it must not hold such files yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// For how many days the certificates are valid
    #[arg(long, default_value_t = 397)]
    days: u32,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

impl IssuePlatform {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        for name in ["tls.pem", "tls-key.pem", "capture.pem", "capture-key.pem"] {
            if self.out.join(name).exists() {
                bail!(
                    "{} is there already; choose another directory",
                    self.out.join(name).display()
                );
            }
        }
        let mut authority = self.passphrase.open(directory)?;
        let now = OffsetDateTime::now_utc();
        let crl = fs::read(directory.join("crl.pem"))
            .context("crl.pem could not be read; make it with crl")?;
        fs::create_dir_all(&self.out)
            .with_context(|| format!("{} could not be made", self.out.display()))?;
        let platform = authority.issue_platform(self.hosts, self.days, now, &mut rand::rng())?;
        write_private(&self.out.join("tls-key.pem"), &platform.tls_key)?;
        write_private(&self.out.join("capture-key.pem"), &platform.capture_key)?;
        write_public(&self.out.join("tls.pem"), platform.tls_chain.as_bytes())?;
        write_public(&self.out.join("capture.pem"), platform.capture.as_bytes())?;
        write_public(
            &self.out.join("root.pem"),
            authority.root().to_pem().as_bytes(),
        )?;
        write_public(&self.out.join("crl.pem"), &crl)?;
        println!(
            "{}: tls.pem, tls-key.pem, capture.pem, capture-key.pem, root.pem, crl.pem",
            self.out.display()
        );
        println!("Bring the directory to the AccountServer; the two keys are for it alone.");
        Ok(())
    }
}

/// Arguments of `revoke`.
#[derive(Args)]
pub(super) struct Revoke {
    /// The certificate's file, or its serial number in hexadecimal
    #[arg(value_name = "CERT|SERIAL")]
    certificate: String,
    /// unspecified, key-compromise, affiliation-changed, superseded or cessation-of-operation
    #[arg(long, default_value_t)]
    reason: RevocationReason,
    /// For how many days the new revocation list counts
    #[arg(long, default_value_t = DEFAULT_CRL_DAYS)]
    days: u32,
    /// Also write the new revocation list to FILE
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

impl Revoke {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let serial = match fs::read(&self.certificate) {
            Ok(file) => GroupCertificate::from_pem_or_der(&file)
                .with_context(|| {
                    format!(
                        "{} is no Group Certificate; give the serial number",
                        self.certificate
                    )
                })?
                .serial_hex(),
            Err(_) => self.certificate,
        };
        let mut authority = self.passphrase.open(directory)?;
        let now = OffsetDateTime::now_utc();
        let revoked = authority.revoke(&serial, self.reason, now)?;
        println!("Revoked:  {} ({})", revoked.serial, revoked.name);
        println!("Reason:   {}", self.reason);
        make_list(&mut authority, directory, self.days, self.out.as_deref())
    }
}

/// Arguments of `crl`.
#[derive(Args)]
pub(super) struct Crl {
    /// For how many days the list counts
    #[arg(long, default_value_t = DEFAULT_CRL_DAYS)]
    days: u32,
    /// Also write the list to FILE
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

impl Crl {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let mut authority = self.passphrase.open(directory)?;
        make_list(&mut authority, directory, self.days, self.out.as_deref())
    }
}

fn make_list(
    authority: &mut Authority,
    directory: &Path,
    days: u32,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    let list = authority.crl(days, OffsetDateTime::now_utc())?;
    if let Some(out) = out {
        write_public(out, list.to_pem().as_bytes())?;
    }
    let revoked = authority
        .issued()
        .iter()
        .filter(|issued| issued.revoked.is_some())
        .count();
    println!(
        "Revocation list: {revoked} revoked, counts until {}",
        date(list.next_update())
    );
    println!(
        "Bring {} to the AccountServer.",
        out.unwrap_or(&directory.join("crl.pem")).display()
    );
    Ok(())
}

/// `2026-11-23T22:00:00Z`.
pub(super) fn date(instant: OffsetDateTime) -> String {
    instant
        .format(&Rfc3339)
        .unwrap_or_else(|_| instant.to_string())
}

/// Writes a file that everybody may read.
pub(super) fn write_public(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    fs::write(path, content).with_context(|| format!("{} could not be written", path.display()))
}

/// Writes a new file that only its owner may read.
fn write_private(path: &Path, content: &str) -> anyhow::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(content.as_bytes())?;
            file.sync_all()
        })
        .with_context(|| format!("{} could not be written", path.display()))
}
