//! How the identity provider is asked: TLS under the certificates that the operator named, no redirects, bounded.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;

use super::OidcError;
use crate::outbound::tls_config;

/// A provider that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest answer: metadata and key sets are far below.
const MAX_ANSWER: usize = 1024 * 1024;

/// Why the identity provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It was not reached, or broke off.
    #[error("{0}")]
    Unanswered(#[from] reqwest::Error),
    /// The answer is no HTTP answer.
    #[error("{0}")]
    Malformed(#[from] http::Error),
    /// The answer is too long.
    #[error("its answer is longer than {MAX_ANSWER} bytes")]
    TooLong,
}

/// An HTTP client for one provider.
pub(super) struct Http(reqwest::Client);

impl Http {
    /// A client that trusts the authorities in this PEM file, or those of the operating system.
    pub(super) fn new(authorities: Option<&Path>) -> Result<Self, OidcError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config(authorities)?)
            // A provider that redirects the server could make it ask for anything.
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self(client))
    }

    /// Asks once.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if chunk.len() > MAX_ANSWER - body.len() {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
