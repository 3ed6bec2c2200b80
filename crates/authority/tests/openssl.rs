//! OpenSSL as the judge of our requests and as an Authority: the commands of `docs/AUTHORITY.md`, run as they stand.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails may say so by panicking"
)]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::key_pair::{KeySize, PrivateKey};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const SCOPE: &str = "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f";
const DOCUMENT: &str = include_str!("../../../docs/AUTHORITY.md");

/// The commands under this heading of the code block.
fn commands(block: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```sh {block}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// Runs a script in `directory`, with `keyfold-authority` on the path.
fn run(directory: &Path, script: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_keyfold-authority"));
    let path = std::env::var("PATH").unwrap();
    Command::new("sh")
        .args(["-euc", script])
        .current_dir(directory)
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .output()
        .unwrap()
}

fn succeed(directory: &Path, script: &str) -> String {
    let output = run(directory, script);
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{text}");
    text
}

fn refused(directory: &Path, code: &str) {
    let output = run(directory, commands("verify"));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with(&format!("refused ({code}): ")), "{text}");
}

/// A directory with a root made by `openssl genpkey` and a request made by Keyfold.
fn workplace(
    key_options: &str,
    root_options: &str,
) -> (tempfile::TempDir, CertificateSigningRequest) {
    let place = tempfile::tempdir().unwrap();
    let root = format!(
        "openssl genpkey {key_options} -out root-key.pem
         openssl req -x509 -new -key root-key.pem -subj '/O=Example Ltd/CN=Example CA' -days 3650 -out root.pem \
             -addext 'keyUsage=critical,keyCertSign,cRLSign' {root_options}"
    );
    succeed(place.path(), &root);
    let key = PrivateKey::generate(KeySize::Rsa3072, &mut StdRng::seed_from_u64(1), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let request =
        CertificateSigningRequest::build(&key, SCOPE.parse().unwrap(), "Büro Süd").unwrap();
    fs::write(place.path().join("request.pem"), request.to_pem()).unwrap();
    (place, request)
}

#[test]
fn openssl_signs_what_the_profile_accepts() {
    for key_options in [
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    ] {
        let (place, request) = workplace(key_options, "-sha256");
        let place = place.path();
        let seen = succeed(place, commands("request"));
        assert!(seen.contains("verify OK"), "{seen}");
        assert!(seen.contains(&format!("URI:urn:uuid:{SCOPE}")), "{seen}");
        assert!(
            seen.contains(&request.spki_fingerprint().to_string()),
            "{seen}"
        );
        succeed(place, commands("profile"));

        succeed(place, commands("ca"));
        refused_without_list(place);
        succeed(place, commands("crl"));
        let seen = succeed(place, commands("verify"));
        assert!(
            seen.starts_with(&format!("accepted: Büro Süd for {SCOPE}\n")),
            "{seen}"
        );
        succeed(place, commands("revoke"));
        refused(place, "revoked");

        succeed(place, commands("x509"));
        succeed(place, commands("verify"));
    }
}

#[test]
fn openssl_signs_with_pss_what_the_profile_accepts() {
    let pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    assert!(DOCUMENT.contains(&format!("`{pss}`")));
    let (place, _) = workplace("-algorithm RSA -pkeyopt rsa_keygen_bits:3072", pss);
    let place = place.path();
    succeed(place, commands("profile"));
    succeed(
        place,
        &commands("x509").replace("-sha256", &format!("-sha256 {pss}")),
    );
    assert!(succeed(place, "openssl x509 -in certificate.pem -noout -text").contains("rsassaPss"));
    let without_list = commands("verify").replace("--crl crl.pem ", "");
    succeed(place, &without_list);
}

#[test]
fn what_openssl_signs_with_another_profile_is_refused() {
    let (place, _) = workplace("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha256");
    let place = place.path();
    let sign = |profile: &str, change: (&str, &str)| {
        succeed(place, commands("profile"));
        let file = place.join("group-certificate.cnf");
        fs::write(
            &file,
            fs::read_to_string(&file)
                .unwrap()
                .replace(change.0, change.1),
        )
        .unwrap();
        succeed(place, profile);
    };
    let x509 = commands("x509");
    succeed(place, commands("profile"));
    succeed(place, commands("ca"));
    succeed(place, commands("crl"));
    for (change, code) in [
        (
            (
                "keyUsage = critical, keyEncipherment",
                "keyUsage = critical, keyEncipherment, dataEncipherment",
            ),
            "key-usage",
        ),
        (("keyUsage = critical,", "keyUsage ="), "key-usage"),
        (
            ("1.3.6.1.4.1.311.21.6", "emailProtection"),
            "key-recovery-agent",
        ),
        (("CA:FALSE", "CA:TRUE"), "is-authority"),
        (
            ("${ENV::SCOPE}", "0b9ac3a2-3f53-4c62-8df0-6a2f5a1c7d10"),
            "scope-wrong",
        ),
        (
            ("URI:urn:uuid:${ENV::SCOPE}", "DNS:example.org"),
            "scope-missing",
        ),
    ] {
        sign(x509, change);
        refused(place, code);
    }
    succeed(place, commands("profile"));
    succeed(place, &x509.replace("-days 1000", "-days 1001"));
    refused(place, "validity-too-long");
    succeed(place, &x509.replace("-sha256", "-sha1"));
    refused(place, "signature-algorithm");
    succeed(place, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out root-key.pem
        openssl req -x509 -new -key root-key.pem -subj '/O=Example Ltd/CN=Another CA' -days 9 -out other-root.pem");
    succeed(place, &x509.replace("root.pem", "other-root.pem"));
    refused(place, "issuer-unknown");
}

/// A list that another authority signed is as good as none.
fn refused_without_list(place: &Path) {
    succeed(place, "cp crlnumber crlnumber.before; touch empty.txt
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other-key.pem
        openssl req -x509 -new -key other-key.pem -subj '/O=Example Ltd/CN=Example CA' -days 9 -out other.pem
        sed 's/= root.pem/= other.pem/; s/= root-key.pem/= other-key.pem/; s/= index.txt/= empty.txt/' ca.cnf > other.cnf
        SCOPE=- openssl ca -config other.cnf -gencrl -out crl.pem; mv crlnumber.before crlnumber");
    refused(place, "revocation-wrong-signer");
}
