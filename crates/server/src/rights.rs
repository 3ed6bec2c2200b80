//! Which role may do what: the one table. Where they may do it is `access`'s question.

use keyfold_api::sessions::{Role, User};

use crate::store::ScopeRow;

macro_rules! capabilities {
    ($($(#[$doc:meta])+ $name:ident;)+) => {
        /// One thing that a role allows, in the user's scope and everything below it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Capability {
            $($(#[$doc])+ $name),+
        }

        impl Capability {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }

        $(
            $(#[$doc])+
            #[derive(Debug)]
            pub struct $name;

            impl Right for $name {
                const CAPABILITY: Capability = Capability::$name;
            }
        )+
    };
}

/// A capability as a type, so that a handler names what it takes in its signature.
pub trait Right {
    /// Which one.
    const CAPABILITY: Capability;
}

capabilities! {
    /// See Collections, Groups and their certificates.
    SeeTree;
    /// Create, rename, move and delete Collections and Groups.
    ChangeTree;
    /// See accounts and the state of their keys.
    SeeAccounts;
    /// Create, rename, move, delete and enrol accounts.
    ChangeAccounts;
    /// See coverage, the reports and alerts.
    SeeReports;
    /// See requests for Group Certificates.
    SeeRequests;
    /// Submit requests.
    SubmitRequests;
    /// Sign or reject requests.
    DecideRequests;
    /// Upload signed certificates.
    UploadCertificates;
    /// List captured keys and fetch them.
    RecoverKeys;
    /// Read the audit log.
    SeeAudit;
    /// See and change users, and end their sessions.
    ManageUsers;
    /// Set when alerts are raised, and who is told by mail.
    ChangeAlertRules;
    /// Say what is done with repositories, ask for jobs and cancel them.
    ManageJobs;
    /// Change what holds for the whole platform.
    ChangePlatform;
}

/// The table.
const fn allowed(role: Role) -> &'static [Capability] {
    use Capability as C;
    match role {
        Role::PlatformAdmin => Capability::ALL,
        Role::GroupAdmin => &[
            C::SeeTree,
            C::ChangeTree,
            C::SeeAccounts,
            C::ChangeAccounts,
            C::SeeReports,
            C::SeeRequests,
            C::SubmitRequests,
            C::UploadCertificates,
            C::RecoverKeys,
            C::SeeAudit,
            C::ManageUsers,
            C::ChangeAlertRules,
            C::ManageJobs,
        ],
        Role::Officer => &[C::SeeTree, C::SeeRequests, C::DecideRequests],
        Role::Auditor => &[
            C::SeeTree,
            C::SeeAccounts,
            C::SeeReports,
            C::SeeRequests,
            C::SeeAudit,
        ],
    }
}

/// What a role is called in records and on the command line.
#[must_use]
pub fn name(role: Role) -> &'static str {
    match role {
        Role::PlatformAdmin => "platform-admin",
        Role::GroupAdmin => "group-admin",
        Role::Officer => "officer",
        Role::Auditor => "auditor",
    }
}

/// Whether the role may do it.
#[must_use]
pub fn may(role: Role, capability: Capability) -> bool {
    allowed(role).contains(&capability)
}

/// Whether `role` may do everything that `other` may.
#[must_use]
pub fn covers(role: Role, other: Role) -> bool {
    allowed(other)
        .iter()
        .all(|capability| may(role, *capability))
}

/// Whether `actor` may give somebody this role on the scope at the end of `lineage` (from the root down to it):
/// never more than they have themselves, and the platform's own role on the root alone.
#[must_use]
pub fn may_grant(actor: &User, role: Role, lineage: &[ScopeRow]) -> bool {
    let on_root = lineage.len() == 1;
    may(actor.role, Capability::ManageUsers)
        && reaches(actor, lineage)
        && covers(actor.role, role)
        && (role != Role::PlatformAdmin || on_root)
}

/// Whether `actor` may change `target`, whose scope is at the end of `lineage`: whoever stands below them. Platform
/// admins, above whom nobody stands, may change each other.
#[must_use]
pub fn may_administer(actor: &User, target: &User, lineage: &[ScopeRow]) -> bool {
    let equal = actor.role == target.role && actor.scope == target.scope;
    may_grant(actor, target.role, lineage) && (!equal || actor.role == Role::PlatformAdmin)
}

/// Whether the scope at the end of `lineage` lies in the user's part of the tree.
#[must_use]
pub fn reaches(user: &User, lineage: &[ScopeRow]) -> bool {
    lineage.iter().any(|above| above.guid == user.scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 4] = [
        Role::PlatformAdmin,
        Role::GroupAdmin,
        Role::Officer,
        Role::Auditor,
    ];

    #[test]
    fn an_auditor_and_an_officer_touch_no_key() {
        for role in [Role::Auditor, Role::Officer] {
            assert!(!may(role, Capability::RecoverKeys));
            assert!(!may(role, Capability::ManageUsers));
            assert!(!may(role, Capability::ChangeAccounts));
        }
        let changes = [
            Capability::ChangeTree,
            Capability::SubmitRequests,
            Capability::DecideRequests,
            Capability::UploadCertificates,
            Capability::ManageJobs,
            Capability::ChangePlatform,
            Capability::ChangeAlertRules,
        ];
        assert!(!changes.iter().any(|change| may(Role::Auditor, *change)));
    }

    #[test]
    fn the_platforms_admin_covers_everybody_and_nobody_else_does() {
        for role in ROLES {
            assert!(covers(Role::PlatformAdmin, role));
            assert_eq!(
                covers(role, Role::PlatformAdmin),
                role == Role::PlatformAdmin
            );
        }
        assert!(!covers(Role::GroupAdmin, Role::Officer));
        assert!(covers(Role::GroupAdmin, Role::Auditor));
    }
}
