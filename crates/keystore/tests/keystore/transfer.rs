//! Sharing folders.

use std::fs;

use crate::common::{Fixture, PARAMS, certificate, passphrase, record, rng, save, scope};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_keystore::{KeyPairOutcome, TransferError, TransferReport, Verdict};

fn outcomes(report: &TransferReport) -> Vec<&KeyPairOutcome> {
    report
        .folders
        .iter()
        .flat_map(|folder| &folder.key_pairs)
        .map(|(_, outcome)| outcome)
        .collect()
}

fn complete() -> (Fixture, Fingerprint) {
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    fixture
        .directory
        .save_certificate(scope(), spki, &certificate("group.pem"))
        .unwrap();
    (fixture, spki)
}

#[test]
fn an_exported_folder_is_a_colleagues_folder() {
    let (ours, spki) = complete();
    let stick = tempfile::tempdir().unwrap();
    let report = ours.directory.export(&[scope()], stick.path()).unwrap();
    assert_eq!(outcomes(&report), [&KeyPairOutcome::Added]);
    let names: Vec<_> = fs::read_dir(stick.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(
        names,
        [scope().to_string().as_str()],
        "nothing but the folder"
    );

    // The one folder, or the folder above it.
    for source in [
        stick.path().join(scope().to_string()),
        stick.path().to_owned(),
    ] {
        let theirs = Fixture::new();
        let report = theirs.directory.import(&source).unwrap();
        assert_eq!(outcomes(&report), [&KeyPairOutcome::Added]);
        assert_eq!(
            theirs.directory.list().unwrap(),
            ours.directory.list().unwrap()
        );
        assert!(
            theirs
                .directory
                .unseal(scope(), spki, &passphrase("first"))
                .is_ok()
        );
        let again = theirs.directory.import(&source).unwrap();
        assert_eq!(outcomes(&again), [&KeyPairOutcome::AlreadyThere]);
    }
}

#[test]
fn a_private_key_under_other_passphrases_is_kept_beside() {
    let (ours, spki) = complete();
    let (theirs, _) = complete();
    let (first, second) = (passphrase("first"), passphrase("second"));
    theirs
        .directory
        .change_passphrase(scope(), spki, &first, &second, PARAMS, &mut rng())
        .unwrap();
    let report = ours.directory.import(theirs.directory.path()).unwrap();
    assert_eq!(outcomes(&report), [&KeyPairOutcome::AddedBeside]);
    assert_eq!(ours.directory.report(scope()).unwrap().key_pairs.len(), 2);
    for text in [&first, &second] {
        assert!(ours.directory.unseal(scope(), spki, text).is_ok());
    }
    let third = passphrase("third");
    for current in [&first, &second] {
        ours.directory
            .change_passphrase(scope(), spki, current, &third, PARAMS, &mut rng())
            .unwrap();
    }
    assert!(ours.directory.unseal(scope(), spki, &first).is_err());
    ours.directory
        .delete_key_pair(scope(), spki, "Surgery, Utrecht")
        .unwrap();
    assert!(ours.directory.unseal(scope(), spki, &third).is_err());
}

#[test]
fn a_certificate_that_was_missing_is_added() {
    let (theirs, spki) = complete();
    let ours = Fixture::new();
    ours.directory.import(theirs.directory.path()).unwrap();
    fs::remove_file(
        ours.directory
            .report(scope())
            .map(|report| {
                ours.directory
                    .folder_path(scope())
                    .join(&report.key_pairs[0].folder_name)
                    .join("certificate.pem")
            })
            .unwrap(),
    )
    .unwrap();
    let report = ours.directory.import(theirs.directory.path()).unwrap();
    assert_eq!(outcomes(&report), [&KeyPairOutcome::CertificateAdded]);
    let pair = &ours.directory.report(scope()).unwrap().key_pairs[0];
    assert_eq!(
        (pair.spki_fingerprint, &pair.verdict),
        (Some(spki), &Verdict::Complete)
    );
}

#[test]
fn other_key_pairs_of_a_scope_come_beside_ours() {
    let (ours, _) = complete();
    let theirs = Fixture::new();
    save(
        &theirs.directory,
        &record(),
        "other-group-key.pem",
        "theirs",
    )
    .unwrap();
    let report = ours.directory.import(theirs.directory.path()).unwrap();
    assert_eq!(outcomes(&report), [&KeyPairOutcome::Added]);
    assert_eq!(ours.directory.report(scope()).unwrap().key_pairs.len(), 2);
}

#[test]
fn a_renamed_folder_goes_where_its_files_say() {
    let (theirs, spki) = complete();
    let renamed = theirs.home.path().join("Surgery (copy)");
    fs::rename(theirs.directory.folder_path(scope()), &renamed).unwrap();
    let ours = Fixture::new();
    ours.directory.import(&renamed).unwrap();
    assert!(
        ours.directory
            .unseal(scope(), spki, &passphrase("first"))
            .is_ok()
    );
}

#[test]
fn unfit_key_pairs_are_refused_with_the_reason() {
    let (theirs, _) = complete();
    let report = theirs.directory.report(scope()).unwrap();
    let name = &report.key_pairs[0].folder_name;
    let key_pair = theirs.directory.folder_path(scope()).join(name);

    fs::write(key_pair.join("certificate.pem"), "rubbish").unwrap();
    let ours = Fixture::new();
    ours.directory.import(theirs.directory.path()).unwrap();
    assert_eq!(
        ours.directory.report(scope()).unwrap().verdict,
        Verdict::NotSignedYet
    );

    fs::write(key_pair.join("private-key.json"), "rubbish").unwrap();
    let ours = Fixture::new();
    let report = ours.directory.import(theirs.directory.path()).unwrap();
    let file = format!("{name}/private-key.json");
    assert_eq!(report.folders[0].refused, Some(Verdict::Damaged { file }));
    assert_eq!(ours.directory.list().unwrap(), []);
}

#[test]
fn places_that_make_no_sense_are_refused() {
    let (ours, _) = complete();
    let empty = tempfile::tempdir().unwrap();
    let import = |path: &std::path::Path| ours.directory.import(path);
    assert!(matches!(
        import(empty.path()),
        Err(TransferError::NothingFound { .. })
    ));
    assert!(matches!(
        import(ours.directory.path()),
        Err(TransferError::OwnDirectory)
    ));
    let inside = ours.directory.folder_path(scope());
    assert!(matches!(import(&inside), Err(TransferError::OwnDirectory)));
    let export = ours.directory.export(&[scope()], &inside);
    assert!(matches!(export, Err(TransferError::OwnDirectory)));
    let unknown = "11111111-1111-4111-8111-111111111111".parse().unwrap();
    let export = ours.directory.export(&[unknown], empty.path());
    assert!(matches!(export, Err(TransferError::NothingFound { .. })));
}
