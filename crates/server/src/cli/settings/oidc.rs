//! The organisation's identity provider.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_api::BASE_PATH;
use url::Url;

use crate::cli::secret_input;
use crate::oidc::{IdentityProvider, NameClaim, OidcSettings as Provider};

/// Where people of an organisation sign in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Identity provider")]
pub(crate) struct OidcSettings {
    /// The issuer of the `OpenID` Connect provider at which users may sign in; none when absent.
    #[arg(long = "oidc-issuer", value_name = "URL")]
    issuer: Option<Url>,
    /// Who the platform is there.
    #[arg(long = "oidc-client-id", value_name = "ID")]
    client_id: Option<String>,
    /// A file whose first line is the platform's client secret there; a public client when absent.
    #[arg(long = "oidc-client-secret-file", value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// PEM file with the authorities that the provider's TLS certificate may come from; the operating system's when absent.
    #[arg(long = "oidc-ca", value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// What the provider calls a user that is called the same here.
    #[arg(
        long = "oidc-name-claim",
        value_enum,
        value_name = "CLAIM",
        default_value = "preferred-username"
    )]
    name_claim: NameClaim,
}

impl OidcSettings {
    /// The provider, which sends browsers back to this platform.
    pub(crate) fn provider(&self, public_url: &Url) -> anyhow::Result<Option<IdentityProvider>> {
        let Some(issuer) = self.issuer.clone() else {
            return Ok(None);
        };
        let Some(client_id) = &self.client_id else {
            bail!("an identity provider wants oidc-client-id too; set it");
        };
        let secret = self.client_secret_file.as_deref();
        let settings = Provider {
            issuer,
            client_id: client_id.clone(),
            client_secret: secret.map(secret_input::first_line).transpose()?,
            authorities: self.authorities.clone(),
            name_claim: self.name_claim,
        };
        let callback = public_url.join(&format!("{BASE_PATH}/oidc/callback"))?;
        let provider = IdentityProvider::new(settings, callback);
        provider
            .map(Some)
            .context("the identity provider is refused")
    }
}
