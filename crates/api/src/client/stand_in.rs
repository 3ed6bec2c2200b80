//! For tests: a server that stands in for an AccountServer, with whatever certificates.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use pki_types::pem::PemObject as _;
use pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

/// A root and a server certificate for `localhost` below it, made by openssl.
pub(super) struct Chain {
    pub(super) root: CertificateDer<'static>,
    pub(super) leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Chain {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        std::fs::write(
            at.join("leaf.ext"),
            "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n",
        )
        .unwrap();
        openssl(
            at,
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=Root -keyout root.key -out root.pem",
        );
        openssl(
            at,
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=leaf -keyout leaf.key -out leaf.csr",
        );
        openssl(
            at,
            "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -days 10 -extfile leaf.ext -out leaf.pem",
        );
        let read = |name: &str| CertificateDer::from_pem_file(at.join(name)).unwrap();
        Self {
            root: read("root.pem"),
            leaf: read("leaf.pem"),
            key: PrivateKeyDer::from_pem_file(at.join("leaf.key")).unwrap(),
        }
    }
}

fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .current_dir(directory)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What the stand-in does with a connection, once it read a request.
pub(super) enum Does {
    /// Breaks the connection off.
    BreakOff,
    /// Answers with this status and JSON.
    Answer(u16, &'static str),
}

/// A server at `localhost` that does one thing a connection.
pub(super) struct StandIn {
    address: Url,
    serving: JoinHandle<Vec<String>>,
}

impl StandIn {
    /// Presents the chain's server certificate, followed by these.
    pub(super) fn new(
        chain: &Chain,
        presented: &[CertificateDer<'static>],
        does: Vec<Does>,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let certificates = [std::slice::from_ref(&chain.leaf), presented].concat();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(certificates, chain.key.clone_key())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("localhost:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = thread::spawn(move || {
            does.into_iter()
                .map(|does| one(&listener, Arc::clone(&config), &does))
                .collect()
        });
        Self {
            address: Url::parse(&format!("https://localhost:{port}")).unwrap(),
            serving,
        }
    }

    pub(super) fn address(&self) -> &Url {
        &self.address
    }

    /// The requests that were read, one a connection; empty where none was sent.
    pub(super) fn requests(self) -> Vec<String> {
        self.serving.join().unwrap()
    }
}

fn one(listener: &TcpListener, config: Arc<ServerConfig>, does: &Does) -> String {
    let (stream, _) = listener.accept().unwrap();
    let connection = ServerConnection::new(config).unwrap();
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let request = read(&mut reader).unwrap_or_default();
    if let (Does::Answer(status, body), false) = (does, request.is_empty()) {
        let kind = if *status < 300 {
            "application/json"
        } else {
            "application/problem+json"
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let mut stream = reader.into_inner();
        stream.write_all(answer.as_bytes()).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    }
    request
}

/// Head and body of one request.
fn read(
    reader: &mut BufReader<StreamOwned<ServerConnection, std::net::TcpStream>>,
) -> std::io::Result<String> {
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(String::new());
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        let head_ends = line == "\r\n";
        request.push_str(&line);
        if head_ends {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.push_str(std::str::from_utf8(&body).unwrap());
    Ok(request)
}
