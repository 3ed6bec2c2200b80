//! Every setting of the AccountServer. A field here is a flag, a variable `KEYFOLD_…` and a key of the settings file,
//! all of one name; what it says of itself is its documentation in `assets/keyfold-server.toml`.
//!
//! A new setting is a field in the struct of its subject, or a struct of its own that is flattened in [`Settings`].

mod alerts;
mod cache;
mod file;
mod jobs;
mod layers;
mod oidc;
mod show;
mod streams;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use url::Url;

pub(super) use cache::CacheSettings;
pub(super) use layers::Layers;
use oidc::OidcSettings;
pub(super) use show::Config;

use self::alerts::AlertSettings;
use self::jobs::JobSettings;
use self::streams::Streams;
use super::data_dir::DataDir;
use crate::limits::Limits;
use crate::trust::TrustFiles;

/// Everything that `serve` can be told.
#[derive(Debug, Args)]
pub(super) struct Settings {
    #[command(flatten)]
    pub(super) data_dir: DataDir,
    #[command(flatten)]
    pub(super) network: Network,
    #[command(flatten)]
    pub(super) files: PlatformFiles,
    #[command(flatten)]
    pub(super) limits: Limits,
    #[command(flatten)]
    pub(super) cache: CacheSettings,
    #[command(flatten)]
    pub(super) jobs: JobSettings,
    #[command(flatten)]
    pub(super) oidc: OidcSettings,
    #[command(flatten)]
    pub(super) streams: Streams,
    #[command(flatten)]
    pub(super) alerts: AlertSettings,
}

/// Where it is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(super) struct Network {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub(super) listen: SocketAddr,
    /// How Consoles and Agents reach this server; `https://` and the listening address when absent.
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<Url>,
    /// Where Prometheus finds `/metrics`, over plain HTTP and for anybody who gets there: loopback, or a network of your
    /// own. Off when absent.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) metrics_listen: Option<SocketAddr>,
}

/// The platform's certificates, and the Authority's.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificates")]
pub(super) struct PlatformFiles {
    /// TLS certificate chain with the Authority's root at its end; `platform/tls.pem` in the data directory when absent.
    #[arg(long, value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,
    /// Its private key; `platform/tls-key.pem` when absent.
    #[arg(long, value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,
    /// Capture-signing certificate; `platform/capture.pem` when absent.
    #[arg(long, value_name = "FILE")]
    capture_cert: Option<PathBuf>,
    /// Its private key; `platform/capture-key.pem` when absent.
    #[arg(long, value_name = "FILE")]
    capture_key: Option<PathBuf>,
    /// The Authority's root certificate; `platform/root.pem` when absent.
    #[arg(long, value_name = "FILE")]
    authority_root: Option<PathBuf>,
    /// The Authority's revocation list, read again when it changes; `platform/crl.pem` when absent.
    #[arg(long, value_name = "FILE")]
    crl: Option<PathBuf>,
    /// Certificates between the Authority's root and Group Certificates.
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    intermediate: Vec<PathBuf>,
    /// The key that seals second factors, the same for all servers of a platform; `secret.key` in the data directory when
    /// absent. The first start makes it.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

impl Settings {
    /// Certificate chain and key for TLS.
    pub(super) fn tls_files(&self) -> (PathBuf, PathBuf) {
        (
            self.file(self.files.tls_cert.as_ref(), "tls.pem"),
            self.file(self.files.tls_key.as_ref(), "tls-key.pem"),
        )
    }

    /// The files that trust is read from.
    pub(super) fn trust_files(&self) -> TrustFiles {
        let files = &self.files;
        TrustFiles {
            authority_root: self.file(files.authority_root.as_ref(), "root.pem"),
            intermediates: files.intermediate.clone(),
            revocation_list: self.file(files.crl.as_ref(), "crl.pem"),
            capture_certificate: self.file(files.capture_cert.as_ref(), "capture.pem"),
            capture_key: self.file(files.capture_key.as_ref(), "capture-key.pem"),
        }
    }

    /// The file with the key that seals second factors.
    pub(super) fn secret_file(&self) -> PathBuf {
        let usual = || self.data_dir.path().join("secret.key");
        self.files.secret_file.clone().unwrap_or_else(usual)
    }

    fn file(&self, given: Option<&PathBuf>, name: &str) -> PathBuf {
        let usual = || self.data_dir.path().join("platform").join(name);
        given.cloned().unwrap_or_else(usual)
    }
}
