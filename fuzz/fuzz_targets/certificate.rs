//! The profile, with input as the certificate, as the root and as the revocation list. Nothing
//! panics.

#![no_main]

use keyfold_core::authority_root::{AuthorityRoot, RevocationList};
use keyfold_core::group_certificate::{GroupCertificate, MAX_VALIDITY_DAYS, ProfileChecks};
use libfuzzer_sys::fuzz_target;
use time::{Duration, OffsetDateTime};

const ROOT: &[u8] = include_bytes!("../../tests/vectors/certificate/authorities/root.pem");
const CRL: &[u8] = include_bytes!("../../tests/vectors/certificate/authorities/crl.pem");
const GOOD: &[u8] = include_bytes!("../../tests/vectors/certificate/good.pem");
const NOW: OffsetDateTime = time::macros::datetime!(2026-06-01 00:00 UTC);

fuzz_target!(|file: &[u8]| {
    let (Ok(root), Ok(crl), Ok(good)) =
        (AuthorityRoot::from_pem(ROOT), RevocationList::from_pem(CRL), GroupCertificate::from_pem(GOOD))
    else {
        panic!("the vectors are damaged");
    };
    let checks =
        ProfileChecks { root: &root, intermediates: &[], crl: Some(&crl), scope: good.scope(), now: NOW };
    if let Ok(certificate) = GroupCertificate::from_pem_or_der(file) {
        assert!(certificate.not_after() - certificate.not_before() <= Duration::days(i64::from(MAX_VALIDITY_DAYS)));
        let _ = certificate.check(&ProfileChecks { scope: certificate.scope(), ..checks });
        let again = GroupCertificate::from_pem(certificate.to_pem().as_bytes());
        assert_eq!(again.as_ref(), Ok(&certificate));
    }
    let _ = good.check(&ProfileChecks { intermediates: &[file.to_vec()], ..checks });
    if let Ok(other) = AuthorityRoot::from_der(file)
        && other.der() != root.der()
    {
        let _ = good.check(&ProfileChecks { root: &other, ..checks });
    }
    for list in [RevocationList::from_der(file), RevocationList::from_pem(file)].into_iter().flatten() {
        let _ = good.check(&ProfileChecks { crl: Some(&list), ..checks });
    }
});
