//! A captured key's file without the platform: nobody is signed in, and nothing listens where the platform was.

use std::fs;
use std::path::PathBuf;

use keyfold_keystore::CertificatesDirectory;

use super::*;
use crate::console::recovery::tests::ORGANISATION;
use crate::tests::fake_desktop::Stage;
use crate::tests::{KEY, PASSPHRASE, save_key_pair};

fn passphrase(text: &str) -> SecretText {
    serde_json::from_value(text.into()).unwrap()
}

/// A Console that was connected once, with the captured key's file beside it.
fn stage() -> (Stage, PathBuf) {
    let stage = Stage::new();
    ORGANISATION
        .platform
        .save(&stage.connections_file())
        .unwrap();
    let stage = Stage::at(stage.home);
    let file = stage.home.path().join("captured-key.der");
    fs::write(&file, ORGANISATION.captured_key()).unwrap();
    stage.desktop.pick(&file);
    (stage, file)
}

/// The same, with the certificate folder.
fn equipped() -> (Stage, PathBuf) {
    let (stage, file) = stage();
    let certificate = &ORGANISATION.certificate;
    let directory = stage.certificates_directory();
    save_key_pair(&directory, certificate.scope());
    CertificatesDirectory::at(directory)
        .unwrap()
        .save_certificate(certificate.scope(), KEY.spki_fingerprint(), certificate)
        .unwrap();
    (stage, file)
}

#[tokio::test]
async fn a_captured_key_opens_without_the_platform() {
    let (stage, _) = equipped();
    let console = &stage.console;
    let file = console.pick_captured_key().await.unwrap().unwrap();
    assert_eq!(file.name, "captured-key.der");
    assert_eq!(file.scope_name, "Willowmere");
    let wrong = console.open_captured_key(passphrase("another")).await;
    assert_eq!(wrong.unwrap_err().code, codes::WRONG_PASSPHRASE);
    let opened = console
        .open_captured_key(passphrase(PASSPHRASE))
        .await
        .unwrap();
    assert_eq!(opened.account_name, ORGANISATION.chosen.account.to_string());
    assert_eq!(opened.captured_at, file.captured_at);
    assert_eq!(opened.secrets.len(), 1);
}

#[tokio::test]
async fn what_does_not_open_says_why_at_once() {
    let (stage, file) = equipped();
    let console = &stage.console;
    let code = async || console.pick_captured_key().await.unwrap_err().code;
    let honest = fs::read(&file).unwrap();
    let mut changed = honest.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&file, changed).unwrap();
    assert_eq!(code().await, codes::CAPTURED_KEY_UNTRUSTED);
    fs::write(&file, &honest[..honest.len() - 1]).unwrap();
    assert_eq!(code().await, codes::NOT_A_CAPTURED_KEY);
    fs::write(&file, vec![0; 300 * 1024]).unwrap();
    assert_eq!(code().await, codes::FILE_TOO_LARGE);
    fs::remove_file(&file).unwrap();
    assert_eq!(code().await, codes::FILE_UNREADABLE);
    let unchosen = console.open_captured_key(passphrase(PASSPHRASE)).await;
    assert_eq!(unchosen.unwrap_err().code, codes::FILE_NOT_CHOSEN);
}

#[tokio::test]
async fn without_the_folder_it_says_whom_to_ask() {
    let (stage, _) = stage();
    let refused = stage.console.pick_captured_key().await.unwrap_err();
    assert_eq!(refused.code, codes::PRIVATE_KEY_NOT_HERE);
}

#[test]
fn names_of_files_lead_nowhere_else() {
    assert_eq!(harmless("../../etc/passwd"), "------etc-passwd");
    assert_eq!(harmless("Zürich 1:2"), "Zürich-1-2");
    assert_eq!(harmless(&"x".repeat(1000)).len(), NAME_LENGTH);
}
