//! What a person may see: their scope and everything below it. The rest does not exist for them.

use std::collections::HashMap;

use keyfold_api::sessions::User;
use keyfold_core::id::{AccountId, ScopeGuid};

use crate::refusal::Refusal;
use crate::state::Platform;
use crate::store::{AccountRow, ScopeRow};

/// A scope as a person may see it.
pub(crate) struct Seen {
    /// From the platform's root down to the scope; never empty.
    lineage: Vec<ScopeRow>,
}

impl Seen {
    /// A scope that the user may see, with all above it among those that are known.
    pub(crate) fn among(known: &HashMap<ScopeGuid, ScopeRow>, scope: ScopeGuid) -> Self {
        let parent = |below: &&ScopeRow| below.parent.and_then(|parent| known.get(&parent));
        let mut lineage: Vec<ScopeRow> = std::iter::successors(known.get(&scope), parent)
            .cloned()
            .collect();
        lineage.reverse();
        Self { lineage }
    }

    /// From the platform's root down to the scope.
    #[must_use]
    pub(crate) fn lineage(&self) -> &[ScopeRow] {
        &self.lineage
    }

    /// Names from the root down to the scope's parent.
    #[must_use]
    pub(crate) fn path(&self) -> Vec<String> {
        let parents = self.lineage.len().saturating_sub(1);
        self.lineage[..parents]
            .iter()
            .map(|scope| scope.name.clone())
            .collect()
    }

    /// The scope's name.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.lineage.last().map_or("", |scope| &scope.name)
    }
}

/// The scope, if the user may see it.
pub(crate) async fn scope(
    platform: &Platform,
    user: &User,
    scope: ScopeGuid,
) -> Result<Seen, Refusal> {
    let lineage = platform.store.lineage(scope).await?;
    if lineage.is_empty() {
        Err(Refusal::NotFound)
    } else if lineage.iter().any(|above| above.guid == user.scope) {
        Ok(Seen { lineage })
    } else {
        Err(Refusal::Foreign(scope))
    }
}

/// Whether something may be put into this scope by the user.
pub(crate) async fn place(
    platform: &Platform,
    user: &User,
    parent: ScopeGuid,
) -> Result<(), Refusal> {
    match scope(platform, user, parent).await {
        Ok(_) => Ok(()),
        Err(Refusal::NotFound) => Err(Refusal::ParentNotFound),
        Err(Refusal::Foreign(parent)) => Err(Refusal::ForeignParent(parent)),
        Err(error) => Err(error),
    }
}

/// The account, if the user may see its Group.
pub(crate) async fn account(
    platform: &Platform,
    user: &User,
    account: AccountId,
) -> Result<AccountRow, Refusal> {
    let account = platform
        .store
        .account(account)
        .await?
        .ok_or(Refusal::NotFound)?;
    scope(platform, user, account.group).await?;
    Ok(account)
}
