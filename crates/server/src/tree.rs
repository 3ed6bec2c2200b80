//! The tree as people see it: each scope with the state of its own Group Certificate.

use keyfold_api::certificates::CertificateState;
use keyfold_api::scopes::{Scope, ScopeState};

use crate::state::Platform;
use crate::store::{TreeRow, UnderWay};

/// A scope as people see it.
pub(crate) fn view(platform: &Platform, row: TreeRow) -> Scope {
    let certificate = row.certificate.as_ref();
    Scope {
        guid: row.scope.guid,
        kind: row.scope.kind,
        name: row.scope.name,
        parent: row.scope.parent,
        accounts: row.accounts,
        has_children: row.has_children,
        state: state(
            certificate.map(|certificate| platform.trust.state(certificate, platform.now())),
            row.under_way,
        ),
        expires_at: certificate.map(|certificate| certificate.not_after),
    }
}

/// A certificate that captures comes first, then a request under way, then a certificate that captures no more.
fn state(certificate: Option<CertificateState>, under_way: Option<UnderWay>) -> ScopeState {
    match (certificate, under_way) {
        (Some(CertificateState::Active), _) => ScopeState::Active,
        (Some(CertificateState::ExpiresSoon), _) => ScopeState::ExpiresSoon,
        (_, Some(UnderWay::Waiting)) => ScopeState::Requested,
        (_, Some(UnderWay::Signed)) => ScopeState::SignedNotUploaded,
        (Some(CertificateState::Expired), _) => ScopeState::Expired,
        (Some(CertificateState::Revoked), _) => ScopeState::Revoked,
        _ => ScopeState::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_captures_now_comes_first_and_what_is_under_way_before_what_is_over() {
        for (certificate, under_way, expected) in [
            (None, None, ScopeState::None),
            (None, Some(UnderWay::Waiting), ScopeState::Requested),
            (None, Some(UnderWay::Signed), ScopeState::SignedNotUploaded),
            (
                Some(CertificateState::Active),
                Some(UnderWay::Waiting),
                ScopeState::Active,
            ),
            (
                Some(CertificateState::ExpiresSoon),
                None,
                ScopeState::ExpiresSoon,
            ),
            (Some(CertificateState::Expired), None, ScopeState::Expired),
            (
                Some(CertificateState::Expired),
                Some(UnderWay::Waiting),
                ScopeState::Requested,
            ),
            (Some(CertificateState::Revoked), None, ScopeState::Revoked),
            (
                Some(CertificateState::Revoked),
                Some(UnderWay::Signed),
                ScopeState::SignedNotUploaded,
            ),
        ] {
            assert_eq!(
                state(certificate, under_way),
                expected,
                "{certificate:?} {under_way:?}"
            );
        }
    }
}
