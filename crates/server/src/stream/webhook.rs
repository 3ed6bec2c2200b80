//! A webhook: lines of JSON by POST, with a signature over them.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use keyfold_core::fingerprint::Fingerprint;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use url::{Host, Url};

use super::{Entry, Sink, SinkError};
use crate::store::StoreError;

const TIMEOUT: Duration = Duration::from_secs(15);
const SIGNATURE: &str = "keyfold-signature";
/// Bytes of the shortest secret.
const SHORTEST: usize = 16;

/// Why a webhook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is refused.
    #[error(
        "a webhook's address begins with https://, or with http:// on this machine; give another one"
    )]
    Address,
    /// The secret is too short.
    #[error("a webhook's secret has at least {SHORTEST} bytes; make another one")]
    Secret,
    /// TLS could not be set up.
    #[error("the webhook cannot be asked: {0}; look at the authorities that it may show")]
    Http(#[from] reqwest::Error),
}

/// Somebody who takes entries over HTTPS.
pub struct Webhook {
    name: &'static str,
    address: Url,
    http: reqwest::Client,
    key: hmac::Key,
}

impl Webhook {
    /// The webhook at this address, whose row has this name. What is sent is signed with HMAC-SHA-256 under the secret.
    pub fn new(
        name: &'static str,
        address: &Url,
        secret: &[u8],
        tls: ClientConfig,
    ) -> Result<Self, WebhookError> {
        if address.scheme() != "https" && !(address.scheme() == "http" && is_here(address)) {
            return Err(WebhookError::Address);
        }
        if secret.len() < SHORTEST {
            return Err(WebhookError::Secret);
        }
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .timeout(TIMEOUT);
        if is_here(address) {
            http = http.no_proxy();
        }
        Ok(Self {
            name,
            address: address.clone(),
            http: http.build()?,
            key: hmac::Key::new(HMAC_SHA256, secret),
        })
    }

    /// Of the body's bytes, in hexadecimal digits.
    fn signature(&self, body: &str) -> Result<Fingerprint, StoreError> {
        let tag = hmac::sign(&self.key, body.as_bytes());
        let bytes = tag.as_ref().try_into();
        bytes
            .map(Fingerprint::from_bytes)
            .map_err(|_| StoreError::Damaged("a signature"))
    }
}

#[async_trait]
impl<E: Entry> Sink<E> for Webhook {
    fn name(&self) -> &'static str {
        self.name
    }

    /// An answer says what was taken.
    fn again(&self) -> i64 {
        0
    }

    async fn send(&mut self, entries: &[E]) -> Result<(), SinkError> {
        let mut body = String::new();
        for entry in entries {
            body.push_str(&entry.line()?);
            body.push('\n');
        }
        let signature = format!("sha256={}", self.signature(&body)?);
        let answer = self
            .http
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header(SIGNATURE, signature)
            .body(body)
            .send()
            .await?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(SinkError::Status(answer.status().as_u16()))
        }
    }
}

/// Whether the address is one of this machine.
pub(crate) fn is_here(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Of other schemes than http and https, an IP address is a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        None => false,
    }
}
