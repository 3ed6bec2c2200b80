//! Syslog (RFC 5424) over TCP with octet counting (RFC 6587 section 3.4.1) or over TLS (RFC 5425).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use keyfold_api::audit::Outcome;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Sink, SinkError};
use crate::store::{AuditRow, StoreError};

/// "log audit" (RFC 5424 section 6.2.1), informational: what was done.
const DONE: u8 = 13 * 8 + 6;
/// The same, warning: what was denied.
const DENIED: u8 = 13 * 8 + 4;
/// The largest sequenceId (RFC 5424 section 7.3.1); after it comes 1.
const LAST_SEQUENCE: i64 = 2_147_483_647;
/// TCP does not say what was read. When a connection breaks, so many entries before are sent again.
const AGAIN: i64 = 1000;

trait Connection: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Sync + Unpin> Connection for C {}

/// A syslog receiver.
pub struct Syslog {
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    sender: String,
    connection: Option<Box<dyn Connection>>,
}

impl Syslog {
    /// The receiver at this host and port, over TLS if there is a configuration for it. `sender` names this AccountServer.
    #[must_use]
    pub fn new(host: &str, port: u16, tls: Option<ClientConfig>, sender: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            tls: tls.map(Arc::new),
            sender: sender.to_owned(),
            connection: None,
        }
    }

    async fn connect(&self) -> Result<Box<dyn Connection>, SinkError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let tcp = TcpStream::connect((host, self.port)).await?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(tcp));
        };
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let tls = TlsConnector::from(Arc::clone(tls)).connect(name, tcp);
        Ok(Box::new(tls.await?))
    }

    async fn written(&mut self, text: &[u8]) -> Result<(), SinkError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        // A receiver says nothing. If there is something to read, it is the end.
        let mut end = [0; 64];
        if let Ok(read) = timeout(Duration::ZERO, connection.read(&mut end)).await
            && read? == 0
        {
            return Err(SinkError::Closed);
        }
        connection.write_all(text).await?;
        connection.flush().await?;
        self.connection = Some(connection);
        Ok(())
    }
}

#[async_trait]
impl Sink<AuditRow> for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn again(&self) -> i64 {
        AGAIN
    }

    async fn send(&mut self, entries: &[AuditRow]) -> Result<(), SinkError> {
        let mut text = String::new();
        for entry in entries {
            let message = message(entry, &self.sender)?;
            text += &message.len().to_string();
            text.push(' ');
            text += &message;
        }
        self.written(text.as_bytes()).await
    }
}

/// An entry as a syslog message. Its text is the line of the export.
fn message(row: &AuditRow, sender: &str) -> Result<String, StoreError> {
    let act = row.act()?;
    let priority = match act.outcome {
        Outcome::Done => DONE,
        Outcome::Denied => DENIED,
    };
    let at = act.at.format(&Rfc3339);
    let at = at.map_err(|_| StoreError::Damaged("an audit entry"))?;
    let sequence = (row.number - 1) % LAST_SEQUENCE + 1;
    let (action, line) = (act.action, row.exported()?);
    Ok(format!(
        "<{priority}>1 {at} {sender} keyfold-server - {action} [meta sequenceId=\"{sequence}\"] {line}"
    ))
}
