//! Refusals of the formats.

use keyfold_core::group_certificate::ProfileError;
use keyfold_core::passphrase::PassphraseError;

use super::{CommandError, codes};
use crate::view::rfc3339;

/// The codes of [`ProfileError`], with what is refused before them.
pub(super) const CODES: &[&str] = &[
    "certificate-expired",
    "certificate-extension-critical",
    "certificate-extension-repeated",
    "certificate-is-authority",
    "certificate-issuer-not-allowed",
    "certificate-issuer-not-valid",
    "certificate-issuer-unknown",
    "certificate-key-exponent",
    "certificate-key-malformed",
    "certificate-key-not-rsa",
    "certificate-key-recovery-agent",
    "certificate-key-too-large",
    "certificate-key-too-small",
    "certificate-key-usage",
    "certificate-malformed",
    "certificate-not-yet-valid",
    "certificate-pem-damaged",
    "certificate-pem-missing",
    "certificate-pem-several",
    "certificate-pem-trailing",
    "certificate-purpose",
    "certificate-revocation-no-list",
    "certificate-revocation-stale",
    "certificate-revocation-unsupported",
    "certificate-revocation-wrong-signer",
    "certificate-revoked",
    "certificate-scope-malformed",
    "certificate-scope-missing",
    "certificate-scope-not-guid",
    "certificate-scope-several",
    "certificate-scope-wrong",
    "certificate-signature-algorithm",
    "certificate-signature-bad",
    "certificate-too-large",
    "certificate-validity-backwards",
    "certificate-validity-too-long",
    "certificate-version",
];

/// The code of a refused Group Certificate; none for a code that this version does not know.
fn certificate_code(profile_code: &str) -> Option<&'static str> {
    let known = |code: &&str| code.strip_prefix("certificate-") == Some(profile_code);
    CODES.iter().copied().find(known)
}

impl From<ProfileError> for CommandError {
    fn from(error: ProfileError) -> Self {
        let code = certificate_code(error.code()).unwrap_or(codes::CERTIFICATE_REFUSED);
        let refusal = Self::because(code, &error);
        match error {
            ProfileError::WrongScope { found } => refusal.with("found", found),
            ProfileError::ValidityTooLong { days } => refusal.with("days", days),
            ProfileError::NotYetValid { from } => refusal.with("from", rfc3339(from)),
            ProfileError::Expired { since } => refusal.with("since", rfc3339(since)),
            _ => refusal,
        }
    }
}

impl From<PassphraseError> for CommandError {
    fn from(error: PassphraseError) -> Self {
        Self::because(codes::PASSPHRASE_UNUSABLE, &error)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_refused_certificate_says_what_is_refused_and_why() {
        let expired = ProfileError::Expired {
            since: datetime!(2026-01-02 03:04 UTC),
        };
        let error = CommandError::from(expired);
        assert_eq!(error.code, "certificate-expired");
        assert_eq!(error.params["since"], "2026-01-02T03:04:00Z");
        assert!(error.params["reason"].contains("expired"));
    }

    #[test]
    fn every_refusal_has_a_code_of_its_own() {
        for error in [
            ProfileError::TooLarge,
            ProfileError::KeyUsage,
            ProfileError::IsAuthority,
        ] {
            assert_ne!(CommandError::from(error).code, codes::CERTIFICATE_REFUSED);
        }
        assert_eq!(certificate_code("from-the-future"), None);
    }
}
