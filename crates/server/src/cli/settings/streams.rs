//! Where the audit log is sent.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use url::Url;

use super::alerts::webhook_secret;
use crate::outbound::tls_config;
use crate::store::AuditRow;
use crate::stream::{Sink, Syslog, Webhook};

/// The port of syslog over TLS (RFC 5425 section 4.1), and of syslog over TCP by custom.
const TLS_PORT: u16 = 6514;
const TCP_PORT: u16 = 601;

/// Who watches.
#[derive(Debug, Args)]
#[command(next_help_heading = "Audit log")]
#[expect(
    clippy::struct_field_names,
    reason = "a field has the name of its setting"
)]
pub(crate) struct Streams {
    /// A syslog receiver (RFC 5424) of the audit log, `tls://host:port` or `tcp://host:port`.
    #[arg(long, value_name = "URL")]
    audit_syslog: Option<Url>,
    /// A webhook that takes the audit log as lines of JSON, `https://…`.
    #[arg(long, value_name = "URL")]
    audit_webhook: Option<Url>,
    /// The file whose first line is the secret with which the webhook's bodies are signed.
    #[arg(long, value_name = "FILE")]
    audit_webhook_secret: Option<PathBuf>,
    /// The authorities whose certificates these receivers may show, PEM; those of the operating system when absent.
    #[arg(long, value_name = "FILE")]
    audit_ca: Option<PathBuf>,
}

impl Streams {
    /// A sink for each receiver. `sender` is this AccountServer's name in the messages.
    pub(crate) fn sinks(&self, sender: &str) -> anyhow::Result<Vec<Box<dyn Sink<AuditRow>>>> {
        let mut sinks: Vec<Box<dyn Sink<AuditRow>>> = Vec::new();
        let authorities = self.audit_ca.as_deref();
        if let Some(address) = &self.audit_syslog {
            let host = address.host_str();
            let host = host.context("--audit-syslog names no host; write tls://host:port")?;
            let (tls, usual) = match address.scheme() {
                "tls" => (Some(tls_config(authorities)?), TLS_PORT),
                "tcp" => (None, TCP_PORT),
                _ => bail!("--audit-syslog begins with tls:// or tcp://"),
            };
            let port = address.port().unwrap_or(usual);
            sinks.push(Box::new(Syslog::new(host, port, tls, sender)));
        }
        if let Some(address) = &self.audit_webhook {
            let secret = webhook_secret("audit-webhook", self.audit_webhook_secret.as_ref())?;
            let tls = tls_config(authorities)?;
            let webhook = Webhook::new("webhook", address, secret.as_bytes(), tls)?;
            sinks.push(Box::new(webhook));
        }
        Ok(sinks)
    }
}
