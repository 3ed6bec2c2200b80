//! Transcripts of the command line. What differs from run to run stands as `…`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails may say so by panicking"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCOPE: &str = "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f";
const REQUEST: &str = "csr/rsa-3072.pem";

struct Place(tempfile::TempDir);

impl Place {
    /// A directory with an Authority in `auth`, whose passphrase lies in `pass`.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("pass"), "correct horse\n").unwrap();
        fs::copy(vectors().join(REQUEST), place.path("request.pem")).unwrap();
        let (code, _) = place.run("init --name Example --passphrase-file pass", "");
        assert_eq!(code, 0);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &str, input: &str) -> (i32, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyfold-authority"))
            .args(arguments.split(' '))
            .args(["--dir", "auth"])
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let text =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    }

    fn fingerprint(&self) -> String {
        let (_, text) = self.run("inspect request.pem", "");
        let line = text.lines().last().unwrap();
        line.trim_start_matches("Fingerprint:").replace(' ', "")
    }

    fn sign(&self) -> String {
        let fingerprint = self.fingerprint();
        let (code, text) = self.run(
            &format!("sign request.pem --out cert.pem --yes --fingerprint {fingerprint} --passphrase-file pass"),
            "",
        );
        assert_eq!(code, 0, "{text}");
        text
    }
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// The transcript with everything after these labels replaced.
fn masked(text: &str, labels: &[&str]) -> String {
    let mask = |line: &str| match labels.iter().find(|label| line.starts_with(**label)) {
        Some(label) => format!("{label} …\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(mask).collect()
}

#[test]
fn inspect_shows_what_is_to_be_checked() {
    let place = Place::new();
    let (code, text) = place.run("inspect request.pem", "");
    assert_eq!(code, 0);
    assert_eq!(
        masked(&text, &["Fingerprint:"]),
        format!(
            "Scope:        {SCOPE}\n\
             Name:         Finance\n\
             Key:          RSA, 3072 bits; the sender proved to hold the private key\n\
             Fingerprint: …\n"
        )
    );
    fs::copy(
        vectors().join("csr/corrupt-signature.pem"),
        place.path("bad.pem"),
    )
    .unwrap();
    let (code, text) = place.run("inspect bad.pem", "");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "error: bad.pem is refused: the request's own signature is wrong: its sender may not hold the private key; \
         ask for a new request\n"
    );
}

#[test]
fn init_says_what_to_hand_on_and_refuses_a_second_time() {
    let place = Place(tempfile::tempdir().unwrap());
    let (code, text) = place.run("init --name Example --passphrase-file -", "correct horse\n");
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        masked(&text, &["Valid until:", "Fingerprint:"]),
        "Authority:    Example\n\
         Directory:    auth\n\
         Valid until: …\n\
         Fingerprint: …\n\
         \n\
         Give root.pem and this fingerprint to whoever runs the AccountServer and the Consoles.\n\
         Back the directory up: without it and the passphrase nothing can be signed or revoked.\n"
    );
    let (code, text) = place.run("init --name Example --passphrase-file -", "correct horse\n");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "error: there is an Authority in auth already; choose another directory\n"
    );
    assert!(
        !fs::read_to_string(place.path("auth/root-key.pem"))
            .unwrap()
            .contains("horse")
    );
}

#[test]
fn sign_asks_for_the_fingerprint_that_was_read_out() {
    let place = Place::new();
    let wrong = "0".repeat(64);
    for (arguments, refusal) in [
        (
            "--passphrase-file pass".to_owned(),
            "nobody is there to confirm",
        ),
        (
            format!("--yes --fingerprint {wrong} --passphrase-file pass"),
            "not the one that was read out",
        ),
        (
            "--yes --passphrase-file pass".to_owned(),
            "--fingerprint <HEX>",
        ),
    ] {
        let (code, text) = place.run(&format!("sign request.pem --out cert.pem {arguments}"), "");
        assert_ne!(code, 0);
        assert!(text.contains(refusal), "{text}");
        assert!(!place.path("cert.pem").exists());
    }
    let text = place.sign();
    assert_eq!(
        masked(
            &text,
            &["Fingerprint:", "Serial:", "Valid until:", "Certificate:"]
        ),
        format!(
            "Scope:        {SCOPE}\n\
             Name:         Finance\n\
             Key:          RSA, 3072 bits; the sender proved to hold the private key\n\
             Fingerprint: …\n\
             \n\
             Signed:       Finance for {SCOPE}\n\
             Serial: …\n\
             Valid until: …\n\
             Certificate: …\n"
        )
    );
}

#[test]
fn verify_gives_the_verdict_with_its_reason() {
    let place = Place::new();
    place.sign();
    let verify = format!("verify --trust auth/root.pem --scope {SCOPE} --crl auth/crl.pem");
    let (code, text) = place.run(&format!("{verify} cert.pem"), "");
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        masked(&text, &["  RSA 3072 bits, valid until", "  certificate"]),
        format!(
            "accepted: Finance for {SCOPE}\n\
             \x20 RSA 3072 bits, valid until …\n\
             \x20 certificate …\n\
             \x20 signed by CN=Example\n"
        )
    );
    let (code, text) = place.run(&format!("{verify} --at 2020-01-01T00:00:00Z cert.pem"), "");
    assert_eq!(code, 1);
    assert!(
        text.starts_with("refused (not-yet-valid): the certificate is valid only from "),
        "{text}"
    );

    let (code, text) = place.run(
        "revoke cert.pem --reason superseded --passphrase-file pass",
        "",
    );
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("Reason:   superseded\nRevocation list: 1 revoked, counts until "),
        "{text}"
    );
    let (code, text) = place.run(&format!("{verify} cert.pem"), "");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "refused (revoked): the certificate is not trusted: the Authority revoked it; request a new certificate\n"
    );
    let (code, text) = place.run("revoke cert.pem --passphrase-file pass", "");
    assert_eq!(code, 1);
    assert!(
        text.contains("was revoked before; nothing was changed"),
        "{text}"
    );
}

#[test]
fn the_platforms_keys_are_never_overwritten() {
    let place = Place::new();
    let issue =
        "issue-platform --host localhost --host 127.0.0.1 --out platform --passphrase-file pass";
    let (code, text) = place.run(issue, "");
    assert_eq!(code, 0, "{text}");
    for name in [
        "tls.pem",
        "tls-key.pem",
        "capture.pem",
        "capture-key.pem",
        "root.pem",
        "crl.pem",
    ] {
        assert!(place.path("platform").join(name).exists(), "{name}");
    }
    let key = fs::read(place.path("platform/tls-key.pem")).unwrap();
    let (code, text) = place.run(issue, "");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "error: platform/tls.pem is there already; choose another directory\n"
    );
    assert_eq!(fs::read(place.path("platform/tls-key.pem")).unwrap(), key);
    let (code, _) = place.run(
        "issue-platform --host https://x --out other --passphrase-file pass",
        "",
    );
    assert_eq!(code, 2);
}

#[test]
fn a_wrong_passphrase_signs_nothing() {
    let place = Place::new();
    let fingerprint = place.fingerprint();
    let sign = format!(
        "sign request.pem --out cert.pem --yes --fingerprint {fingerprint} --passphrase-file -"
    );
    let (code, text) = place.run(&sign, "wrong\n");
    assert_eq!(code, 1);
    assert!(
        text.ends_with("error: the passphrase does not open the Authority's root key; try again\n"),
        "{text}"
    );
    assert!(!place.path("cert.pem").exists());
}
