//! How the identity provider is asked: TLS under the certificates that the operator named, no redirects, bounded.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::OidcError;

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
    /// A client that trusts the certificates of this PEM file and no others.
    pub(super) fn new(trusted: &Path) -> Result<Self, OidcError> {
        let refused = |reason: String| OidcError::Certificates {
            file: trusted.to_owned(),
            reason,
        };
        let certificates = CertificateDer::pem_file_iter(trusted)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| refused(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(refused("it holds no certificate".to_owned()));
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // A provider that redirects the server could make it ask for anything.
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map(Self)
            .map_err(|error| refused(error.to_string()))
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
