//! Sign-ins at the identity provider, one step after the other.

use keyfold_api::sessions::{Role, User};
use keyfold_server::oidc::Identity;
use keyfold_server::store::{OidcSignInRow, Store, UserChange, WayIn};
use time::Duration;

use super::{NOW, act, founded};

over_every_store!(
    each_step_works_once_and_its_repetition_too,
    the_subject_decides_and_not_the_name,
    nobody_else_is_let_in,
);

fn sign_in(number: u8) -> OidcSignInRow {
    OidcSignInRow {
        state: vec![number],
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        challenge: vec![7; 32],
        port: 50_000,
        expires_at: NOW + Duration::minutes(10),
    }
}

fn identity(subject: &str, name: &str) -> Identity {
    Identity {
        issuer: "https://id.example.org".to_owned(),
        subject: subject.to_owned(),
        name: name.to_owned(),
    }
}

/// A platform with mia, who signs in at the provider, and pia, who has a password.
async fn peopled(store: &impl Store) {
    let root = founded(store).await;
    let password = WayIn::Password {
        hash: "hash".to_owned(),
    };
    for (name, way_in) in [("mia", WayIn::OpenIdConnect), ("pia", password)] {
        let user = User {
            name: name.to_owned(),
            display_name: name.to_owned(),
            role: Role::Auditor,
            scope: root.guid,
        };
        store.insert_user(&user, &way_in, &act()).await.unwrap();
    }
}

/// Whether somebody gets a ticket, in a sign-in of their own.
async fn is_let_in(store: &impl Store, number: u8, identity: &Identity) -> bool {
    let row = sign_in(number);
    assert!(store.begin_oidc_sign_in(&row, NOW).await.unwrap());
    let back = store.return_oidc_sign_in(&row.state, NOW).await.unwrap();
    assert_eq!(back, Some(row.clone()));
    let ticket = [&row.state[..], b"ticket"].concat();
    let expires_at = NOW + Duration::minutes(2);
    store
        .grant_oidc_ticket(&row.state, identity, &ticket, expires_at)
        .await
        .unwrap()
}

async fn each_step_works_once_and_its_repetition_too(store: impl Store) {
    peopled(&store).await;
    let row = sign_in(1);
    for _ in 0..2 {
        assert!(store.begin_oidc_sign_in(&row, NOW).await.unwrap());
    }
    let late = row.expires_at;
    assert_eq!(
        store.return_oidc_sign_in(&row.state, late).await.unwrap(),
        None
    );
    assert_eq!(store.return_oidc_sign_in(&[9], NOW).await.unwrap(), None);
    let back = store.return_oidc_sign_in(&row.state, NOW).await.unwrap();
    assert_eq!(back, Some(row.clone()));
    assert_eq!(
        store.return_oidc_sign_in(&row.state, NOW).await.unwrap(),
        None,
        "once"
    );

    let soon = NOW + Duration::minutes(2);
    let mia = identity("1", "mia");
    let grant = async |ticket: &[u8]| {
        let granted = store
            .grant_oidc_ticket(&row.state, &mia, ticket, soon)
            .await;
        granted.unwrap()
    };
    assert!(grant(b"ticket").await);
    assert!(!grant(b"another").await, "once");
    let used = async |by: &[u8], at| store.use_oidc_ticket(b"ticket", by, at).await.unwrap();
    assert_eq!(used(b"a", soon).await, None, "too late");
    let mia_again = Some(("mia".to_owned(), row.challenge.clone()));
    assert_eq!(used(b"a", NOW).await, mia_again);
    assert_eq!(used(b"a", NOW).await, mia_again, "the answer was lost");
    assert_eq!(used(b"b", NOW).await, None, "once");
}

async fn the_subject_decides_and_not_the_name(store: impl Store) {
    peopled(&store).await;
    assert!(is_let_in(&store, 1, &identity("1", "mia")).await);
    assert!(is_let_in(&store, 2, &identity("1", "mia.married")).await);
    assert!(
        !is_let_in(&store, 3, &identity("2", "mia")).await,
        "another person of her name"
    );
}

async fn nobody_else_is_let_in(store: impl Store) {
    peopled(&store).await;
    for (number, stranger) in [(1, "zoe"), (2, "pia"), (3, "MIA")] {
        assert!(
            !is_let_in(&store, number, &identity("9", stranger)).await,
            "{stranger}"
        );
    }
    let change = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    store.change_user("mia", change, &act()).await.unwrap();
    assert!(
        !is_let_in(&store, 4, &identity("1", "mia")).await,
        "disabled"
    );
}
