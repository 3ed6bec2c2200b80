//! Requests of other projects, in `tests/vectors/third-party/csr/` with their licences.
//!
//! None of them is for a scope or has 3072 bits, so each is refused; what matters is why.

use std::fs;
use std::path::{Path, PathBuf};

use keyfold_core::csr::{CertificateSigningRequest, CsrError};
use keyfold_core::x509::key::KeyRefusal;
use keyfold_core::x509::pem::PemRefusal;

use crate::vectors::directory;

fn requests() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for project in fs::read_dir(directory("third-party/csr")).unwrap() {
        let project = project.unwrap().path();
        if project.is_dir() {
            files.extend(
                fs::read_dir(project)
                    .unwrap()
                    .map(|file| file.unwrap().path()),
            );
        }
    }
    files.retain(|file| file.file_name().unwrap() != "LICENSE");
    files.sort();
    assert!(files.len() > 60);
    files
}

fn judge(file: &Path) -> CsrError {
    CertificateSigningRequest::from_pem_or_der(&fs::read(file).unwrap()).unwrap_err()
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

#[test]
fn broken_ones_do_not_pass() {
    for file in requests() {
        let error = judge(&file);
        let name = name(&file);
        if name.starts_with("bad") {
            assert!(
                matches!(error, CsrError::Pem(_) | CsrError::Malformed),
                "{name}: {error:?}"
            );
        }
    }
}

#[test]
fn short_keys_and_elliptic_curves_are_refused_as_such() {
    for file in requests() {
        let name = name(&file);
        if name.contains("malformed") || name.starts_with("bad") {
            continue;
        }
        let curve = name.starts_with("server5")
            || name.contains("_ec")
            || [
                "test-ca2.req.sha256",
                "rawSubject.csr",
                "keytool.csr",
                "test.csr",
            ]
            .contains(&name);
        match judge(&file) {
            CsrError::Key(KeyRefusal::NotRsa) => assert!(curve, "{name}"),
            CsrError::Key(KeyRefusal::TooSmall { bits }) => {
                assert!(!curve && bits <= 2048, "{name}");
                let kilobit = name.starts_with("server9") || name.starts_with("test_csr_v3");
                assert_eq!(bits == 1024, kilobit, "{name}: {bits}");
            }
            // The old label, NEW CERTIFICATE REQUEST: the Console writes the one of RFC 7468.
            CsrError::Pem(PemRefusal::Missing) => {
                assert!(
                    ["server1-ms.req.sha256", "keytool.csr"].contains(&name),
                    "{name}"
                );
            }
            error => panic!("{name}: {error:?}"),
        }
    }
}
