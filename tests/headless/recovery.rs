//! `docs/RECOVERY.md`, block by block: a key comes back with Python and OpenSSL alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use keyfold_core::captured_key::{CaptureRecord, CaptureSigner, capture};
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId, ScopeKind};
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::Argon2Params;
use keyfold_keystore::CertificatesDirectory;
use time::macros::datetime;
use zeroize::Zeroizing;

const PASSPHRASE: &str = "Zoe\u{308}'s spare key";
const SECRETS: [(&str, &[u8]); 2] = [
    ("password", b"correct horse\n"),
    ("key-file", &[0, 255, 10]),
];

/// A block of the page: a file to save, or commands to run.
enum Block {
    Save { file: String, content: String },
    Run(String),
}

#[test]
fn recovery_without_keyfold() -> Result<()> {
    let home = tempfile::tempdir()?;
    let desk = home.path().join("desk");
    fs::create_dir(&desk)?;
    let expected = lay_out(home.path(), &desk)?;

    let path = path_with_python()?;
    let page = fs::read_to_string(repository().join("docs/RECOVERY.md"))?;
    let (mut saved, mut ran) = (0, 0);
    for block in blocks(&page)? {
        match block {
            Block::Save { file, content } => {
                saved += 1;
                fs::write(desk.join(file), content)?;
            }
            Block::Run(commands) => {
                ran += 1;
                if commands.contains("rm -f") {
                    compare(&desk, &expected)?;
                }
                run(&commands, &desk, &path)?;
            }
        }
    }
    ensure!(
        (saved, ran) == (2, 8),
        "{saved} files and {ran} commands were in the page"
    );
    ensure!(
        !desk.join("private-key.pem").exists(),
        "the private key was left lying about"
    );
    Ok(())
}

/// Puts a certificate folder's sealed key, a captured key and the root where the page wants them.
fn lay_out(home: &Path, desk: &Path) -> Result<CaptureRecord> {
    let pki = repository().join("tests/vectors/pki");
    let certificate = GroupCertificate::from_pem(&fs::read(pki.join("group.pem"))?)?;
    let mut rng = rand::rng();

    let (_, pkcs8) = der::SecretDocument::from_pem(&fs::read_to_string(pki.join("group-key.pem"))?)
        .ok()
        .context("group-key.pem is no PEM")?;
    let key = PrivateKey::from_pkcs8_der(pkcs8.as_bytes())?;
    let scope = ScopeRecord {
        scope: certificate.scope(),
        kind: ScopeKind::Group,
        name: "Surgery, Utrecht".to_owned(),
        path: Vec::new(),
        platform: "https://backup.example".to_owned(),
        authority: Fingerprint::of(b"root"),
        requested_at: datetime!(2026-11-23 20:00 UTC),
    };
    let request = CertificateSigningRequest::build(&key, scope.scope, &scope.name)?;
    let passphrase = Passphrase::new(PASSPHRASE.to_owned())?;
    let directory = CertificatesDirectory::at(home.join("Certificates"))?;
    let (colleague, now) = (Passphrase::new("another".to_owned())?, scope.requested_at);
    let saved = directory.save_key_pair(
        &scope,
        &key,
        "colleague",
        &colleague,
        Argon2Params::MIN,
        &request,
        now,
        &mut rng,
    )?;
    // The second slot, with the parameters that the Console gives it.
    let (spki, params) = (saved.spki_fingerprint, Argon2Params::DEFAULT);
    directory.add_slot(
        scope.scope,
        spki,
        &colleague,
        "Zoë",
        &passphrase,
        params,
        &mut rng,
    )?;
    fs::copy(
        saved.folder.join("private-key.json"),
        desk.join("private-key.json"),
    )?;

    let record = CaptureRecord {
        account: AccountId::random(&mut rng),
        scope: scope.scope,
        key_id: KeyId::random(&mut rng),
        certificate: certificate.fingerprint(),
        captured_at: datetime!(2026-11-23 21:00 UTC),
    };
    let secrets = SECRETS
        .map(|(name, value)| NamedSecret::new(name, Zeroizing::new(value.to_vec())))
        .into_iter()
        .collect::<Result<_, _>>()?;
    let signer = CaptureSigner::from_pem(
        &fs::read(pki.join("capture.pem"))?,
        &fs::read(pki.join("capture-key.pem"))?,
    )?;
    let captured = capture(
        &record,
        &EncryptionKey::new(secrets)?,
        &certificate,
        &signer,
    )?;
    fs::write(desk.join("captured-key.der"), captured)?;
    fs::copy(pki.join("root.pem"), desk.join("root.pem"))?;
    Ok(record)
}

fn compare(desk: &Path, expected: &CaptureRecord) -> Result<()> {
    let record: serde_json::Value = serde_json::from_slice(&fs::read(desk.join("record.json"))?)?;
    ensure!(
        record["account"] == expected.account.to_string(),
        "another account"
    );
    ensure!(
        record["key_id"] == expected.key_id.to_string(),
        "another key"
    );
    for (name, value) in SECRETS {
        let found = fs::read(desk.join(format!("secret-{name}")))?;
        ensure!(found == value, "{name} came back different");
    }
    Ok(())
}

/// Runs the commands of a block as a person would, the passphrase typed when asked for.
fn run(commands: &str, desk: &Path, path: &std::ffi::OsStr) -> Result<()> {
    let mut shell = Command::new("sh")
        .args(["-e", "-c", commands])
        .current_dir(desk)
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = shell.stdin.take().context("no standard input")?;
    // Commands that ask for nothing may be gone by now.
    drop(std::io::Write::write_all(
        &mut stdin,
        format!("{PASSPHRASE}\n").as_bytes(),
    ));
    drop(stdin);
    let output = shell.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{commands}: {said}");
    Ok(())
}

/// The fenced blocks of the page, in order; a Python block names its file.
fn blocks(page: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let content: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let content = content.join("\n") + "\n";
        match (kind, kind.strip_prefix("python file=")) {
            ("sh", _) => blocks.push(Block::Run(content)),
            (_, Some(file)) => blocks.push(Block::Save {
                file: file.to_owned(),
                content,
            }),
            _ => bail!("a block of the page is neither commands nor a file: {kind}"),
        }
    }
    Ok(blocks)
}

/// The search path, beginning where a `python3` has the packages that the page asks for.
fn path_with_python() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").context("no PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let has_packages = |folder: &PathBuf| {
        Command::new(folder.join("python3"))
            .args(["-c", "import argon2, cryptography"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let python = folders
        .iter()
        .find(|folder| has_packages(folder))
        .context("no python3 has the packages cryptography and argon2-cffi; install them")?;
    Ok(std::env::join_paths([python].into_iter().chain(&folders))?)
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
