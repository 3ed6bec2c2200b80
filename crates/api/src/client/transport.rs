//! One HTTPS exchange: JSON there, JSON or a problem back.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyfold_core::fingerprint::Fingerprint;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::again::{self, Failure, Kind};
use super::error::ClientError;
use super::pinned::{self, PinnedAuthority};
use crate::BASE_PATH;
use crate::idempotency::IdempotencyKey;
use crate::pages::{Page, PageQuery};
use crate::problem::Problem;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An upload that captures many keys may take its time.
const TIMEOUT: Duration = Duration::from_mins(2);
/// Bytes of an answer: far above any list, far below what would hurt.
const MAX_ANSWER: usize = 64 << 20;

/// The connection pool, the address and the one trust anchor.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    server: Url,
    authority: Arc<PinnedAuthority>,
}

impl Transport {
    pub(super) fn new(server: &Url, authority: Fingerprint) -> Result<Self, ClientError> {
        let address = || ClientError::Address {
            address: server.to_string(),
        };
        let host = server
            .host()
            .filter(|_| is_bare_https(server))
            .ok_or_else(address)?;
        let authority = Arc::new(PinnedAuthority::new(authority));
        let tls = pinned::tls_config(Arc::clone(&authority))
            .map_err(|error| ClientError::Setup(error.to_string()))?;
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(concat!("keyfold/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&host) {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| ClientError::Setup(reason(&error)))?;
        Ok(Self {
            http,
            server: server.clone(),
            authority,
        })
    }

    pub(super) fn server(&self) -> &Url {
        &self.server
    }

    pub(super) fn authority_root(&self) -> Option<&[u8]> {
        self.authority.root()
    }

    pub(super) async fn get<A: DeserializeOwned>(
        &self,
        path: &[&str],
        bearer: Option<&SecretString>,
    ) -> Result<A, ClientError> {
        let answer = self.answer(self.request(Method::GET, path, bearer)?).await;
        answer.map_err(|failure| failure.error)
    }

    /// One page of a list.
    pub(super) async fn page<A: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &PageQuery,
        bearer: &SecretString,
    ) -> Result<Page<A>, ClientError> {
        let request = self.request(Method::GET, path, Some(bearer))?;
        let answer = self.answer(request.query(query)).await;
        answer.map_err(|failure| failure.error)
    }

    pub(super) async fn delete(
        &self,
        path: &[&str],
        bearer: &SecretString,
    ) -> Result<(), ClientError> {
        let key = IdempotencyKey::random();
        again::asked(|| async {
            let request = self.request(Method::DELETE, path, Some(bearer))?;
            self.accepted(keyed(request, &key)).await.map(drop)
        })
        .await
    }

    /// Asks with a new idempotency key.
    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
        bearer: Option<&SecretString>,
    ) -> Result<A, ClientError> {
        let key = IdempotencyKey::random();
        self.send_as(&key, method, path, body, bearer).await
    }

    /// Sends `body` from a buffer that is wiped when it was sent, again if the connection is lost.
    pub(super) async fn send_as<A: DeserializeOwned>(
        &self,
        key: &IdempotencyKey,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
        bearer: Option<&SecretString>,
    ) -> Result<A, ClientError> {
        let body = wiped_json(body).map_err(|error| self.protocol(&error))?;
        again::asked(|| async {
            let request = self
                .request(method.clone(), path, bearer)?
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
            self.answer(keyed(request, key)).await
        })
        .await
    }

    fn request(
        &self,
        method: Method,
        path: &[&str],
        bearer: Option<&SecretString>,
    ) -> Result<RequestBuilder, ClientError> {
        let mut url = self.server.clone();
        url.set_path(BASE_PATH);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        let request = self.http.request(method, url);
        let Some(bearer) = bearer else {
            return Ok(request);
        };
        let text = Zeroizing::new(format!("Bearer {}", bearer.expose_secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|error| self.protocol(&error))?;
        value.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, value))
    }

    async fn answer<A: DeserializeOwned>(&self, request: RequestBuilder) -> Result<A, Failure> {
        let response = self.accepted(request).await?;
        let body = self.body(response).await?;
        serde_json::from_slice(&body).map_err(|error| self.protocol(&error).into())
    }

    async fn accepted(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request
            .send()
            .await
            .map_err(|error| self.unanswered(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.body(response).await?;
        let error = match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => ClientError::Problem(problem),
            Err(_) => self.protocol(&format!("status {status} without problem details")),
        };
        Err(error.into())
    }

    async fn body(&self, mut response: Response) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.unanswered(error))?
        {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(self
                    .protocol(&format!("more than {MAX_ANSWER} bytes"))
                    .into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// An answer whose body goes on for as long as the AccountServer likes.
    pub(super) async fn stream(
        &self,
        path: &[&str],
        bearer: &SecretString,
    ) -> Result<Response, ClientError> {
        let request = self.request(Method::GET, path, Some(bearer))?;
        let response = self.accepted(request.timeout(Duration::MAX)).await;
        response.map_err(|failure| failure.error)
    }

    pub(super) fn unreachable(&self, reason: &str) -> ClientError {
        ClientError::Unreachable {
            server: self.server.to_string(),
            reason: reason.to_owned(),
        }
    }

    pub(super) fn protocol(&self, what: &impl ToString) -> ClientError {
        ClientError::Protocol {
            server: self.server.to_string(),
            what: what.to_string(),
        }
    }

    pub(super) fn unanswered(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let server = self.server.to_string();
        if let Some(reason) = tls_error(&error).and_then(pinned::trust_error) {
            return ClientError::Untrusted { server, reason }.into();
        }
        let kind = match (error.is_connect(), error.is_timeout()) {
            (true, _) => Kind::Unconnected,
            (false, true) => Kind::Final,
            (false, false) => Kind::Lost,
        };
        let reason = reason(&error);
        let error = ClientError::Unreachable { server, reason };
        Failure { error, kind }
    }
}

fn keyed(request: RequestBuilder, key: &IdempotencyKey) -> RequestBuilder {
    request.header(IdempotencyKey::HEADER, key.to_string())
}

/// `https://host[:port]`, with nothing that would be ignored.
fn is_bare_https(url: &Url) -> bool {
    url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
}

/// A proxy cannot reach this computer's own servers.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// JSON in a buffer of the exact size, so that growing leaves no copy behind, wiped on drop.
fn wiped_json(body: &impl Serialize) -> Result<Bytes, serde_json::Error> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, body)?;
    let mut json = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *json, body)?;
    Ok(Bytes::from_owner(json))
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The causes of an error from the outside in. An [`io::Error`] hides the error it wraps from `source`.
fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause says most to people.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_is_taken(address: &str) -> bool {
        Transport::new(&Url::parse(address).unwrap(), Fingerprint::of(b"")).is_ok()
    }

    #[test]
    fn only_a_bare_https_address_is_taken() {
        assert!(address_is_taken("https://backups.example.org"));
        assert!(address_is_taken("https://[::1]:8443/"));
        for refused in [
            "http://backups.example.org",
            "https://user@backups.example.org",
            "https://:secret@backups.example.org",
            "https://backups.example.org/console",
            "https://backups.example.org/?q",
            "https://backups.example.org/#f",
            "mailto:backups@example.org",
        ] {
            assert!(!address_is_taken(refused), "{refused}");
        }
    }

    #[test]
    fn a_body_fills_its_buffer_exactly() {
        let body = wiped_json(&serde_json::json!({"a": "line\nend", "b": [1, 2, 3]})).unwrap();
        assert_eq!(body.as_ref(), br#"{"a":"line\nend","b":[1,2,3]}"#);
    }

    #[tokio::test]
    async fn an_unreachable_server_is_said_to_be_so() {
        // A port that was free a moment ago, and that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Url::parse(&format!("https://127.0.0.1:{port}")).unwrap();
        let transport = Transport::new(&server, Fingerprint::of(b"")).unwrap();
        let answer = transport
            .get::<serde_json::Value>(&["platform"], None)
            .await;
        assert!(
            matches!(answer, Err(ClientError::Unreachable { .. })),
            "{answer:?}"
        );
    }
}
