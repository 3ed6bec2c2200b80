//! A hostile AccountServer's double: its TLS certificate is the Authority's, and it answers whatever a test says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use keyfold_api::client::{AgentClient, Client};
use keyfold_api::end_to_end::CertificatesAbove;
use keyfold_core::authority_root::AuthorityRoot;
use pki_types::pem::PemObject as _;
use pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// `tests/vectors`.
pub(super) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

pub(super) fn read(file: &str) -> Vec<u8> {
    std::fs::read(vectors().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(super) fn text(file: &str) -> String {
    String::from_utf8_lossy(&read(file)).into_owned()
}

/// An Authority whose private key the vectors have, and a TLS certificate for `localhost` below it.
pub(super) struct Double {
    pub(super) root: AuthorityRoot,
    config: Arc<ServerConfig>,
    _directory: TempDir,
}

impl Double {
    /// `root` and `key` are files of the vectors.
    pub(super) fn below(root: &str, key: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        std::fs::write(at.join("leaf.ext"), "subjectAltName=DNS:localhost\n").unwrap();
        openssl(
            at,
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=leaf -keyout leaf.key -out leaf.csr",
        );
        let (root, key) = (vectors().join(root), vectors().join(key));
        openssl(
            at,
            &format!(
                "x509 -req -in leaf.csr -CA {} -CAkey {} -set_serial 1 -days 10 -extfile leaf.ext -out leaf.pem",
                root.display(),
                key.display()
            ),
        );
        let root = AuthorityRoot::from_pem(&std::fs::read(root).unwrap()).unwrap();
        let leaf = CertificateDer::from_pem_file(at.join("leaf.pem")).unwrap();
        let chain = vec![leaf, CertificateDer::from(root.der().to_vec())];
        let key = PrivateKeyDer::from_pem_file(at.join("leaf.key")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self {
            root,
            config: Arc::new(config),
            _directory: directory,
        }
    }

    /// Answers one question of the Agent with this, and answers what was asked.
    pub(super) async fn serve<A, F>(
        &self,
        answer: &CertificatesAbove,
        ask: impl FnOnce(AgentClient) -> F,
    ) -> (A, String)
    where
        F: Future<Output = A>,
    {
        let listener = TcpListener::bind("localhost:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (config, answer) = (
            Arc::clone(&self.config),
            serde_json::to_vec(answer).unwrap(),
        );
        let serving = thread::spawn(move || one(&listener, config, &answer));
        let address = format!("https://localhost:{port}").parse().unwrap();
        let client = Client::new(&address, self.root.fingerprint()).unwrap();
        let asked = ask(client.agent("credential".to_owned().into())).await;
        (asked, serving.join().unwrap())
    }
}

fn one(listener: &TcpListener, config: Arc<ServerConfig>, answer: &[u8]) -> String {
    let (stream, _) = listener.accept().unwrap();
    let connection = ServerConnection::new(config).unwrap();
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut request).unwrap() > 0, "{request}");
    }
    let mut stream = reader.into_inner();
    let length = answer.len();
    let head = format!(
        "HTTP/1.1 200 -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(answer).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    request
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
