//! What would be lost, and what protects: coverage, and the report *Group Certificates Active*.

use std::collections::HashMap;

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::accounts::KeyState;
use keyfold_api::scopes::{ActiveCertificateRow, Coverage};
use keyfold_core::id::{ScopeGuid, ScopeKind};

use super::accounts::key_state;
use crate::access;
use crate::caller::{Admin, Named};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::{CertificateRow, ScopeRow};

/// What would be lost if a machine below this scope were lost now.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/coverage",
    operation_id = "show_coverage",
    tag = "reports",
    security(("session" = ["admin"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "Numbers of accounts.", body = Coverage)),
)]
pub(super) async fn coverage(
    State(platform): State<Shared>,
    Admin(user): Admin,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<Coverage>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let mut coverage = Coverage {
        captured: 0,
        in_memory: 0,
        needs_backup: 0,
        never: 0,
    };
    for account in platform.store.accounts_below(scope).await? {
        match key_state(&platform, &account) {
            KeyState::Captured => coverage.captured += 1,
            KeyState::InMemory => coverage.in_memory += 1,
            KeyState::NeedsBackup => coverage.needs_backup += 1,
            KeyState::Never => coverage.never += 1,
        }
    }
    Ok(Answer(coverage))
}

/// Every Group at or below the scope with each certificate that captures its keys, and every Collection with its own.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/reports/group-certificates-active",
    operation_id = "report_group_certificates_active",
    tag = "reports",
    security(("session" = ["admin"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "The rows.", body = Vec<ActiveCertificateRow>)),
)]
pub(super) async fn group_certificates_active(
    State(platform): State<Shared>,
    Admin(user): Admin,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<Vec<ActiveCertificateRow>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let now = platform.now();
    let mut known: HashMap<ScopeGuid, ScopeRow> = HashMap::new();
    for above in platform.store.lineage(scope).await? {
        known.insert(above.guid, above);
    }
    let nodes = platform.store.scopes_below(scope).await?;
    known.extend(nodes.iter().map(|node| (node.row.guid, node.row.clone())));
    let mut certificates: HashMap<ScopeGuid, CertificateRow> = HashMap::new();
    let above = platform.store.present_above(scope).await?;
    let below = platform.store.present_below(scope).await?;
    for certificate in above.into_iter().chain(below) {
        if platform.trust.state(&certificate, now).captures() {
            certificates.insert(certificate.scope, certificate);
        }
    }
    let mut rows = Vec::new();
    for node in &nodes {
        let way = way_up(&known, node.row.guid);
        let own = &way[..1.min(way.len())];
        let from = if node.row.kind == ScopeKind::Group {
            &way[..]
        } else {
            own
        };
        for from in from {
            let Some(certificate) = certificates.get(&from.guid) else {
                continue;
            };
            rows.push(ActiveCertificateRow {
                scope: node.row.guid,
                name: node.row.name.clone(),
                path: way
                    .iter()
                    .skip(1)
                    .rev()
                    .map(|above| above.name.clone())
                    .collect(),
                kind: node.row.kind,
                certificate: certificate.fingerprint,
                from_scope: from.guid,
                from_name: from.name.clone(),
                not_before: certificate.not_before,
                not_after: certificate.not_after,
                state: platform.trust.state(certificate, now),
            });
        }
    }
    Ok(Answer(rows))
}

/// From the scope up to the root.
fn way_up(known: &HashMap<ScopeGuid, ScopeRow>, scope: ScopeGuid) -> Vec<&ScopeRow> {
    let above = |scope: &&ScopeRow| scope.parent.and_then(|parent| known.get(&parent));
    std::iter::successors(known.get(&scope), above).collect()
}
