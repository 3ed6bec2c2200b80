//! `verify`: the profile's verdict in words.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use keyfold_core::authority_root::{AuthorityRoot, RevocationList};
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks, ProfileError};
use keyfold_core::id::ScopeGuid;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::directory::date;

/// Arguments of `verify`.
#[derive(Args)]
pub(super) struct Verify {
    /// The Authority's root certificate
    #[arg(long, value_name = "ROOT.pem")]
    trust: PathBuf,
    /// The Group or Collection that the certificate must be for
    #[arg(long, value_name = "GUID")]
    scope: ScopeGuid,
    /// The Authority's revocation list; without it, revocation is not looked at
    #[arg(long, value_name = "CRL.pem")]
    crl: Option<PathBuf>,
    /// A certificate between the root and the Group Certificate; may be repeated
    #[arg(long = "intermediate", value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// The time of the check, for example 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    at: Option<OffsetDateTime>,
    /// The Group Certificate, PEM or DER
    #[arg(value_name = "CERT")]
    certificate: PathBuf,
}

impl Verify {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let root =
            AuthorityRoot::from_pem(&read(&self.trust)?).with_context(|| named(&self.trust))?;
        let intermediates = self
            .intermediates
            .iter()
            .map(|path| {
                let authority =
                    AuthorityRoot::from_pem(&read(path)?).with_context(|| named(path))?;
                Ok(authority.der().to_vec())
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let crl = match &self.crl {
            None => None,
            Some(path) => {
                Some(RevocationList::from_pem(&read(path)?).with_context(|| named(path))?)
            }
        };
        let checks = ProfileChecks {
            root: &root,
            intermediates: &intermediates,
            crl: crl.as_ref(),
            scope: self.scope,
            now: self.at.unwrap_or_else(OffsetDateTime::now_utc),
        };
        Ok(match judge(&read(&self.certificate)?, &checks) {
            Ok(certificate) => {
                println!(
                    "accepted: {} for {}",
                    certificate.common_name(),
                    certificate.scope()
                );
                println!(
                    "  RSA {} bits, valid until {}",
                    certificate.key_bits(),
                    date(certificate.not_after())
                );
                println!("  certificate {}", certificate.fingerprint());
                println!("  signed by {}", certificate.issuer_name());
                if crl.is_none() {
                    println!("  revocation was not looked at (no --crl)");
                }
                ExitCode::SUCCESS
            }
            Err(error) => {
                println!("refused ({}): {error}", error.code());
                ExitCode::FAILURE
            }
        })
    }
}

fn judge(file: &[u8], checks: &ProfileChecks<'_>) -> Result<GroupCertificate, ProfileError> {
    let certificate = GroupCertificate::from_pem_or_der(file)?;
    certificate.check(checks)?;
    Ok(certificate)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} could not be read", path.display()))
}

fn named(path: &Path) -> String {
    path.display().to_string()
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "not a time; write it like 2026-11-23T12:00:00Z".to_owned())
}
