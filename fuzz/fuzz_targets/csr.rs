//! A request is refused or says the same when it is read again; nothing panics.

#![no_main]

use keyfold_core::csr::CertificateSigningRequest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(request) = CertificateSigningRequest::from_pem_or_der(file) {
        assert!(request.key_bits() >= 3072);
        let again = CertificateSigningRequest::from_pem(request.to_pem().as_bytes());
        assert_eq!(again.as_ref(), Ok(&request));
    }
});
