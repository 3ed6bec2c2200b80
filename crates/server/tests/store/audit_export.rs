//! `keyfold-server audit`, and the page of Python in docs/FORMATS.md that verifies what it exports.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use keyfold_api::audit::{Act, Action, By};
use keyfold_server::store::AuditStore as _;
use keyfold_server::store::sql::SqlStore;
use sqlx::{AnyPool, query};
use tempfile::TempDir;

use crate::{NOW, founded};

async fn data_directory() -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keyfold.sqlite");
    let store = SqlStore::open(&file, true).await.unwrap();
    let root = founded(&store).await.guid;
    for number in 0..1500 {
        let by = By::User(format!("Änne \"{number}\"\u{7f}"));
        let act = Act::new(NOW, by, Action::RenameScope)
            .scope(root)
            .named("a\n\\b\u{1}/<&>")
            .with("former_name", "ö\u{2028}");
        store.record(&act).await.unwrap();
    }
    store.close().await;
    (directory, root.to_string())
}

fn audit(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env::var_os("CARGO_BIN_EXE_keyfold-server").unwrap())
        .arg("audit")
        .args(arguments)
        .arg("--data-dir")
        .arg(directory)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

/// Runs the page's program over an export.
fn python(directory: &Path, root: &str, export: &[u8]) -> Output {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMATS.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, program) = page
        .split_once("```python file=verify-audit-log.py\n")
        .unwrap();
    let (program, _) = program.split_once("```").unwrap();
    fs::write(directory.join("verify-audit-log.py"), program).unwrap();
    fs::write(directory.join("audit.jsonl"), export).unwrap();
    Command::new("python3")
        .arg(directory.join("verify-audit-log.py"))
        .arg(root)
        .stdin(fs::File::open(directory.join("audit.jsonl")).unwrap())
        .stdout(Stdio::piped())
        .output()
        .unwrap()
}

#[tokio::test]
async fn a_page_of_python_verifies_an_export() {
    let (directory, root) = data_directory().await;
    let directory = directory.path();
    let verified = audit(directory, &["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    let verified = String::from_utf8(verified.stdout).unwrap();
    let export = audit(directory, &["export"]).stdout;
    assert_eq!(str::from_utf8(&export).unwrap().lines().count(), 1501);
    let checked = python(directory, &root, &export);
    assert_eq!(said(&checked), verified);

    let mut changed = export.clone();
    let place = changed.len() - 120;
    changed[place..].make_ascii_uppercase();
    let checked = python(directory, &root, &changed);
    assert!(!checked.status.success());
    assert!(said(&checked).contains("entry 1501"), "{}", said(&checked));

    let some = audit(directory, &["export", "--from", "1500"]).stdout;
    assert_eq!(export[export.len() - some.len()..], some);
    let none = audit(directory, &["export", "--since", "2026-03-01T12:00:01Z"]);
    assert!(none.status.success() && none.stdout.is_empty());
}

#[tokio::test]
async fn verify_names_the_entry_and_fails() {
    let (directory, _) = data_directory().await;
    let directory = directory.path();
    let address = format!("sqlite://{}", directory.join("keyfold.sqlite").display());
    let database = AnyPool::connect(&address).await.unwrap();
    for sql in [
        "DROP TRIGGER audit_entries_are_not_changed",
        "UPDATE audit_entries SET entry = replace(entry, 'rename', 'move') WHERE number = 1200",
    ] {
        query(sql).execute(&database).await.unwrap();
    }
    let verified = audit(directory, &["verify"]);
    assert!(!verified.status.success());
    assert!(said(&verified).contains("entry 1200 was changed"));
    let cut = audit(directory, &["verify", "--expect-count", "x"]);
    assert!(!cut.status.success(), "{}", said(&cut));
}
