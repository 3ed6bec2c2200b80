//! The audit log as receivers get it: over TCP, over TLS and by webhook, from receivers that go down and come back.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use keyfold_api::alerts::Alert;
use keyfold_api::audit::{Act, Action, By};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_server::outbound::tls_config;
use keyfold_server::store::{AuditRow, AuditStore as _};
use keyfold_server::stream::{Sink, Syslog, Webhook, follow};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::alerts::look;
use crate::harness::{COLLECTION, House, START};

const SECRET: &[u8] = b"a secret of the receiver's own";

/// Lines that came in, in their order.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Vec<Value>>>);

impl Received {
    fn numbers(&self) -> Vec<u64> {
        let lines = self.0.lock().unwrap();
        lines
            .iter()
            .map(|line| line["number"].as_u64().unwrap())
            .collect()
    }

    /// Waits for this entry; every one before it must have come, with its hash.
    async fn up_to(&self, number: u64) {
        let end = Instant::now() + Duration::from_mins(1);
        while self.numbers().last() != Some(&number) {
            assert!(Instant::now() < end, "{:?}", self.numbers());
            sleep(Duration::from_millis(20)).await;
        }
        let numbers = self.numbers();
        assert!((1..=number).all(|number| numbers.contains(&number)));
        let in_order = |pair: &[u64]| pair[1] == pair[0] + 1 || pair[1] <= pair[0];
        assert!(numbers.windows(2).all(in_order), "no gaps: {numbers:?}");
        let lines = self.0.lock().unwrap();
        assert!(lines.iter().all(|line| line["hash"].is_string()));
    }

    /// Octet-counted syslog messages, until the sender ends.
    async fn syslog(&self, mut stream: impl AsyncRead + Unpin) {
        loop {
            let mut length = String::new();
            loop {
                let Ok(byte) = stream.read_u8().await else {
                    return;
                };
                if byte == b' ' {
                    break;
                }
                length.push(char::from(byte));
            }
            let mut message = vec![0; length.parse().unwrap()];
            if stream.read_exact(&mut message).await.is_err() {
                return;
            }
            let message = String::from_utf8(message).unwrap();
            let (head, line) = message.split_once("] ").unwrap();
            let line: Value = serde_json::from_str(line).unwrap();
            let (action, at) = (
                line["action"].as_str().unwrap(),
                line["at"].as_str().unwrap(),
            );
            let priority = if line["outcome"] == "done" { 110 } else { 108 };
            let expected = format!(
                "<{priority}>1 {at} backups.example.org keyfold-server - {action} [meta sequenceId=\"{}\"",
                line["number"]
            );
            assert_eq!(head, expected);
            self.0.lock().unwrap().push(line);
        }
    }
}

fn sent(house: &House, sink: impl Sink<AuditRow> + 'static) -> JoinHandle<()> {
    tokio::spawn(follow(Arc::clone(&house.platform), Box::new(sink)))
}

async fn entries(house: &House, more: u64) -> u64 {
    for number in 0..more {
        let act = Act::new(START, By::System, Action::Ask).with("number", number);
        let act = if number % 2 == 0 {
            act
        } else {
            act.denied("not-allowed")
        };
        house.store.record(&act).await.unwrap();
    }
    let all = house.store.audit_after(0, None, 1000).await.unwrap();
    all.last().unwrap().number.unsigned_abs()
}

/// The same address again, as soon as it is free.
async fn listen(address: SocketAddr) -> TcpListener {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn anywhere() -> (TcpListener, SocketAddr) {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn taking(listener: TcpListener, received: Received) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            received.syslog(stream).await;
        }
    })
}

#[tokio::test]
async fn a_syslog_receiver_that_goes_down_misses_nothing() {
    let house = House::new().await;
    let received = Received::default();
    let (listener, address) = anywhere().await;
    let up = taking(listener, received.clone());
    let syslog = || {
        let host = address.ip().to_string();
        Syslog::new(&host, address.port(), None, "backups.example.org")
    };
    let sender = sent(&house, syslog());
    received.up_to(entries(&house, 5).await).await;

    up.abort();
    let last = entries(&house, 150).await;
    let up = taking(listen(address).await, received.clone());
    received.up_to(last).await;

    // A new process sends again what may have been under way.
    sender.abort();
    up.abort();
    let later = Received::default();
    let _up = taking(listen(address).await, later.clone());
    house.clock.forward(time::Duration::minutes(2));
    let last = entries(&house, 1).await;
    let _sender = sent(&house, syslog());
    later.up_to(last).await;
}

#[tokio::test]
async fn syslog_goes_over_tls_to_who_is_trusted() {
    let house = House::new().await;
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=receiver"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .arg("-keyout")
        .arg(file("key.pem"))
        .arg("-out")
        .arg(file("certificate.pem"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let certificate = CertificateDer::from_pem_file(file("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let received = Received::default();
    let (listener, address) = anywhere().await;
    tokio::spawn({
        let received = received.clone();
        async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if let Ok(stream) = acceptor.accept(stream).await {
                    received.syslog(stream).await;
                }
            }
        }
    });
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/pki/root.pem"
    );
    let stranger = tls_config(Some(root.as_ref())).unwrap();
    let mut stranger = Syslog::new("localhost", address.port(), Some(stranger), "-");
    let rows = house.store.audit_after(0, None, 1).await.unwrap();
    assert!(stranger.send(&rows).await.is_err(), "another authority");
    let tls = tls_config(Some(&file("certificate.pem"))).unwrap();
    let syslog = Syslog::new(
        "localhost",
        address.port(),
        Some(tls),
        "backups.example.org",
    );
    let _sender = sent(&house, syslog);
    received.up_to(entries(&house, 3).await).await;
}

/// What a webhook's receiver does: refuses at first, then takes what is signed.
#[derive(Clone)]
struct Receiver {
    received: Received,
    refuse: Arc<Mutex<u32>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["keyfold-signature"].to_str().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    let tag = hmac::sign(&key, body.as_bytes());
    let hex = Fingerprint::from_bytes(tag.as_ref().try_into().unwrap());
    assert_eq!(signature, format!("sha256={hex}"));
    let mut refuse = receiver.refuse.lock().unwrap();
    if *refuse > 0 {
        *refuse -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let lines = body.lines().map(|line| serde_json::from_str(line).unwrap());
    receiver.received.0.lock().unwrap().extend(lines);
    StatusCode::NO_CONTENT
}

#[tokio::test]
async fn a_webhook_gets_every_entry_once_it_takes_them() {
    let house = House::new().await;
    let receiver = Receiver {
        received: Received::default(),
        refuse: Arc::new(Mutex::new(2)),
    };
    let (listener, address) = anywhere().await;
    let app = Router::new()
        .route("/audit", post(take))
        .with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = format!("http://{address}/audit").parse().unwrap();
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/pki/root.pem"
    );
    let tls = || tls_config(Some(root.as_ref())).unwrap();
    let webhook = || Webhook::new("webhook", &url, SECRET, tls()).unwrap();
    let last = entries(&house, 250).await;
    // Two servers: one of them sends.
    let senders = [sent(&house, webhook()), sent(&house, webhook())];
    receiver.received.up_to(last).await;
    assert_eq!(receiver.received.numbers(), (1..=last).collect::<Vec<_>>());

    // A new process goes on where the old ones were: when the next entry comes, those before it are noted.
    let noted = last;
    receiver.received.up_to(entries(&house, 1).await).await;
    senders.iter().for_each(JoinHandle::abort);
    house.clock.forward(time::Duration::minutes(2));
    let last = entries(&house, 1).await;
    let _sender = sent(&house, webhook());
    receiver.received.up_to(last).await;
    let numbers = receiver.received.numbers();
    let once = numbers.iter().filter(|number| **number <= noted).count();
    assert_eq!(u64::try_from(once).unwrap(), noted, "{numbers:?}");
    let elsewhere = "http://example.org/audit".parse().unwrap();
    assert!(Webhook::new("webhook", &elsewhere, SECRET, tls()).is_err());
    assert!(Webhook::new("webhook", &url, b"short", tls()).is_err());
}

#[tokio::test]
async fn alerts_go_to_a_webhook_of_their_own() {
    let house = House::new().await;
    let receiver = Receiver {
        received: Received::default(),
        refuse: Arc::new(Mutex::new(1)),
    };
    let (listener, address) = anywhere().await;
    let app = Router::new()
        .route("/alerts", post(take))
        .with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = format!("http://{address}/alerts").parse().unwrap();
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/pki/root.pem"
    );
    let tls = tls_config(Some(root.as_ref())).unwrap();
    let webhook = Webhook::new("alert-webhook", &url, SECRET, tls).unwrap();
    let sink: Box<dyn Sink<Alert>> = Box::new(webhook);
    let _sender = tokio::spawn(follow(Arc::clone(&house.platform), sink));
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let rule = serde_json::json!({ "on": true, "days": [1000], "recipients": [] });
    let path = format!("/scopes/{COLLECTION}/alert-rules/certificate-expires");
    house.put(&path, "ann", rule.clone()).await;
    look(&house).await;
    let lines = async |number: usize| {
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            let lines = receiver.received.0.lock().unwrap().clone();
            if lines.len() >= number {
                return lines;
            }
            assert!(Instant::now() < end, "{lines:?}");
            sleep(Duration::from_millis(20)).await;
        }
    };
    let raised = lines(1).await[0].clone();
    assert_eq!(raised["kind"], "certificate-expires");
    assert_eq!(raised["scope_name"], "Hospitals");
    assert_eq!(raised["closed_at"], Value::Null);
    let off = serde_json::json!({ "on": false, "days": [1000], "recipients": [] });
    house.put(&path, "ann", off).await;
    look(&house).await;
    let closed = lines(2).await[1].clone();
    assert_eq!(closed["id"], raised["id"]);
    assert!(closed["closed_at"].is_string());
}
