//! Where the browser comes back after a sign-in: a port of this computer that answers one question (RFC 8252 section 7.3).

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::form_urlencoded;
use zeroize::Zeroizing;

/// What a browser may send before its question is one, in bytes.
const MAX_HEAD: usize = 8 * 1024;
/// How long it may take; browsers open connections on suspicion and send nothing over them.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at a time.
const CONNECTIONS: usize = 16;
/// What the browser shows in the end.
const PAGE: &str = include_str!("loopback.html");

/// The open port.
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// What the browser brought.
pub(super) enum Returned {
    /// What a session is begun with.
    Ticket(Zeroizing<String>),
    /// The code of the problem that the platform has with the sign-in.
    Problem(String),
}

impl Loopback {
    /// Opens a port that only programs of this computer reach.
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the browser comes back. Whatever else asks is told that there is nothing here.
    pub(super) async fn returned(&self) -> io::Result<Returned> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < CONNECTIONS => {
                    connections.spawn(timeout(PATIENCE, answer(accepted?.0, self.port)));
                }
                Some(answered) = connections.join_next() => {
                    if let Ok(Ok(Some(returned))) = answered {
                        return Ok(returned);
                    }
                }
            }
        }
    }
}

/// Answers one connection; none when it brings nothing.
async fn answer(mut stream: TcpStream, port: u16) -> Option<Returned> {
    let head = read_head(&mut stream).await.ok()?;
    let returned = read_returned(&head, port);
    let (status, page) = if returned.is_some() {
        ("200 OK", PAGE)
    } else {
        ("404 Not Found", "")
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    // A browser that was closed meanwhile misses the page, and nothing else.
    if stream.write_all(answer.as_bytes()).await.is_ok() {
        stream.shutdown().await.ok();
    }
    returned
}

/// The request line and the headers.
async fn read_head(stream: &mut TcpStream) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; MAX_HEAD]);
    let mut read = 0;
    while !bytes[..read].ends_with(b"\r\n\r\n") {
        // A full buffer reads nothing either.
        match stream.read(&mut bytes[read..]).await? {
            0 => return Err(io::ErrorKind::InvalidData.into()),
            more => read += more,
        }
    }
    let head = std::str::from_utf8(&bytes[..read]).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Zeroizing::new(head.to_owned()))
}

/// Reads `GET /?ticket=…` or `GET /?problem=…`, asked of this port by its number: another name for it may belong to a
/// page that somebody else made the browser open.
fn read_returned(head: &str, port: u16) -> Option<Returned> {
    let mut lines = head.split("\r\n");
    let query = lines
        .next()?
        .strip_prefix("GET /?")?
        .strip_suffix(" HTTP/1.1")?;
    let own = format!("127.0.0.1:{port}");
    let is_own = |line: &str| {
        line.split_once(':')
            .is_some_and(|(name, value)| name.eq_ignore_ascii_case("host") && value.trim() == own)
    };
    if !lines.any(is_own) {
        return None;
    }
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| match &*name {
        "ticket" => Some(Returned::Ticket(Zeroizing::new(value.into_owned()))),
        "problem" => Some(Returned::Problem(value.into_owned())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn the_browser_brings_the_ticket_whoever_asks_before() {
        let loopback = Loopback::open().await.unwrap();
        let port = loopback.port();
        let asking = async {
            // As a browser on suspicion: connected, and silent.
            let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .unwrap();
            let own = format!("Host: 127.0.0.1:{port}");
            for nothing in [
                format!("GET /favicon.ico HTTP/1.1\r\n{own}\r\n\r\n"),
                format!("POST /?ticket=x HTTP/1.1\r\n{own}\r\n\r\n"),
                format!("GET /?ticket=x HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"),
                "GET /?ticket=x HTTP/1.1\r\n\r\n".to_owned(),
            ] {
                assert!(
                    ask(port, &nothing).await.starts_with("HTTP/1.1 404"),
                    "{nothing}"
                );
            }
            let page = ask(
                port,
                &format!("GET /?ticket=a%2Db HTTP/1.1\r\n{own}\r\n\r\n"),
            )
            .await;
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("Keyfold"));
            assert!(!page.contains("<script"));
            drop(silent);
        };
        let (returned, ()) = tokio::join!(loopback.returned(), asking);
        assert!(matches!(returned.unwrap(), Returned::Ticket(ticket) if *ticket == "a-b"));
    }

    #[test]
    fn a_problem_is_brought_by_its_code() {
        let head = "GET /?problem=not-known-here HTTP/1.1\r\nhost: 127.0.0.1:7\r\n\r\n";
        let returned = read_returned(head, 7);
        assert!(matches!(returned, Some(Returned::Problem(code)) if code == "not-known-here"));
    }
}
