//! What no client library would send: TLS and HTTP by hand, to a platform with a settings file.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use keyfold_tests::support::platform::Platform;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A TLS connection of ours.
pub(crate) type Wire = StreamOwned<ClientConnection, TcpStream>;

/// Nothing here takes longer, unless something is wrong.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A platform whose AccountServer has these settings, with metrics on and a log in JSON.
pub(crate) fn platform(directory: &Path, settings: &str) -> anyhow::Result<Platform> {
    let data = directory.join("server");
    fs::create_dir_all(&data)?;
    let settings = format!("metrics-listen = '127.0.0.1:0'\nlog-format = 'json'\n{settings}");
    fs::write(data.join("keyfold-server.toml"), settings)?;
    Platform::start(directory)
}

/// What the AccountServer logged, line by line.
pub(crate) fn log(platform: &Platform) -> anyhow::Result<Vec<serde_json::Value>> {
    let log = fs::read_to_string(platform.log())?;
    log.lines()
        .map(|line| serde_json::from_str(line).with_context(|| line.to_owned()))
        .collect()
}

/// `GET` from the monitoring address: status and body.
pub(crate) fn monitoring(platform: &Platform, path: &str) -> anyhow::Result<(u16, String)> {
    let log = log(platform)?;
    let mut addresses = log
        .iter()
        .rev()
        .filter(|it| it["fields"]["message"] == "metrics");
    let address = addresses.next().context("no metrics in the log")?;
    let address = address["fields"]["address"]
        .as_str()
        .context("no address")?;
    let mut stream = TcpStream::connect(address)?;
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).context("no status")?.parse()?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no body")?;
    Ok((status, body.to_owned()))
}

/// The value of a number at `/metrics`, such as `keyfold_connections`.
pub(crate) fn number(platform: &Platform, name: &str) -> anyhow::Result<i64> {
    let (_, text) = monitoring(platform, "/metrics")?;
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(value.unwrap_or("0").parse()?)
}

/// Waits until it is so.
pub(crate) fn eventually(
    what: &str,
    mut is_so: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let start = Instant::now();
    while !is_so()? {
        ensure!(
            start.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// TCP only.
pub(crate) fn tcp(platform: &Platform) -> anyhow::Result<TcpStream> {
    let port = platform.url().port().context("no port")?;
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A client that offers this protocol and has not said anything yet.
pub(crate) fn client(platform: &Platform, protocol: &[u8]) -> anyhow::Result<ClientConnection> {
    let root = CertificateDer::from_pem_file(platform.data().join("platform/root.pem"))?;
    let mut roots = RootCertStore::empty();
    roots.add(root)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("127.0.0.1")?;
    Ok(ClientConnection::new(Arc::new(config), name)?)
}

/// A connection after its handshake.
pub(crate) fn connect(platform: &Platform, protocol: &[u8]) -> anyhow::Result<Wire> {
    let mut stream = tcp(platform)?;
    let mut client = client(platform, protocol)?;
    while client.is_handshaking() {
        client.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(client, stream))
}

/// Reads one HTTP/1.1 answer: its head and its body.
pub(crate) fn answer(wire: &mut Wire) -> anyhow::Result<(String, String)> {
    let mut bytes = Vec::new();
    let head = loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            break head.to_lowercase();
        }
        read_some(wire, &mut bytes)?;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let body = head.len() + 4;
    let whole = body + length.context("no length")?.parse::<usize>()?;
    while bytes.len() < whole {
        read_some(wire, &mut bytes)?;
    }
    Ok((
        head,
        String::from_utf8_lossy(&bytes[body..whole]).into_owned(),
    ))
}

fn read_some(wire: &mut Wire, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut buffer = [0; 4096];
    match wire.read(&mut buffer)? {
        0 => bail!("the connection ended: {}", String::from_utf8_lossy(bytes)),
        read => bytes.extend_from_slice(&buffer[..read]),
    }
    Ok(())
}

/// `GET` on a new connection; how long it took from the first packet to the last byte.
pub(crate) fn get(platform: &Platform, path: &str) -> anyhow::Result<(String, Duration)> {
    let start = Instant::now();
    let mut wire = connect(platform, b"http/1.1")?;
    wire.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
    let (head, _) = answer(&mut wire)?;
    Ok((head, start.elapsed()))
}

/// Waits for the other side's end of the connection.
pub(crate) fn until_closed(wire: &mut Wire) -> String {
    let mut rest = Vec::new();
    // How it ends does not matter: in good order, or by a reset.
    let _ = wire.read_to_end(&mut rest);
    String::from_utf8_lossy(&rest).into_owned()
}
