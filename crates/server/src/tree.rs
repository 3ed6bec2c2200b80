//! The tree as people see it: each scope with the state of its own Group Certificate.

use std::collections::HashMap;

use keyfold_api::certificates::CertificateState;
use keyfold_api::requests::RequestState;
use keyfold_api::scopes::{Scope, ScopeState};
use keyfold_core::id::ScopeGuid;

use crate::refusal::Refusal;
use crate::state::Platform;
use crate::store::CertificateRow;

/// This scope and everything below it, parents before children.
pub(crate) async fn scopes(platform: &Platform, top: ScopeGuid) -> Result<Vec<Scope>, Refusal> {
    let now = platform.now();
    let nodes = platform.store.scopes_below(top).await?;
    let certificates: HashMap<ScopeGuid, CertificateRow> = platform
        .store
        .present_below(top)
        .await?
        .into_iter()
        .map(|certificate| (certificate.scope, certificate))
        .collect();
    let mut requests: HashMap<ScopeGuid, RequestState> = HashMap::new();
    for request in platform.store.requests_below(top).await? {
        requests.entry(request.scope).or_insert(request.state);
    }
    let mut accounts: HashMap<ScopeGuid, u32> = nodes
        .iter()
        .map(|node| (node.row.guid, node.accounts))
        .collect();
    for node in nodes.iter().skip(1).rev() {
        let below = accounts.get(&node.row.guid).copied().unwrap_or(0);
        if let Some(sum) = node.row.parent.and_then(|parent| accounts.get_mut(&parent)) {
            *sum += below;
        }
    }
    Ok(nodes
        .into_iter()
        .map(|node| {
            let guid = node.row.guid;
            let certificate = certificates.get(&guid);
            Scope {
                guid,
                kind: node.row.kind,
                name: node.row.name,
                parent: node.row.parent,
                accounts: accounts.get(&guid).copied().unwrap_or(0),
                state: state(
                    certificate.map(|certificate| platform.trust.state(certificate, now)),
                    requests.get(&guid),
                ),
                expires_at: certificate.map(|certificate| certificate.not_after),
            }
        })
        .collect())
}

/// A certificate that captures comes first, then a request under way, then a certificate that captures no more.
fn state(certificate: Option<CertificateState>, request: Option<&RequestState>) -> ScopeState {
    match (certificate, request) {
        (Some(CertificateState::Active), _) => ScopeState::Active,
        (Some(CertificateState::ExpiresSoon), _) => ScopeState::ExpiresSoon,
        (_, Some(RequestState::Waiting)) => ScopeState::Requested,
        (
            _,
            Some(RequestState::Signed {
                uploaded: false, ..
            }),
        ) => ScopeState::SignedNotUploaded,
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
        let signed = |uploaded| RequestState::Signed {
            certificate: String::new(),
            uploaded,
        };
        let rejected = RequestState::Rejected {
            reason: String::new(),
        };
        for (certificate, request, expected) in [
            (None, None, ScopeState::None),
            (None, Some(RequestState::Waiting), ScopeState::Requested),
            (None, Some(signed(false)), ScopeState::SignedNotUploaded),
            (None, Some(rejected), ScopeState::None),
            (
                Some(CertificateState::Active),
                Some(RequestState::Waiting),
                ScopeState::Active,
            ),
            (
                Some(CertificateState::ExpiresSoon),
                Some(signed(true)),
                ScopeState::ExpiresSoon,
            ),
            (
                Some(CertificateState::Expired),
                Some(signed(true)),
                ScopeState::Expired,
            ),
            (
                Some(CertificateState::Expired),
                Some(RequestState::Waiting),
                ScopeState::Requested,
            ),
            (
                Some(CertificateState::Revoked),
                Some(RequestState::Replaced),
                ScopeState::Revoked,
            ),
            (
                Some(CertificateState::Revoked),
                Some(signed(false)),
                ScopeState::SignedNotUploaded,
            ),
        ] {
            assert_eq!(
                state(certificate, request.as_ref()),
                expected,
                "{certificate:?} {request:?}"
            );
        }
    }
}
