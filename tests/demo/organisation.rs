//! The sample organisation, as `assets/demo/*.json` has it.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use keyfold_core::id::ScopeKind;
use serde::Deserialize;

/// The root Collection and all below it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organisation {
    /// The root Collection's name.
    pub(crate) platform: String,
    /// How far the root Collection's own certificate is.
    #[serde(default)]
    pub(crate) certificate: CertificateStage,
    /// What lies in it.
    pub(crate) scopes: Vec<SampleScope>,
}

/// A Collection or a Group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleScope {
    pub(crate) kind: ScopeKind,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) certificate: CertificateStage,
    #[serde(default)]
    pub(crate) scopes: Vec<SampleScope>,
    #[serde(default)]
    pub(crate) accounts: Vec<SampleAccount>,
}

/// How far a scope's own Group Certificate is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CertificateStage {
    #[default]
    None,
    Requested,
    /// Signed, and not uploaded.
    Signed,
    Active,
    ExpiresSoon,
    Revoked,
}

/// One machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleAccount {
    pub(crate) name: String,
    pub(crate) backups: Backups,
}

/// When a machine backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Backups {
    Never,
    /// Before the certificates were uploaded, and before the AccountServer restarted: its key is not in memory any more.
    BeforeRestart,
    /// With everything in place.
    Completed,
}

impl Organisation {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let json = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&json)
            .with_context(|| format!("{} is not a sample organisation", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_shows_every_stage_and_every_kind_of_machine() -> anyhow::Result<()> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo/northwind.json");
        let organisation = Organisation::read(Path::new(path))?;
        let (mut stages, mut backups) = (vec![organisation.certificate], Vec::new());
        let mut left: Vec<_> = organisation.scopes.iter().collect();
        while let Some(scope) = left.pop() {
            assert!(
                scope.kind == ScopeKind::Collection || scope.scopes.is_empty(),
                "{}",
                scope.name
            );
            assert!(
                scope.kind == ScopeKind::Group || scope.accounts.is_empty(),
                "{}",
                scope.name
            );
            stages.push(scope.certificate);
            backups.extend(scope.accounts.iter().map(|account| account.backups));
            left.extend(&scope.scopes);
        }
        stages.sort_unstable();
        stages.dedup();
        assert_eq!(stages.len(), 6, "{stages:?}");
        for kind in [Backups::Never, Backups::BeforeRestart, Backups::Completed] {
            assert!(backups.contains(&kind), "{kind:?}");
        }
        Ok(())
    }
}
