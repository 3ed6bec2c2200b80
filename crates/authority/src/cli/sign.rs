//! `inspect` and `sign`.

use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_api::requests::RequestId;
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, MAX_VALIDITY_DAYS};
use time::OffsetDateTime;

use super::directory::{date, write_public};
use super::platform::{PlatformArguments, Waiting};
use super::secrets::PassphraseSource;

/// Arguments of `inspect`.
#[derive(Args)]
pub(super) struct Inspect {
    /// The request, PEM or DER
    request: PathBuf,
}

impl Inspect {
    pub(super) fn run(self) -> anyhow::Result<()> {
        show(&read(&self.request)?, None);
        Ok(())
    }
}

/// Arguments of `sign`.
#[derive(Args)]
pub(super) struct Sign {
    /// The request, PEM or DER; or say --request for one that waits on the AccountServer
    #[arg(required_unless_present = "id", conflicts_with = "id")]
    request: Option<PathBuf>,
    /// Where the certificate goes
    #[arg(long, value_name = "CERT.pem", required_unless_present = "id")]
    out: Option<PathBuf>,
    /// For how many days the certificate is valid
    #[arg(long, default_value_t = MAX_VALIDITY_DAYS)]
    days: u32,
    /// Do not ask; needs --fingerprint
    #[arg(long, requires = "fingerprint")]
    yes: bool,
    /// The fingerprint that the requester read out, all 64 digits; anything else is refused
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<Fingerprint>,
    /// Fetch the request with this number from the AccountServer, and hand the certificate back
    #[arg(long = "request", value_name = "ID", requires = "server")]
    id: Option<RequestId>,
    #[command(flatten)]
    platform: Option<PlatformArguments>,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

impl Sign {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let waiting = match (&self.id, &self.platform) {
            (Some(id), Some(platform)) => Some(platform.fetch(directory, *id)?),
            _ => None,
        };
        let request = match (&self.request, &waiting) {
            (Some(path), _) => read(path)?,
            (None, Some(waiting)) => waiting.csr.clone(),
            (None, None) => bail!("which request? Name its file, or say --request and --platform"),
        };
        show(&request, waiting.as_ref());
        self.confirm(&request)?;
        let mut authority = self.passphrase.open(directory)?;
        let now = OffsetDateTime::now_utc();
        let certificate = authority.sign_request(&request, self.days, now, &mut rand::rng())?;
        let kept = format!(
            "it was issued and is kept as {}.pem in {}",
            certificate.serial_hex(),
            directory.join("issued").display()
        );
        if let Some(out) = &self.out {
            write_public(out, certificate.to_pem().as_bytes()).context(kept.clone())?;
        }
        if let Some(waiting) = waiting {
            waiting.hand_back(&certificate).context(kept)?;
        }
        println!();
        signed(&certificate);
        Ok(())
    }

    fn confirm(&self, request: &CertificateSigningRequest) -> anyhow::Result<()> {
        let actual = request.spki_fingerprint();
        if let Some(expected) = self.fingerprint
            && expected != actual
        {
            bail!(
                "the fingerprint is not the one that was read out; nothing was signed. Ask the requester again"
            );
        }
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            bail!(
                "nobody is there to confirm; say --yes --fingerprint HEX with what the requester read out"
            );
        }
        println!();
        println!(
            "Before you sign: is the requester authorised by their organisation? Have them read the fingerprint out."
        );
        print!("Type the first 8 digits that the requester reads out (nothing to stop): ");
        io::stdout().flush()?;
        let mut typed = String::new();
        io::stdin().lock().read_line(&mut typed)?;
        let typed: String = typed.split_whitespace().collect();
        if typed.to_ascii_lowercase() == actual.short() {
            Ok(())
        } else {
            bail!("that is not the fingerprint of this request; nothing was signed")
        }
    }
}

fn read(path: &Path) -> anyhow::Result<CertificateSigningRequest> {
    let file = fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
    CertificateSigningRequest::from_pem_or_der(&file)
        .with_context(|| format!("{} is refused", path.display()))
}

fn show(request: &CertificateSigningRequest, waiting: Option<&Waiting>) {
    println!("Scope:        {}", request.scope());
    println!("Name:         {}", request.name());
    if let Some(waiting) = waiting {
        println!("Path:         {}", waiting.path());
        println!("Requester:    {}", waiting.requester());
        println!("Submitted:    {}", waiting.submitted_at());
    }
    println!(
        "Key:          RSA, {} bits; the sender proved to hold the private key",
        request.key_bits()
    );
    println!("Fingerprint:  {}", request.spki_fingerprint().grouped());
}

fn signed(certificate: &GroupCertificate) {
    println!(
        "Signed:       {} for {}",
        certificate.common_name(),
        certificate.scope()
    );
    println!("Serial:       {}", certificate.serial_hex());
    println!("Valid until:  {}", date(certificate.not_after()));
    println!("Certificate:  {}", certificate.fingerprint());
}
