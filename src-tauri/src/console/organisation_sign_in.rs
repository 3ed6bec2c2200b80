//! Signing in at the organisation's identity provider, in the system's browser (RFC 8252).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::client::UserClient;
use keyfold_api::oidc::{BeginOidcSignIn, UseOidcTicket};
use keyfold_core::fingerprint::Fingerprint;
use rand::RngExt as _;
use tokio::sync::oneshot;
use tokio::time::timeout;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::loopback::{Loopback, Returned};
use super::{Console, blocking, lock};
use crate::error::{CommandError, codes};
use crate::view::connection::{ConnectionView, SignInWaysView};

/// How long the Console waits for the browser, whatever the platform says.
const LONGEST: Duration = Duration::from_mins(15);

impl Console {
    /// How people sign in to the saved platform.
    pub async fn sign_in_ways(&self) -> Result<SignInWaysView, CommandError> {
        let platform = self.client()?.platform().await?;
        Ok(SignInWaysView {
            organisation: platform.identity_provider,
        })
    }

    /// Opens the identity provider in the browser, and signs in with what comes back.
    pub async fn sign_in_with_organisation(&self) -> Result<ConnectionView, CommandError> {
        let (cancel, cancelled) = oneshot::channel();
        // One that waits already is given up with its sender.
        *lock(&self.running_sign_in) = Some(cancel);
        let user = tokio::select! {
            user = self.user_of_organisation() => user?,
            _ = cancelled => return Err(CommandError::new(codes::CANCELLED)),
        };
        self.begin(user);
        let desktop = Arc::clone(&self.desktop);
        blocking(move || desktop.come_forward()).await?;
        self.connection()
    }

    /// Gives up a sign-in that waits for the browser.
    pub fn cancel_sign_in(&self) {
        lock(&self.running_sign_in).take();
    }

    async fn user_of_organisation(&self) -> Result<UserClient, CommandError> {
        let client = self.client()?;
        let not_begun =
            |error: std::io::Error| CommandError::because(codes::SIGN_IN_NOT_BEGUN, &error);
        let loopback = Loopback::open().await.map_err(not_begun)?;
        let verifier = Zeroizing::new(URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>()));
        let begin = BeginOidcSignIn {
            port: loopback.port(),
            challenge: URL_SAFE_NO_PAD.encode(Fingerprint::of(verifier.as_bytes()).as_bytes()),
        };
        let sign_in = client.begin_oidc_sign_in(&begin).await?;
        if !is_for_a_browser(&sign_in.url) {
            // Anything else could start another program than the browser.
            return Err(CommandError::new(codes::PLATFORM_NOT_UNDERSTOOD)
                .with("what", "the identity provider’s address"));
        }
        let desktop = Arc::clone(&self.desktop);
        blocking(move || desktop.open_address(&sign_in.url))
            .await?
            .map_err(|error| CommandError::because(codes::BROWSER_NOT_OPENED, &error))?;
        let left = Duration::try_from(sign_in.expires_at - self.now()).unwrap_or_default();
        let returned = timeout(left.min(LONGEST), loopback.returned())
            .await
            .map_err(|_| CommandError::new(codes::SIGN_IN_TOO_LATE))?;
        match returned.map_err(not_begun)? {
            Returned::Ticket(ticket) => {
                let ticket = UseOidcTicket { ticket, verifier };
                Ok(client.use_oidc_ticket(&ticket).await?)
            }
            Returned::Problem(code) => Err(CommandError::of_problem(&code)),
        }
    }
}

/// Whether it is an address of the web: over TLS, or of this computer, where an organisation tries its provider out.
fn is_for_a_browser(address: &Url) -> bool {
    let is_here = match address.host() {
        Some(Host::Ipv4(host)) => host.is_loopback(),
        Some(Host::Ipv6(host)) => host.is_loopback(),
        _ => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_opened() {
        let opens = |address: &str| is_for_a_browser(&address.parse().unwrap());
        assert!(opens("https://id.example.org/auth") && opens("http://127.0.0.1:8080/auth"));
        for other in [
            "http://id.example.org/",
            "file:///etc/passwd",
            "javascript:1",
            "ms-msdt:/id",
            "http://localhost/",
        ] {
            assert!(!opens(other), "{other}");
        }
    }
}
