//! Certificate folders: what the Console says of them, sharing, dropping, deleting.

use std::fs;
use std::path::Path;

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;

use super::fake_desktop::Stage;
use super::{KEY, NAME};
use crate::events::{Announcement, FoldersDropped};

/// Saves the key pair of a new scope in a Certificates directory.
fn save_key_pair(directory: &Path) -> ScopeGuid {
    let scope = ScopeGuid::random(&mut rand::rng());
    super::save_key_pair(directory, scope);
    scope
}

#[tokio::test]
async fn a_folder_is_shown_with_its_name_its_holders_and_the_verdict() {
    let stage = Stage::new();
    let scope = save_key_pair(&stage.certificates_directory());
    let view = stage.console.certificate_folders().await.unwrap();
    assert_eq!(Path::new(&view.path), stage.certificates_directory());
    let [folder] = &view.folders[..] else {
        panic!("{view:?}")
    };
    assert_eq!(folder.folder, scope.to_string());
    assert_eq!(folder.name.as_deref(), Some(NAME));
    assert_eq!(folder.path, ["Northwind", "Schools"]);
    assert_eq!(folder.verdict.code, "folder-not-signed-yet");
    let [key_pair] = &folder.key_pairs[..] else {
        panic!("{view:?}")
    };
    assert_eq!(key_pair.created.as_deref(), Some("2026-06-01"));
    assert_eq!(key_pair.holders, ["Ada"]);
    assert_eq!(
        key_pair.spki_fingerprint,
        Some(KEY.spki_fingerprint().to_string())
    );
}

#[tokio::test]
async fn an_exported_folder_can_be_imported_elsewhere() {
    let (here, there) = (Stage::new(), Stage::new());
    let shared = tempfile::tempdir().unwrap();
    let scope = save_key_pair(&here.certificates_directory()).to_string();
    let folders = [scope.clone()];

    assert_eq!(
        here.console.export_folders(&folders).await.unwrap(),
        None,
        "dismissed"
    );
    here.desktop.pick(shared.path());
    let destination = here
        .console
        .export_folders(&folders)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Path::new(&destination), shared.path());

    assert!(
        there.console.import_folders().await.unwrap().is_none(),
        "dismissed"
    );
    there.desktop.pick(shared.path());
    let first = there.console.import_folders().await.unwrap().unwrap();
    assert_eq!(
        (first.imported, first.refused.len()),
        (vec![scope.clone()], 0)
    );
    let second = there.console.import_folders().await.unwrap().unwrap();
    assert_eq!((second.imported.len(), second.unchanged), (0, vec![scope]));
}

#[tokio::test]
async fn a_folder_without_certificates_is_no_import() {
    let stage = Stage::new();
    let other = tempfile::tempdir().unwrap();
    stage.desktop.pick(other.path());
    let error = stage.console.import_folders().await.unwrap_err();
    assert_eq!(error.code, "no-certificate-folder");
    stage.desktop.pick(stage.certificates_directory());
    let error = stage.console.import_folders().await.unwrap_err();
    assert_eq!(error.code, "own-certificates-directory");
}

#[test]
fn dropped_folders_are_imported_and_what_is_none_is_named() {
    let stage = Stage::new();
    let source = tempfile::tempdir().unwrap();
    let scope = save_key_pair(source.path()).to_string();
    let other = tempfile::tempdir().unwrap();
    stage.console.folders_hover();
    stage.console.folders_left();
    stage
        .console
        .folders_dropped(&[source.path().join(&scope), other.path().to_owned()]);
    stage.console.folders_dropped(&[other.path().to_owned()]);

    let announced = stage.desktop.announced.lock().unwrap();
    let drops: Vec<_> = announced
        .iter()
        .map(|announcement| match announcement {
            Announcement::FoldersDropped(event) => event,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(matches!(drops[0], FoldersDropped::Hovering));
    assert!(matches!(drops[1], FoldersDropped::Left));
    let FoldersDropped::Imported { result } = drops[2] else {
        panic!("{drops:?}")
    };
    assert_eq!(result.imported, [scope]);
    assert_eq!(result.refused[0].verdict.code, "folder-not-a-scope");
    let FoldersDropped::Failed { error } = drops[3] else {
        panic!("{drops:?}")
    };
    assert_eq!(error.code, "no-certificate-folder");
}

#[tokio::test]
async fn a_key_pair_is_deleted_only_by_typing_its_scopes_name() {
    let stage = Stage::new();
    let scope = save_key_pair(&stage.certificates_directory()).to_string();
    let key = KEY.spki_fingerprint().to_string();
    let delete = |typed: &str| {
        stage
            .console
            .delete_key_pair(&scope, &key, typed.to_owned())
    };
    assert_eq!(
        delete("willowmere school").await.unwrap_err().code,
        "name-not-equal"
    );
    assert_eq!(
        stage.console.certificate_folders().await.unwrap().folders[0]
            .key_pairs
            .len(),
        1
    );
    delete(NAME).await.unwrap();
    let folders = stage.console.certificate_folders().await.unwrap().folders;
    assert!(folders.iter().all(|folder| folder.key_pairs.is_empty()));
    assert_eq!(delete(NAME).await.unwrap_err().code, "key-pair-not-found");
}

#[tokio::test]
async fn only_folders_that_are_there_are_opened() {
    let stage = Stage::new();
    let scope = save_key_pair(&stage.certificates_directory()).to_string();
    stage
        .console
        .open_certificates_directory(None)
        .await
        .unwrap();
    stage
        .console
        .open_certificates_directory(Some(&scope))
        .await
        .unwrap();
    let directory = stage.certificates_directory();
    assert_eq!(
        *stage.desktop.opened.lock().unwrap(),
        [directory.clone(), directory.join(&scope)]
    );
    let missing = ScopeGuid::random(&mut rand::rng()).to_string();
    let error = stage
        .console
        .open_certificates_directory(Some(&missing))
        .await
        .unwrap_err();
    assert_eq!(error.code, "folder-not-found");
}

#[tokio::test]
async fn a_copy_of_the_request_is_saved_where_the_admin_chooses() {
    let stage = Stage::new();
    let scope = save_key_pair(&stage.certificates_directory()).to_string();
    let key = KEY.spki_fingerprint().to_string();
    assert_eq!(
        stage.console.save_request_copy(&scope, &key).await.unwrap(),
        None,
        "dismissed"
    );
    let file = stage.home.path().join("copy.pem");
    stage.desktop.pick(&file);
    stage
        .console
        .save_request_copy(&scope, &key)
        .await
        .unwrap()
        .unwrap();
    let request = CertificateSigningRequest::from_pem(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(request.scope().to_string(), scope);
    let other = Fingerprint::of(b"other").to_string();
    let error = stage
        .console
        .save_request_copy(&scope, &other)
        .await
        .unwrap_err();
    assert_eq!(error.code, "private-key-not-here");
}

#[test]
fn a_folder_that_is_copied_in_is_announced() {
    let stage = Stage::new();
    stage.console.watch_certificate_folders();
    let scope = save_key_pair(&stage.certificates_directory()).to_string();
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let announced = || {
        stage
            .desktop
            .announced
            .lock()
            .unwrap()
            .iter()
            .any(|announcement| match announcement {
                Announcement::CertificateFoldersChanged(event) => {
                    event.0.folders.iter().any(|folder| folder.folder == scope)
                }
                _ => false,
            })
    };
    while !announced() {
        assert!(
            std::time::Instant::now() < deadline,
            "nothing was announced"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
