//! Signing in at the organisation's identity provider: `OpenID` Connect Core 1.0, the authorization code flow with PKCE
//! (RFC 7636).
//!
//! The Console listens on its own computer and asks for a sign-in; the browser goes to the provider, from there to this
//! server's callback, and from there back to the Console (RFC 8252 section 7.3) with a ticket that only the Console can
//! use, since it alone knows the verifier of the challenge it began with. Whoever sends the browser's address to somebody
//! else gets nothing: the ticket arrives on the computer of whoever signed in.

mod http;

use std::path::PathBuf;

use chrono::DateTime;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::{Host, Url};

use self::http::Http;
pub use self::http::HttpError;
use crate::outbound::TrustError;

/// What the provider says of itself is asked for again after so long.
const METADATA_LIFE: Duration = Duration::minutes(5);

/// Which claim of the ID token names the user here, the first time they sign in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NameClaim {
    /// `preferred_username`.
    PreferredUsername,
    /// `email`, if `email_verified` says so.
    Email,
}

/// How to reach an identity provider, and who the platform is there.
pub struct OidcSettings {
    /// Its issuer identifier: `https://`, or `http://` on this machine alone.
    pub issuer: Url,
    /// The platform's client id there.
    pub client_id: String,
    /// The platform's client secret there; none for a public client.
    pub client_secret: Option<SecretString>,
    /// PEM file with the certificates that the provider's TLS certificate must lead to; none for the operating system's.
    pub authorities: Option<PathBuf>,
    /// Which claim names the user.
    pub name_claim: NameClaim,
}

/// Why nobody could be signed in by the identity provider.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The issuer's address is refused.
    #[error("the issuer {0} is refused; give an https:// address (http:// only for this machine)")]
    Issuer(Url),
    /// Its TLS certificate cannot be checked.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// There can be no HTTP client.
    #[error("cannot call the identity provider: {0}")]
    Client(#[from] reqwest::Error),
    /// The provider's metadata are not to be had.
    #[error(
        "the identity provider does not answer as it should: {0}; look whether it runs, and at its issuer address"
    )]
    Discovery(String),
    /// The provider did not exchange the code.
    #[error("the identity provider refused to confirm the sign-in: {0}; sign in again")]
    Exchange(String),
    /// The ID token is missing or refused.
    #[error("what the identity provider says of the user is refused: {0}; ask its administrator")]
    IdToken(String),
    /// The claim that names the user is missing.
    #[error(
        "the identity provider does not tell the user's name; ask its administrator to release the claim"
    )]
    NoName,
}

/// A sign-in that began: what must be kept until the browser comes back.
pub struct Begun {
    /// Where the browser goes.
    pub url: Url,
    /// Comes back with the browser; names the sign-in.
    pub state: SecretString,
    /// Must stand in the ID token.
    pub nonce: String,
    /// Goes to the provider with the code.
    pub verifier: SecretString,
}

/// Who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Never given to anybody else by that issuer.
    pub subject: String,
    /// The name to know the user by the first time.
    pub name: String,
}

/// An identity provider.
pub struct IdentityProvider {
    settings: OidcSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: Http,
    metadata: Mutex<Option<(OffsetDateTime, CoreProviderMetadata)>>,
}

impl IdentityProvider {
    /// A provider that sends browsers back to `callback`. Does not ask it anything yet.
    pub fn new(settings: OidcSettings, callback: Url) -> Result<Self, OidcError> {
        if !is_safe(&settings.issuer) {
            return Err(OidcError::Issuer(settings.issuer));
        }
        Ok(Self {
            // Not `from_url`: that form ends in a slash which the provider's own need not have.
            issuer: IssuerUrl::new(settings.issuer.as_str().trim_end_matches('/').to_owned())
                .map_err(|_| OidcError::Issuer(settings.issuer.clone()))?,
            redirect: RedirectUrl::from_url(callback),
            http: Http::new(settings.authorities.as_deref())?,
            metadata: Mutex::new(None),
            settings,
        })
    }

    /// Begins a sign-in with fresh randomness: `token` gives 256 bits as base64url at each call.
    pub async fn begin(
        &self,
        now: OffsetDateTime,
        token: impl Fn() -> SecretString,
    ) -> Result<Begun, OidcError> {
        let (state, nonce, verifier) = (token(), token(), token());
        let secret = |secret: &SecretString| secret.expose_secret().to_owned();
        let csrf = CsrfToken::new(secret(&state));
        let nonce = Nonce::new(secret(&nonce));
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secret(&verifier)));
        let client = CoreClient::from_provider_metadata(
            self.metadata(now).await?,
            ClientId::new(self.settings.client_id.clone()),
            None,
        )
        .set_redirect_uri(self.redirect.clone());
        let (url, _, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || csrf,
                move || nonce,
            )
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            url,
            state,
            nonce: nonce.secret().clone(),
            verifier,
        })
    }

    /// Exchanges the code that came back with the browser, and checks the ID token: signature, issuer, audience, times,
    /// nonce, and the access token's hash (`OpenID` Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8).
    pub async fn finish(
        &self,
        code: String,
        nonce: String,
        verifier: SecretString,
        now: OffsetDateTime,
    ) -> Result<Identity, OidcError> {
        // Asked anew: the keys of an earlier answer may have been rotated away.
        let metadata = self.discover().await?;
        let secret = self.settings.client_secret.as_ref();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.settings.client_id.clone()),
            secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
        )
        .set_redirect_uri(self.redirect.clone());
        let exchange = |error: &dyn std::error::Error| OidcError::Exchange(chain(error));
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| exchange(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()))
            .request_async(&self.http)
            .await
            .map_err(|error| exchange(&error))?;

        let refused = |error: &dyn std::error::Error| OidcError::IdToken(chain(error));
        let token = answer
            .id_token()
            .ok_or_else(|| OidcError::IdToken("there is no ID token".to_owned()))?;
        let checks = client.id_token_verifier().set_time_fn(move || {
            DateTime::from_timestamp(now.unix_timestamp(), 0).unwrap_or_default()
        });
        let claims = token
            .claims(&checks, &Nonce::new(nonce))
            .map_err(|error| refused(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let present = AccessTokenHash::from_token(
                answer.access_token(),
                token.signing_alg().map_err(|error| refused(&error))?,
                token
                    .signing_key(&checks)
                    .map_err(|error| refused(&error))?,
            )
            .map_err(|error| refused(&error))?;
            if present != *expected {
                return Err(OidcError::IdToken(
                    "it is of another access token".to_owned(),
                ));
            }
        }
        let name = match self.settings.name_claim {
            NameClaim::PreferredUsername => {
                claims.preferred_username().map(|name| name.to_string())
            }
            NameClaim::Email if claims.email_verified() == Some(true) => {
                claims.email().map(|email| email.to_string())
            }
            NameClaim::Email => None,
        };
        Ok(Identity {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            name: name.ok_or(OidcError::NoName)?,
        })
    }

    async fn metadata(&self, now: OffsetDateTime) -> Result<CoreProviderMetadata, OidcError> {
        let mut known = self.metadata.lock().await;
        if let Some((at, metadata)) = &*known
            && (now - *at).abs() < METADATA_LIFE
        {
            return Ok(metadata.clone());
        }
        let metadata = self.discover().await?;
        *known = Some((now, metadata.clone()));
        Ok(metadata)
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, OidcError> {
        CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| OidcError::Discovery(chain(&error)))
    }
}

/// Whether codes and tokens may travel to this address.
fn is_safe(issuer: &Url) -> bool {
    let on_this_machine = match issuer.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match issuer.scheme() {
        "https" => issuer.host().is_some(),
        "http" => on_this_machine,
        _ => false,
    }
}

/// An error with what caused it: the library's outermost words alone say little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_travel_over_tls_or_within_this_machine() {
        for (issuer, safe) in [
            ("https://id.example.org", true),
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("http://id.example.org", false),
            ("http://127.0.0.1.example.org", false),
            ("ftp://id.example.org", false),
        ] {
            assert_eq!(is_safe(&issuer.parse().unwrap()), safe, "{issuer}");
        }
    }
}
