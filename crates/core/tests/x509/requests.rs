//! `tests/vectors/csr/`.

use keyfold_core::csr::{CertificateSigningRequest, CsrError};

use crate::vectors::{assert_complete, index, read};

#[test]
fn every_vector_is_judged_as_its_index_says() {
    assert_complete("csr");
    let vectors = index("csr");
    assert!(vectors.len() > 40);
    for vector in vectors {
        let file = vector["file"].as_str().unwrap();
        let content = read("csr", file);
        let verdict = CertificateSigningRequest::from_pem_or_der(&content);
        let code = verdict.as_ref().map_or_else(CsrError::code, |_| "accepted");
        assert_eq!(code, vector["expect"], "{file}");
        if let Ok(request) = verdict {
            assert_eq!(
                request.scope().to_string(),
                "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f"
            );
            assert_eq!(request.name(), "Finance");
            let again = CertificateSigningRequest::from_pem(request.to_pem().as_bytes()).unwrap();
            assert_eq!(again, request, "{file}");
        }
    }
}
