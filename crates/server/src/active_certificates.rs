//! The report *Group Certificates Active*: every Group at or below a scope with each certificate that captures its keys,
//! and every Collection with its own. In the tree's order, the certificate from nearest above first.

use std::collections::HashMap;

use keyfold_api::certificates::CertificateState;
use keyfold_api::scopes::ActiveCertificateRow;
use keyfold_core::id::{ScopeGuid, ScopeKind};
use serde::{Deserialize, Serialize};

use crate::access::Seen;
use crate::refusal::Refusal;
use crate::state::Platform;
use crate::store::{CertificateRow, InTree, Part, Position, ScopeRow, Slice};

/// Scopes that are looked at together when those before gave no full page.
const MORE: u16 = 1000;

/// A row's place in the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InReport {
    /// Where the scope lies.
    scope: InTree,
    /// How many scopes above it the certificate's scope lies.
    height: usize,
}

impl Position for InReport {
    fn is_plausible(&self) -> bool {
        self.scope.is_plausible()
    }
}

/// What captures keys on the way from some scopes to the root.
struct Capturing(HashMap<ScopeGuid, (CertificateRow, CertificateState)>);

/// A part of the report.
pub(crate) async fn part(
    platform: &Platform,
    top: ScopeGuid,
    slice: Slice<InReport>,
) -> Result<Part<ActiveCertificateRow, InReport>, Refusal> {
    let beyond = idle_above(platform, top).await?;
    let limit = usize::from(slice.limit);
    let mut rows: Vec<(ActiveCertificateRow, InReport)> = Vec::new();
    let (mut done, mut batch) = (slice.after, slice.limit + 1);
    while rows.len() <= limit {
        let scopes = platform
            .store
            .with_certificates(top, beyond, &done.scope, batch)
            .await?;
        let all = scopes.len() < usize::from(batch);
        let last = scopes.last().map(|(_, place)| place.clone());
        rows.extend(
            rows_of(platform, scopes)
                .await?
                .into_iter()
                .filter(|(_, place)| *place > done),
        );
        match last {
            Some(scope) if !all => {
                done = InReport {
                    scope,
                    height: usize::MAX,
                }
            }
            _ => break,
        }
        batch = MORE;
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(_, place)| place.clone());
    Ok(Part {
        rows: rows.into_iter().map(|(row, _)| row).collect(),
        next,
    })
}

/// How many certificates on the scope's way to the root capture nothing: they alone put nothing below into the report.
async fn idle_above(platform: &Platform, scope: ScopeGuid) -> Result<u32, Refusal> {
    let above = platform.store.present_above(scope).await?;
    let now = platform.now();
    let idle = above
        .iter()
        .filter(|certificate| !platform.trust.state(certificate, now).captures())
        .count();
    Ok(u32::try_from(idle).unwrap_or(u32::MAX))
}

async fn rows_of(
    platform: &Platform,
    scopes: Vec<(ScopeRow, InTree)>,
) -> Result<Vec<(ActiveCertificateRow, InReport)>, Refusal> {
    let guids: Vec<ScopeGuid> = scopes.iter().map(|(scope, _)| scope.guid).collect();
    let known = platform.store.with_all_above(&guids).await?;
    let guids: Vec<ScopeGuid> = known.keys().copied().collect();
    let capturing = Capturing::of(platform, platform.store.present_of(&guids).await?);
    Ok(scopes
        .into_iter()
        .flat_map(|(scope, place)| capturing.rows(&Seen::among(&known, scope.guid), &place))
        .collect())
}

impl Capturing {
    fn of(platform: &Platform, certificates: Vec<CertificateRow>) -> Self {
        let now = platform.now();
        let states = certificates.into_iter().map(|certificate| {
            let state = platform.trust.state(&certificate, now);
            (certificate.scope, (certificate, state))
        });
        Self(states.filter(|(_, (_, state))| state.captures()).collect())
    }

    /// The rows of one scope.
    fn rows(&self, seen: &Seen, place: &InTree) -> Vec<(ActiveCertificateRow, InReport)> {
        let Some((scope, above)) = seen.lineage().split_last() else {
            return Vec::new();
        };
        let reach = match scope.kind {
            ScopeKind::Group => usize::MAX,
            ScopeKind::Collection => 1,
        };
        let way_up = seen.lineage().iter().rev().take(reach).enumerate();
        way_up
            .filter_map(|(height, from)| {
                let (certificate, state) = self.0.get(&from.guid)?;
                let row = ActiveCertificateRow {
                    scope: scope.guid,
                    name: scope.name.clone(),
                    path: above.iter().map(|above| above.name.clone()).collect(),
                    kind: scope.kind,
                    certificate: certificate.fingerprint,
                    from_scope: from.guid,
                    from_name: from.name.clone(),
                    not_before: certificate.not_before,
                    not_after: certificate.not_after,
                    state: *state,
                };
                let place = InReport {
                    scope: place.clone(),
                    height,
                };
                Some((row, place))
            })
            .collect()
    }
}
