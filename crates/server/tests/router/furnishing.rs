//! What a house comes with: five scopes, two accounts, and people with a session each.

use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::{Role, SessionId, User};
use keyfold_core::id::{ScopeGuid, ScopeKind};
use keyfold_server::clock::{Entropy, token_hash};
use keyfold_server::passwords;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{
    AccountStore as _, PeopleStore as _, ScopeRow, ScopeStore as _, SessionRow, SessionStore as _,
    WayIn,
};
use time::Duration;

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, OTHER, OTHER_ACCOUNT, OTHER_GROUP, PASSWORD, ROOT, START,
};

/// People, by their sign-in name, which is their session's token too: role and scope.
const PEOPLE: [(&str, Role, &str); 6] = [
    ("root-admin", Role::PlatformAdmin, ROOT),
    ("ann", Role::GroupAdmin, COLLECTION),
    ("gus", Role::GroupAdmin, GROUP),
    ("otto", Role::GroupAdmin, OTHER),
    ("olga", Role::Officer, ROOT),
    ("audrey", Role::Auditor, COLLECTION),
];

/// How the audit log tells of what the house came with.
pub(crate) fn furnished(action: Action) -> Act {
    Act::new(START, By::System, action)
}

fn scope(text: &str) -> ScopeGuid {
    text.parse().unwrap()
}

fn row(guid: &str, kind: ScopeKind, name: &str, parent: Option<&str>) -> ScopeRow {
    ScopeRow {
        guid: scope(guid),
        kind,
        name: name.to_owned(),
        parent: parent.map(scope),
    }
}

pub(super) async fn found(store: &SqlStore) {
    let root = row(ROOT, ScopeKind::Collection, "Northwind", None);
    store
        .found_platform(
            "Northwind Backups",
            &root,
            &furnished(Action::FoundPlatform),
        )
        .await
        .unwrap();
}

pub(super) async fn furnish(store: &SqlStore) {
    for scope in [
        row(COLLECTION, ScopeKind::Collection, "Hospitals", Some(ROOT)),
        row(
            GROUP,
            ScopeKind::Group,
            "Surgery, Utrecht",
            Some(COLLECTION),
        ),
        row(OTHER, ScopeKind::Collection, "Schools", Some(ROOT)),
        row(OTHER_GROUP, ScopeKind::Group, "Montessori", Some(OTHER)),
    ] {
        let act = furnished(Action::CreateScope);
        store.insert_scope(&scope, &act).await.unwrap();
    }
    for (account, name, group) in [
        (ACCOUNT, "theatre-1", GROUP),
        (OTHER_ACCOUNT, "classroom-9", OTHER_GROUP),
    ] {
        store
            .insert_account(
                account.parse().unwrap(),
                name,
                scope(group),
                &furnished(Action::CreateAccount),
            )
            .await
            .unwrap();
    }
    let password = PASSWORD.to_owned().into();
    let password_hash = passwords::hash(&password, &Entropy::from_seed(1)).unwrap();
    for (number, (name, role, top)) in (1..).zip(PEOPLE) {
        let user = User {
            name: name.to_owned(),
            display_name: name.to_uppercase(),
            role,
            scope: scope(top),
        };
        let way_in = WayIn::Password {
            hash: password_hash.clone(),
        };
        store
            .insert_user(&user, &way_in, &furnished(Action::AddUser))
            .await
            .unwrap();
        let session = SessionRow {
            token: token_hash(name),
            id: Entropy::from_seed(number).draw(SessionId::random),
            user: name.to_owned(),
            address: "198.51.100.7".to_owned(),
            began_at: START,
            seen_at: START,
            idle: Duration::days(1000),
            expires_at: START + Duration::days(1000),
            second_factor: false,
        };
        store
            .insert_session(&session, &furnished(Action::SignIn))
            .await
            .unwrap();
    }
}
