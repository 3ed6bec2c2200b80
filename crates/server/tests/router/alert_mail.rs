//! Alerts by mail, taken by a real mail server: a process of its own, with TLS and a password.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration as Pause;

use keyfold_server::alerts::{Mail, MailServer};
use keyfold_server::store::SinkStore as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use crate::alerts::{look, set_rule};
use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, ROOT};

const USER: &str = "keyfold@x.example";
const PASSWORD: &str = "a password of its own";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/router/mail_server.py");

/// A certificate for where the mail server listens, and its key.
struct Certificate(TempDir);

impl Certificate {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
            .args(["ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=mail", "-addext"])
            .args(["basicConstraints=critical,CA:FALSE", "-addext"])
            .arg("subjectAltName=DNS:localhost,IP:::ffff:127.0.0.1")
            .arg("-keyout")
            .arg(directory.path().join("key.pem"))
            .arg("-out")
            .arg(directory.path().join("certificate.pem"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        Self(directory)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A running mail server; it ends when this is dropped.
struct Post {
    child: Child,
    _stdin: ChildStdin,
    said: Receiver<Value>,
    port: u16,
}

impl Post {
    fn start(certificate: &Certificate, port: u16, way: &str) -> Self {
        let mut child = Command::new(python())
            .args([SCRIPT, "127.0.0.1", &port.to_string(), way])
            .arg(certificate.file("certificate.pem"))
            .arg(certificate.file("key.pem"))
            .args([USER, PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (say, said) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = say.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut started = Self {
            _stdin: child.stdin.take().unwrap(),
            child,
            said,
            port: 0,
        };
        started.port = u16::try_from(started.next()["port"].as_u64().unwrap()).unwrap();
        started
    }

    fn next(&self) -> Value {
        self.said.recv_timeout(Pause::from_mins(1)).unwrap()
    }

    /// What was taken so far.
    fn taken(&self) -> Vec<Value> {
        self.said.try_iter().collect()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One of the Pythons that have aiosmtpd.
fn python() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let pythons = std::env::split_paths(&path).map(|directory| directory.join("python3"));
    let has_it = |python: &PathBuf| {
        let import = Command::new(python)
            .args(["-c", "import aiosmtpd"])
            .output();
        import.is_ok_and(|import| import.status.success())
    };
    pythons
        .into_iter()
        .find(has_it)
        .expect("no python3 has aiosmtpd: cargo xtask setup")
}

fn mail(address: &str, password: &str, trusted: &Path) -> Mail {
    Mail::new(&MailServer {
        address: address.parse().unwrap(),
        password: Some(SecretString::from(password)),
        from: "alerts@keyfold.example".to_owned(),
        authorities: Some(trusted.to_owned()),
        host: "backups.example.org".to_owned(),
    })
    .unwrap()
}

fn smtps(port: u16) -> String {
    format!("smtps://keyfold%40x.example@localhost:{port}")
}

fn on(days: &[u16], recipients: &[&str]) -> Value {
    json!({ "on": true, "days": days, "recipients": recipients })
}

/// A house in which one certificate ends within a day, and whoever is named is told of it.
async fn house_with_an_alert(mail: Mail, recipients: &[&str]) -> House {
    let house = House::new().await.mailing(mail);
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let rule = on(&[1000], recipients);
    set_rule(&house, "ann", COLLECTION, "certificate-expires", rule).await;
    house
}

/// The last change that a recipient is noted to have been told.
async fn noted(house: &House, recipient: &str) -> i64 {
    let later = house.platform.now() + Duration::days(1);
    let sink = format!("mail:{recipient}");
    let held = house
        .store
        .hold_sink(&sink, "test", later, house.platform.now());
    held.await.unwrap().unwrap()
}

fn decoded(mail: &Value) -> String {
    let content = mail["content"].as_str().unwrap();
    let (_, body) = content.split_once("\r\n\r\n").unwrap();
    body.replace("=\r\n", "")
        .replace("=E2=80=BA", "›")
        .replace("=3D", "=")
}

#[tokio::test]
async fn what_is_new_goes_to_each_recipient_in_one_mail_an_hour() {
    let certificate = Certificate::new();
    let post = Post::start(&certificate, 0, "tls");
    let mail = mail(
        &smtps(post.port),
        PASSWORD,
        &certificate.file("certificate.pem"),
    );
    let house = house_with_an_alert(mail, &["ann@x.example", "bob@x.example"]).await;
    set_rule(
        &house,
        "ann",
        GROUP,
        "key-not-captured",
        on(&[1], &["ann@x.example"]),
    )
    .await;
    look(&house).await;
    let both = [post.next(), post.next()];
    for (mail, to) in both.iter().zip(["ann@x.example", "bob@x.example"]) {
        assert_eq!(
            (&mail["to"], &mail["from"]),
            (&json!([to]), &json!("alerts@keyfold.example"))
        );
        let content = mail["content"].as_str().unwrap();
        let (head, _) = content.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains("Subject: Keyfold: 1 alert on Northwind Backups\r\n"),
            "{head}"
        );
        assert!(
            head.contains("Content-Type: text/plain; charset=utf-8\r\n"),
            "{head}"
        );
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(
            head.contains("Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n"),
            "{head}"
        );
        assert!(head.contains("@keyfold.example>"), "{head}");
        assert!(
            decoded(mail).contains("  * Hospitals (Northwind): ends on 20"),
            "{}",
            decoded(mail)
        );
    }

    // An hour has to be over, and then one mail tells of all that came meanwhile.
    house.clock.forward(Duration::days(1));
    look(&house).await;
    let told = post.next();
    assert_eq!(told["to"], json!(["ann@x.example"]));
    assert!(
        decoded(&told).contains(
            "  * theatre-1 in Surgery, Utrecht (Northwind › Hospitals): since 2026-03-01"
        )
    );
    let agent = house.enrol(ACCOUNT).await;
    house
        .delete(&format!("/accounts/{ACCOUNT}/agent"), "ann")
        .await;
    let rule = on(&[], &["ann@x.example"]);
    set_rule(&house, "root-admin", ROOT, "ended-credential-used", rule).await;
    house.get("/agent/account", &agent).await;
    look(&house).await;
    assert_eq!(post.taken(), Vec::<Value>::new(), "not within the hour");
    house.clock.forward(Duration::minutes(55));
    look(&house).await;
    assert!(decoded(&post.next()).contains("credential that had ended"));
    look(&house).await;
    house.clock.forward(Duration::hours(2));
    look(&house).await;
    assert_eq!(
        post.taken(),
        Vec::<Value>::new(),
        "everything was told once"
    );
}

#[tokio::test]
async fn a_server_that_is_away_or_refuses_gets_it_later() {
    let certificate = Certificate::new();
    let trusted = certificate.file("certificate.pem");
    let post = Post::start(&certificate, 0, "tls");
    let same = post.port;
    drop(post);
    let to = ["ann@x.example", "nobody@x.example"];
    let house = house_with_an_alert(mail(&smtps(same), PASSWORD, &trusted), &to).await;
    look(&house).await;
    assert_eq!(noted(&house, to[0]).await, 0, "nobody is there");

    let post = Post::start(&certificate, same, "tls");
    let house = house.mailing(mail(&smtps(same), "not the password", &trusted));
    look(&house).await;
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/pki/root.pem"
    );
    let house = house.mailing(mail(&smtps(same), PASSWORD, Path::new(root)));
    look(&house).await;
    assert_eq!(post.taken(), Vec::<Value>::new());
    assert_eq!(noted(&house, to[0]).await, 0);

    let house = house.mailing(mail(&smtps(same), PASSWORD, &trusted));
    look(&house).await;
    assert_eq!(post.next()["to"], json!(["ann@x.example"]));
    assert_eq!(noted(&house, to[0]).await, 1);
    assert_eq!(
        noted(&house, to[1]).await,
        0,
        "who is not known there holds up nobody"
    );
    look(&house).await;
    assert_eq!(post.taken(), Vec::<Value>::new());
}

#[tokio::test]
async fn beyond_this_machine_starttls_is_demanded() {
    let certificate = Certificate::new();
    let trusted = certificate.file("certificate.pem");
    let address = |port: u16| format!("smtp://keyfold%40x.example@[::ffff:127.0.0.1]:{port}");
    let under_tls = Post::start(&certificate, 0, "tls");
    let plain = mail(&address(under_tls.port), PASSWORD, &trusted);
    let house = house_with_an_alert(plain, &["ann@x.example"]).await;
    look(&house).await;
    assert_eq!(under_tls.taken(), Vec::<Value>::new());

    let post = Post::start(&certificate, 0, "starttls");
    let house = house.mailing(mail(&address(post.port), PASSWORD, &trusted));
    look(&house).await;
    assert_eq!(post.next()["to"], json!(["ann@x.example"]));
}

#[tokio::test]
async fn a_thousand_alerts_are_one_mail_and_no_name_writes_in_it() {
    let certificate = Certificate::new();
    let post = Post::start(&certificate, 0, "tls");
    let mail = mail(
        &smtps(post.port),
        PASSWORD,
        &certificate.file("certificate.pem"),
    );
    let house = House::new().await.mailing(mail);
    let name = "<script>\u{202e}.exe\u{2028}Bcc: eve@x.example";
    let renamed = house
        .patch(&format!("/scopes/{GROUP}"), "ann", json!({ "name": name }))
        .await;
    assert_eq!(renamed.status, 200);
    for number in 0..1000 {
        let account = json!({ "name": format!("{name} {number}"), "group": GROUP });
        assert_eq!(house.post("/accounts", "ann", account).await.status, 201);
    }
    let rule = on(&[1], &["ann@x.example"]);
    set_rule(&house, "ann", GROUP, "key-not-captured", rule).await;
    look(&house).await;
    house.clock.forward(Duration::days(1));
    look(&house).await;
    let told = post.next();
    let content = told["content"].as_str().unwrap();
    assert!(content.contains("Subject: Keyfold: 1001 alerts on Northwind Backups\r\n"));
    let (head, _) = content.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("eve"), "{head}");
    assert!(!decoded(&told).lines().any(|line| line.starts_with("Bcc")));
    assert!(content.is_ascii() && !content.contains("=E2=80=AE") && !content.contains("=E2=80=A8"));
    look(&house).await;
    house.clock.forward(Duration::hours(2));
    look(&house).await;
    assert_eq!(post.taken(), Vec::<Value>::new());
}
