//! What is said of folders that others wrote.

use std::fs;
use std::path::PathBuf;

use crate::common::{Fixture, certificate, pki, scope};
use keyfold_keystore::Verdict;

const OTHER: &str = "11111111-1111-4111-8111-111111111111";

struct Complete {
    fixture: Fixture,
    folder: PathBuf,
    key_pair: PathBuf,
    name: String,
}

impl Complete {
    fn new() -> Self {
        let fixture = Fixture::new();
        let saved = fixture.save("first");
        let certificate = certificate("group.pem");
        fixture
            .directory
            .save_certificate(scope(), saved.spki_fingerprint, &certificate)
            .unwrap();
        let name = saved
            .folder
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let folder = fixture.directory.folder_path(scope());
        Self {
            fixture,
            folder,
            key_pair: saved.folder,
            name,
        }
    }

    fn verdict(&self) -> Verdict {
        let report = self.fixture.directory.report(scope()).unwrap();
        assert_eq!(
            self.fixture.directory.list().unwrap(),
            std::slice::from_ref(&report)
        );
        report.verdict
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    fn edit(path: &PathBuf, from: &str, to: &str) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

#[test]
fn each_file_is_named_when_it_is_missing_damaged_or_newer() {
    for file in ["private-key.json", "certificate.pem"] {
        let complete = Complete::new();
        fs::write(complete.key_pair.join(file), "rubbish").unwrap();
        assert_eq!(
            complete.verdict(),
            Verdict::Damaged {
                file: complete.file(file)
            }
        );
    }
    let complete = Complete::new();
    fs::remove_file(complete.key_pair.join("private-key.json")).unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Missing {
            file: complete.file("private-key.json")
        }
    );

    let complete = Complete::new();
    let scope_json = complete.folder.join("scope.json");
    Complete::edit(&scope_json, "\"version\": 1", "\"version\": 2");
    assert_eq!(
        complete.verdict(),
        Verdict::NewerVersion {
            file: "scope.json".to_owned()
        }
    );
    fs::write(&scope_json, "{}").unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Damaged {
            file: "scope.json".to_owned()
        }
    );
    fs::remove_file(&scope_json).unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Missing {
            file: "scope.json".to_owned()
        }
    );

    let complete = Complete::new();
    Complete::edit(
        &complete.key_pair.join("private-key.json"),
        "\"version\": 1",
        "\"version\": 9",
    );
    assert_eq!(
        complete.verdict(),
        Verdict::NewerVersion {
            file: complete.file("private-key.json")
        }
    );

    let complete = Complete::new();
    fs::remove_file(complete.key_pair.join("certificate.pem")).unwrap();
    assert_eq!(complete.verdict(), Verdict::NotSignedYet);
    fs::write(complete.key_pair.join("request.pem"), "rubbish").unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Damaged {
            file: complete.file("request.pem")
        }
    );
}

#[test]
fn key_and_certificate_must_match() {
    let complete = Complete::new();
    fs::write(
        complete.key_pair.join("certificate.pem"),
        pki("other-group.pem"),
    )
    .unwrap();
    assert_eq!(complete.verdict(), Verdict::KeyAndCertificateDontMatch);
}

#[test]
fn every_file_must_be_about_the_folders_scope() {
    let complete = Complete::new();
    let other = complete.fixture.directory.path().join(OTHER);
    fs::rename(&complete.folder, &other).unwrap();
    let report = &complete.fixture.directory.list().unwrap()[0];
    let file = complete.file("private-key.json");
    assert_eq!(
        report.verdict,
        Verdict::WrongGuid {
            file,
            found: scope()
        }
    );

    fs::rename(&other, &complete.folder).unwrap();
    let scope_json = complete.folder.join("scope.json");
    Complete::edit(&scope_json, &scope().to_string(), OTHER);
    let file = "scope.json".to_owned();
    assert_eq!(
        complete.verdict(),
        Verdict::WrongGuid {
            file,
            found: OTHER.parse().unwrap()
        }
    );
}

#[test]
fn other_folders_are_named_and_files_passed_over() {
    let fixture = Fixture::new();
    let root = fixture.directory.path();
    fs::write(root.join("desktop.ini"), "x").unwrap();
    fs::create_dir(root.join(".hidden")).unwrap();
    fs::create_dir(root.join("Copy of a folder")).unwrap();
    fs::create_dir(root.join(OTHER)).unwrap();
    let verdicts: Vec<_> = fixture
        .directory
        .list()
        .unwrap()
        .into_iter()
        .map(|r| (r.folder_name, r.verdict))
        .collect();
    let missing = Verdict::Missing {
        file: "scope.json".to_owned(),
    };
    assert_eq!(
        verdicts,
        [
            (OTHER.to_owned(), missing),
            ("Copy of a folder".to_owned(), Verdict::NotAScopeFolder)
        ]
    );
}

#[test]
fn a_huge_file_is_damaged_and_not_read() {
    let complete = Complete::new();
    let file = fs::File::create(complete.key_pair.join("private-key.json")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Damaged {
            file: complete.file("private-key.json")
        }
    );
}

#[cfg(unix)]
#[test]
fn links_and_names_that_are_not_unicode_do_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let complete = Complete::new();
    let elsewhere = complete.fixture.home.path().join("elsewhere");
    fs::rename(complete.key_pair.join("private-key.json"), &elsewhere).unwrap();
    symlink(&elsewhere, complete.key_pair.join("private-key.json")).unwrap();
    assert_eq!(
        complete.verdict(),
        Verdict::Damaged {
            file: complete.file("private-key.json")
        }
    );

    let root = complete.fixture.directory.path();
    symlink(&complete.folder, root.join(OTHER)).unwrap();
    fs::create_dir(root.join(OsStr::from_bytes(b"\xff\xfe"))).unwrap();
    symlink("/dev", complete.folder.join("2026-01-01-00000000")).unwrap();
    let mut verdicts: Vec<_> = complete
        .fixture
        .directory
        .list()
        .unwrap()
        .into_iter()
        .map(|r| r.verdict.code())
        .collect();
    verdicts.sort_unstable();
    assert_eq!(
        verdicts,
        ["folder-damaged", "folder-damaged", "folder-not-a-scope"]
    );
}
