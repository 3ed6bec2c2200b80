//! Round trips, and input that nobody wrote on purpose.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use keyfold_core::authority_root::{AuthorityRoot, RevocationList};
use keyfold_core::csr::{BuildRequestError, CertificateSigningRequest};
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::ScopeGuid;
use keyfold_core::key_pair::{KeySize, PrivateKey};
use keyfold_core::x509::name::is_readable;
use keyfold_core::x509::time::{from_x509, to_x509};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use time::OffsetDateTime;

use crate::vectors::read;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| {
    PrivateKey::generate(KeySize::Rsa3072, &mut StdRng::seed_from_u64(1), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_request_says_what_it_was_built_with(seed: u64, name in "\\PC{1,64}") {
        prop_assume!(is_readable(&name));
        let scope = ScopeGuid::random(&mut StdRng::seed_from_u64(seed));
        let request = CertificateSigningRequest::build(&KEY, scope, &name).unwrap();
        prop_assert_eq!(request.scope(), scope);
        prop_assert_eq!(request.name(), name);
        prop_assert_eq!(request.spki_fingerprint(), KEY.spki_fingerprint());
        prop_assert_eq!(request.key_bits(), 3072);
        prop_assert_eq!(&CertificateSigningRequest::from_der(request.der()).unwrap(), &request);
        prop_assert_eq!(&CertificateSigningRequest::from_pem(request.to_pem().as_bytes()).unwrap(), &request);
    }

    #[test]
    fn no_changed_byte_of_a_request_goes_unnoticed(at: prop::sample::Index, change in 1..=255_u8) {
        let mut der = read("csr", "rsa-3072.der");
        let position = at.index(der.len());
        der[position] ^= change;
        prop_assert!(CertificateSigningRequest::from_der(&der).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
        prop_assert!(CertificateSigningRequest::from_pem_or_der(&bytes).is_err());
        prop_assert!(GroupCertificate::from_pem_or_der(&bytes).is_err());
        prop_assert!(AuthorityRoot::from_der(&bytes).is_err());
        prop_assert!(RevocationList::from_der(&bytes).is_err());
    }

    #[test]
    fn instants_survive_x509(seconds in 0..253_402_300_799_i64) {
        let instant = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        prop_assert_eq!(from_x509(&to_x509(instant).unwrap()), instant);
    }
}

#[test]
fn a_long_name_is_shortened_and_an_unreadable_one_refused() {
    let scope = ScopeGuid::random(&mut StdRng::seed_from_u64(2));
    let request = CertificateSigningRequest::build(&KEY, scope, &"ä".repeat(65)).unwrap();
    assert_eq!(request.name(), "ä".repeat(63) + "…");
    for name in ["", "  ", "a\nb", "a\u{202e}b", "a\u{200b}b"] {
        let refused = CertificateSigningRequest::build(&KEY, scope, name);
        assert_eq!(refused.err(), Some(BuildRequestError::Name), "{name:?}");
    }
}
