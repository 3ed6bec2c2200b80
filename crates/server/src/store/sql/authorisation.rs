//! Whether somebody may change somebody, asked inside the transaction that changes: what was true then is true at the
//! commit.

use keyfold_api::audit::{Act, By};
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::ScopeGuid;
use sqlx::{AnyConnection, query_scalar};

use super::people;
use super::scopes;
use crate::rights;
use crate::store::{Conflict, StoreError, UserRow};

/// The person, if who acts may change them.
pub(super) async fn administered(
    connection: &mut AnyConnection,
    act: &Act,
    name: &str,
) -> Result<UserRow, StoreError> {
    let target = people::one(connection, name)
        .await?
        .ok_or(Conflict::Missing)?;
    if let Some(actor) = person(connection, act).await? {
        let lineage = scopes::lineage(connection, target.user.scope).await?;
        if !rights::reaches(&actor, &lineage) {
            return Err(Conflict::Missing.into());
        }
        if !rights::may_administer(&actor, &target.user, &lineage) {
            return Err(Conflict::NotAllowed.into());
        }
    }
    Ok(target)
}

/// Refuses a role on a scope that is not theirs to give.
pub(super) async fn may_grant(
    connection: &mut AnyConnection,
    act: &Act,
    role: Role,
    scope: ScopeGuid,
) -> Result<(), StoreError> {
    let lineage = scopes::lineage(connection, scope).await?;
    if lineage.is_empty() {
        return Err(Conflict::ParentMissing.into());
    }
    if let Some(actor) = person(connection, act).await? {
        if !rights::reaches(&actor, &lineage) {
            return Err(Conflict::ParentMissing.into());
        }
        if !rights::may_grant(&actor, role, &lineage) {
            return Err(Conflict::NotAllowed.into());
        }
    }
    if role == Role::PlatformAdmin && lineage.len() > 1 {
        return Err(Conflict::NotRoot.into());
    }
    Ok(())
}

/// Whether the act is a person's on themselves.
pub(super) fn is_own(act: &Act, name: &str) -> bool {
    matches!(&act.by, By::User(by) if by == name)
}

/// Refuses a change after which nobody could administer the platform.
pub(super) async fn last_admin_stays(
    connection: &mut AnyConnection,
    before: &UserRow,
) -> Result<(), StoreError> {
    if before.disabled || before.user.role != Role::PlatformAdmin {
        return Ok(());
    }
    let left: i64 =
        query_scalar("SELECT count(*) FROM users WHERE role = 'platform_admin' AND disabled = 0")
            .fetch_one(connection)
            .await?;
    if left == 0 {
        return Err(Conflict::LastAdmin.into());
    }
    Ok(())
}

/// Who acts, with the rights they have now; none for whoever runs the program, and for the program itself.
async fn person(connection: &mut AnyConnection, act: &Act) -> Result<Option<User>, StoreError> {
    match &act.by {
        By::CommandLine | By::System => Ok(None),
        By::User(name) => {
            let row = people::one(connection, name).await?;
            let row = row
                .filter(|row| !row.disabled)
                .ok_or(Conflict::NotAllowed)?;
            Ok(Some(row.user))
        }
        By::Agent(_) | By::Nobody => Err(Conflict::NotAllowed.into()),
    }
}
