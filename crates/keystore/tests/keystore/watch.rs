//! Folders that appear, change and vanish are noticed.

use std::sync::mpsc;
use std::time::Duration;

use crate::common::{Fixture, certificate, scope};
use keyfold_keystore::{FolderChange, Verdict};

/// Far beyond what it takes; a test that waits this long has failed.
const LONG: Duration = Duration::from_mins(1);

#[test]
fn folders_that_appear_change_and_vanish_are_reported() {
    let theirs = Fixture::new();
    let saved = theirs.save("first");
    let ours = Fixture::new();
    let (event, events) = mpsc::channel();
    let (before, watcher) = ours
        .directory
        .watch(move |change| event.send(change).unwrap())
        .unwrap();
    assert_eq!(before, []);

    ours.directory.import(theirs.directory.path()).unwrap();
    let appeared = events.recv_timeout(LONG).unwrap();
    assert_eq!(
        (appeared.change, &appeared.folder_name),
        (FolderChange::Appeared, &scope().to_string())
    );
    assert_eq!(appeared.report.unwrap().verdict, Verdict::NotSignedYet);

    let certificate = certificate("group.pem");
    ours.directory
        .save_certificate(scope(), saved.spki_fingerprint, &certificate)
        .unwrap();
    let changed = events.recv_timeout(LONG).unwrap();
    assert_eq!(changed.change, FolderChange::Changed);
    assert_eq!(changed.report.unwrap().verdict, Verdict::Complete);

    std::fs::rename(
        ours.directory.folder_path(scope()),
        ours.home.path().join("away"),
    )
    .unwrap();
    let vanished = events.recv_timeout(LONG).unwrap();
    assert_eq!(
        (vanished.change, vanished.report),
        (FolderChange::Vanished, None)
    );

    drop(watcher);
    assert_eq!(
        events.recv_timeout(LONG),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
}
