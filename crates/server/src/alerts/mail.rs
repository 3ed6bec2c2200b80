//! Mail over SMTP (RFC 5321), under TLS and with a password, from one address.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use url::Url;

use super::digest::Digest;
use crate::outbound::{TrustError, authorities};
use crate::stream::is_here;

/// The server has to answer within so long, at each step.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The ports of mail under TLS from the first byte, and of mail that begins TLS with STARTTLS (RFC 8314).
const TLS_PORT: u16 = 465;
const STARTTLS_PORT: u16 = 587;

/// Why mail cannot be sent, or was not.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's address is refused.
    #[error(
        "a mail server's address is smtps://name@host:465 or smtp://name@host:587 without a password; give another one"
    )]
    Server,
    /// The password has no name, or the name no password.
    #[error("a mail server takes a name in its address and a password in a file, or neither")]
    Password,
    /// The sender's address is none.
    #[error("mail comes from an address like keyfold@example.org; give another one")]
    From,
    /// Nobody can be trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A recipient's address is none.
    #[error("the recipient's address is refused; change the alert rule")]
    Recipient,
    /// The mail cannot be written.
    #[error("the mail cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
    /// The server is not reached, is not who it should be, or did not take the mail.
    #[error(
        "the mail server did not take it: {0}; look at --mail-server, its password, and the server's log"
    )]
    Smtp(#[from] lettre::transport::smtp::Error),
}

/// How mail is sent.
pub struct MailServer {
    /// `smtps://name@host:port`, or `smtp://` with STARTTLS; on this machine `smtp://` is without TLS.
    pub address: Url,
    /// The password of the name in the address.
    pub password: Option<SecretString>,
    /// From whom it is.
    pub from: String,
    /// PEM file with the authorities that the server's certificate may come from; the operating system's when absent.
    pub authorities: Option<PathBuf>,
    /// What this AccountServer calls itself.
    pub host: String,
}

/// Sends mail.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Mail {
    /// Ready to send; nothing is asked of the server yet.
    pub fn new(server: &MailServer) -> Result<Self, MailError> {
        let address = &server.address;
        let host = address.host_str().ok_or(MailError::Server)?;
        let bare = matches!(address.path(), "" | "/")
            && address.query().is_none()
            && address.fragment().is_none();
        if !bare || address.password().is_some() {
            return Err(MailError::Server);
        }
        let (tls, usual) = match address.scheme() {
            "smtps" => (Tls::Wrapper(server.tls(host)?), TLS_PORT),
            "smtp" if is_here(address) => (Tls::None, STARTTLS_PORT),
            "smtp" => (Tls::Required(server.tls(host)?), STARTTLS_PORT),
            _ => return Err(MailError::Server),
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(bare_host(host))
                .port(address.port().unwrap_or(usual))
                .tls(tls)
                .timeout(Some(TIMEOUT))
                .hello_name(ClientId::Domain(server.host.clone()));
        match (address.username(), &server.password) {
            ("", None) => {}
            ("", Some(_)) | (_, None) => return Err(MailError::Password),
            (name, Some(password)) => {
                let name = percent_decoded(name).ok_or(MailError::Server)?;
                let password = password.expose_secret().to_owned();
                transport = transport.credentials(Credentials::new(name, password));
            }
        }
        Ok(Self {
            transport: transport.build(),
            from: server.from.parse().map_err(|_| MailError::From)?,
        })
    }

    /// Sends it to one address. `token` makes the mail one that nobody sent before.
    pub(super) async fn send(
        &self,
        to: &str,
        digest: Digest,
        now: OffsetDateTime,
        token: &str,
    ) -> Result<(), MailError> {
        let to: Address = to.parse().map_err(|_| MailError::Recipient)?;
        let message = Message::builder()
            .from(self.from.clone().into())
            .to(to.into())
            .subject(digest.subject)
            .date(now.into())
            .message_id(Some(format!("<{token}@{}>", self.from.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(digest.text)?;
        self.transport.send(message).await?;
        Ok(())
    }
}

impl MailServer {
    fn tls(&self, host: &str) -> Result<TlsParameters, MailError> {
        let trusted = authorities(self.authorities.as_deref())?;
        let mut parameters = TlsParameters::builder(bare_host(host).to_owned())
            .certificate_store(CertificateStore::None);
        for authority in trusted {
            let certificate = Certificate::from_der(authority.to_vec())?;
            parameters = parameters.add_root_certificate(certificate);
        }
        Ok(parameters.build_rustls()?)
    }
}

/// Keeps other programs from answering (RFC 3834 section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The host without the brackets of an IPv6 address.
fn bare_host(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// The name in an address as it was before it was written there.
fn percent_decoded(text: &str) -> Option<String> {
    // A query's values are written the same way, but for "+".
    let query = format!("={}", text.replace('+', "%2B"));
    let (_, value) = url::form_urlencoded::parse(query.as_bytes()).next()?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(address: &str, password: Option<&str>, from: &str) -> Result<Mail, MailError> {
        Mail::new(&MailServer {
            address: address.parse().unwrap(),
            password: password.map(SecretString::from),
            from: from.to_owned(),
            authorities: Some(
                concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/../../tests/vectors/pki/root.pem"
                )
                .into(),
            ),
            host: "backups.example.org".to_owned(),
        })
    }

    #[test]
    fn a_server_is_named_without_its_password() {
        let from = "keyfold@example.org";
        assert!(mail("smtps://mail.example.org", None, from).is_ok());
        assert!(mail("smtp://ann%40x@mail.example.org:2587", Some("p"), from).is_ok());
        for (address, password, from) in [
            ("smtps://ann:secret@mail.example.org", None, from),
            ("smtps://ann@mail.example.org", None, from),
            ("smtps://mail.example.org", Some("p"), from),
            ("smtps://mail.example.org/x", None, from),
            ("https://mail.example.org", None, from),
            ("smtps://mail.example.org", None, "nobody"),
            (
                "smtps://mail.example.org",
                None,
                "a@x.example\r\nBcc: b@x.example",
            ),
        ] {
            assert!(mail(address, password, from).is_err(), "{address} {from}");
        }
    }

    #[test]
    fn a_name_in_an_address_may_be_a_mail_address() {
        assert_eq!(
            percent_decoded("ann%40x.example").as_deref(),
            Some("ann@x.example")
        );
        assert_eq!(percent_decoded("a+b").as_deref(), Some("a+b"));
    }
}
