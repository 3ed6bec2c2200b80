//! A key pair from request to deletion.

use crate::common::{
    Fixture, PARAMS, certificate, passphrase, private_key, record, rng, save, scope,
};
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::{SlotError, UnsealError};
use keyfold_keystore::{DeleteError, KeyPairError, SaveError, SlotChangeError, Verdict};

#[test]
fn a_new_key_pair_waits_for_its_certificate_and_then_is_complete() {
    let fixture = Fixture::new();
    let saved = fixture.save("first");
    let spki = private_key("group-key.pem").spki_fingerprint();
    assert_eq!((saved.scope, saved.spki_fingerprint), (scope(), spki));
    let name = format!("2026-11-23-{}", spki.short());
    assert_eq!(
        saved.folder,
        fixture.directory.folder_path(scope()).join(&name)
    );
    let request = std::fs::read(&saved.request).unwrap();
    assert_eq!(
        CertificateSigningRequest::from_pem(&request)
            .unwrap()
            .scope(),
        scope()
    );

    let report = fixture.directory.report(scope()).unwrap();
    assert_eq!(report.verdict, Verdict::NotSignedYet);
    assert_eq!(report.record, Some(record()));
    assert_eq!(report.key_pairs[0].folder_name, name);
    assert_eq!(report.key_pairs[0].slots, ["admin"]);
    assert_eq!(report.key_pairs[0].created, Some(crate::common::NOW.date()));

    let certificate = certificate("group.pem");
    fixture
        .directory
        .save_certificate(scope(), spki, &certificate)
        .unwrap();
    let report = fixture.directory.report(scope()).unwrap();
    assert_eq!(report.verdict, Verdict::Complete);
    assert_eq!(report.key_pairs[0].certificate, Some(certificate));
    assert_eq!(fixture.directory.list().unwrap(), [report]);

    let opened = fixture
        .directory
        .unseal(scope(), spki, &passphrase("first"))
        .unwrap();
    assert_eq!(opened.pkcs8_der(), private_key("group-key.pem").pkcs8_der());
    let refusal = fixture
        .directory
        .unseal(scope(), spki, &passphrase("wrong"))
        .err();
    assert!(matches!(
        refusal,
        Some(KeyPairError::Unseal(UnsealError::WrongPassphrase))
    ));
}

#[test]
fn a_renewal_lies_beside_what_it_renews() {
    let fixture = Fixture::new();
    let first = fixture.save("first").spki_fingerprint;
    let renamed = ScopeRecord {
        name: "Surgery".to_owned(),
        ..record()
    };
    let second = save(
        &fixture.directory,
        &renamed,
        "other-group-key.pem",
        "second",
    )
    .unwrap();
    let second = second.spki_fingerprint;
    assert!(
        fixture
            .directory
            .unseal(scope(), first, &passphrase("first"))
            .is_ok()
    );
    assert!(
        fixture
            .directory
            .unseal(scope(), second, &passphrase("second"))
            .is_ok()
    );
    let report = fixture.directory.report(scope()).unwrap();
    assert_eq!(report.key_pairs.len(), 2);
    assert_eq!(report.record, Some(renamed));
}

#[test]
fn what_does_not_belong_together_is_not_saved() {
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    let again = save(&fixture.directory, &record(), "group-key.pem", "other");
    assert!(matches!(again, Err(SaveError::AlreadyThere)));

    let other_scope = "11111111-1111-4111-8111-111111111111".parse().unwrap();
    let key = private_key("other-group-key.pem");
    let request = CertificateSigningRequest::build(&key, other_scope, "x").unwrap();
    let mismatch = fixture.directory.save_key_pair(
        &record(),
        &key,
        "admin",
        &passphrase("x"),
        PARAMS,
        &request,
        crate::common::NOW,
        &mut rng(),
    );
    assert!(matches!(mismatch, Err(SaveError::RequestMismatch)));

    let (own, other) = (certificate("group.pem"), certificate("other-group.pem"));
    let save =
        |scope, spki, certificate| fixture.directory.save_certificate(scope, spki, certificate);
    assert!(matches!(
        save(other_scope, spki, &own),
        Err(SaveError::CertificateOfAnotherScope)
    ));
    assert!(matches!(
        save(scope(), spki, &other),
        Err(SaveError::NoSuchKeyPair)
    ));
    let unknown = other.spki_fingerprint();
    assert!(matches!(
        save(scope(), unknown, &other),
        Err(SaveError::NoSuchKeyPair)
    ));
    assert_eq!(
        fixture.directory.report(scope()).unwrap().verdict,
        Verdict::NotSignedYet
    );
}

#[test]
fn slots_come_change_and_go_on_the_disk() {
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    let directory = &fixture.directory;
    let (first, second, third) = (
        passphrase("first"),
        passphrase("second"),
        passphrase("third"),
    );
    directory
        .add_slot(
            scope(),
            spki,
            &first,
            "colleague",
            &second,
            PARAMS,
            &mut rng(),
        )
        .unwrap();
    directory
        .change_passphrase(scope(), spki, &second, &third, PARAMS, &mut rng())
        .unwrap();
    let refusal = directory.change_passphrase(scope(), spki, &second, &first, PARAMS, &mut rng());
    assert!(matches!(
        refusal,
        Err(SlotChangeError::Slot(SlotError::Unseal(
            UnsealError::WrongPassphrase
        )))
    ));
    directory
        .remove_slot(scope(), spki, "admin", &first)
        .unwrap();
    let last = directory.remove_slot(scope(), spki, "colleague", &third);
    assert!(matches!(
        last,
        Err(SlotChangeError::Slot(SlotError::LastSlot))
    ));
    assert_eq!(
        directory.report(scope()).unwrap().key_pairs[0].slots,
        ["colleague"]
    );
    assert!(directory.unseal(scope(), spki, &first).is_err());
    assert!(directory.unseal(scope(), spki, &third).is_ok());
}

#[test]
fn a_key_is_deleted_only_by_its_scopes_name() {
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    let directory = &fixture.directory;
    for wrong in ["", "surgery, utrecht", "Surgery, Utrecht "] {
        let refusal = directory.delete_key_pair(scope(), spki, wrong);
        assert!(matches!(refusal, Err(DeleteError::NameDiffers)), "{wrong}");
    }
    assert!(
        directory
            .unseal(scope(), spki, &passphrase("first"))
            .is_ok()
    );
    directory
        .delete_key_pair(scope(), spki, "Surgery, Utrecht")
        .unwrap();
    assert_eq!(directory.report(scope()).unwrap().verdict, Verdict::Empty);
    let again = directory.delete_key_pair(scope(), spki, "Surgery, Utrecht");
    assert!(matches!(again, Err(DeleteError::NotFound)));
}

#[test]
fn writers_wait_for_each_other() {
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    let directory = &fixture.directory;
    std::thread::scope(|threads| {
        for number in 0..4 {
            threads.spawn(move || {
                let (first, own) = (passphrase("first"), passphrase(&format!("own {number}")));
                let label = number.to_string();
                directory
                    .add_slot(scope(), spki, &first, &label, &own, PARAMS, &mut rng())
                    .unwrap();
            });
        }
    });
    let mut slots = directory.report(scope()).unwrap().key_pairs[0]
        .slots
        .clone();
    slots.sort();
    assert_eq!(slots, ["0", "1", "2", "3", "admin"]);
    assert!(
        directory
            .unseal(scope(), spki, &passphrase("own 3"))
            .is_ok()
    );
}

#[cfg(unix)]
#[test]
fn everything_is_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    let spki = fixture.save("first").spki_fingerprint;
    fixture
        .directory
        .save_certificate(scope(), spki, &certificate("group.pem"))
        .unwrap();
    let mut folders = vec![fixture.directory.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(
            folder.metadata().unwrap().permissions().mode() & 0o7777,
            0o700,
            "{folder:?}"
        );
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                assert_eq!(
                    path.metadata().unwrap().permissions().mode() & 0o7777,
                    0o600,
                    "{path:?}"
                );
            }
        }
    }
    assert_eq!(files, 5, "lock, scope, key, request, certificate");
}
