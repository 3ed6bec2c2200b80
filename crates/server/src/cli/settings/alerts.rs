//! How alerts leave the platform: by mail and by webhook.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_api::alerts::Alert;
use url::Url;
use zeroize::Zeroizing;

use crate::alerts::{Mail, MailServer};
use crate::cli::secret_input;
use crate::outbound::tls_config;
use crate::stream::{Sink, Webhook};

/// Who is told of alerts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Alerts")]
pub(crate) struct AlertSettings {
    /// The mail server, `smtps://name@host:465`, or `smtp://name@host:587` with STARTTLS; on this machine `smtp://` is
    /// without TLS. No mail when absent.
    #[arg(long, value_name = "URL")]
    mail_server: Option<Url>,
    /// The file whose first line is the password of the name in `mail-server`.
    #[arg(long, value_name = "FILE")]
    mail_password_file: Option<PathBuf>,
    /// The address that mail comes from.
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// A webhook that takes alerts as lines of JSON, `https://…`.
    #[arg(long, value_name = "URL")]
    alert_webhook: Option<Url>,
    /// The file whose first line is the secret with which that webhook's bodies are signed.
    #[arg(long, value_name = "FILE")]
    alert_webhook_secret: Option<PathBuf>,
    /// The authorities whose certificates the mail server and the webhook may show, PEM; those of the operating system
    /// when absent.
    #[arg(long, value_name = "FILE")]
    alert_ca: Option<PathBuf>,
}

impl AlertSettings {
    /// Sends mail, if there is a server for it. `host` is this AccountServer's name.
    pub(crate) fn mail(&self, host: &str) -> anyhow::Result<Option<Mail>> {
        let Some(address) = &self.mail_server else {
            return Ok(None);
        };
        let Some(from) = &self.mail_from else {
            bail!("mail-server wants mail-from too; set it");
        };
        let password = self.mail_password_file.as_deref();
        let server = MailServer {
            address: address.clone(),
            password: password.map(secret_input::first_line).transpose()?,
            from: from.clone(),
            authorities: self.alert_ca.clone(),
            host: host.to_owned(),
        };
        let mail = Mail::new(&server);
        mail.map(Some).context("the mail server is refused")
    }

    /// The webhook, if there is one.
    pub(crate) fn webhook(&self) -> anyhow::Result<Option<Box<dyn Sink<Alert>>>> {
        let Some(address) = &self.alert_webhook else {
            return Ok(None);
        };
        let secret = webhook_secret("alert-webhook", self.alert_webhook_secret.as_ref())?;
        let tls = tls_config(self.alert_ca.as_deref())?;
        let webhook = Webhook::new("alert-webhook", address, secret.as_bytes(), tls)?;
        Ok(Some(Box::new(webhook)))
    }
}

/// The first line of the file that signs what goes to this webhook.
pub(super) fn webhook_secret(
    webhook: &str,
    file: Option<&PathBuf>,
) -> anyhow::Result<Zeroizing<String>> {
    let file = file.with_context(|| format!("--{webhook} needs --{webhook}-secret, a file"))?;
    let text = fs::read_to_string(file).map(Zeroizing::new);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}
