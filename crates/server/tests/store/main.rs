//! What every store does, whatever database lies beneath. Each test takes an empty store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod databases;
mod agents;
mod alerts;
mod audit;
mod audit_export;
mod captures;
mod certificates;
mod counts;
mod disclosures;
mod gathered;
mod jobs;
mod known_devices;
mod migrations;
mod notices;
mod oidc;
mod races;
mod second_factors;
mod setup;
mod tree;

use keyfold_api::audit::{Act, Action, By};
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::sessions::{Role, User};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid, ScopeKind};
use keyfold_server::cache::LifeId;
use keyfold_server::store::{
    CaptureRow, CertificateRow, Conflict, ScopeRow, Store, StoreError, WayIn,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

fn conflict<T>(result: Result<T, StoreError>) -> Conflict {
    match result {
        Err(StoreError::Conflict(conflict)) => conflict,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Something that the audit log is told; which does not matter here.
fn act() -> Act {
    Act::new(NOW, By::System, Action::Ask)
}

fn draw<T>(seed: u64, random: impl FnOnce(&mut StdRng) -> T) -> T {
    random(&mut StdRng::seed_from_u64(seed))
}

fn scope(seed: u64, kind: ScopeKind, parent: Option<&ScopeRow>) -> ScopeRow {
    ScopeRow {
        guid: draw(seed, ScopeGuid::random),
        kind,
        name: format!("scope {seed}"),
        parent: parent.map(|parent| parent.guid),
    }
}

async fn founded(store: &impl Store) -> ScopeRow {
    let root = scope(1, ScopeKind::Collection, None);
    store
        .found_platform("Northwind", &root, &act())
        .await
        .unwrap();
    root
}

/// A platform with two people who sign in with passwords.
async fn peopled(store: &impl Store) {
    let root = founded(store).await;
    for name in ["ann", "bob"] {
        let user = User {
            name: name.to_owned(),
            display_name: name.to_owned(),
            role: Role::PlatformAdmin,
            scope: root.guid,
        };
        let way_in = WayIn::Password {
            hash: "hash".to_owned(),
        };
        store.insert_user(&user, &way_in, &act()).await.unwrap();
    }
}

/// A Group in the root with one account, and a certificate of that Group.
async fn furnished(store: &impl Store) -> (ScopeRow, AccountId, CertificateRow) {
    let root = founded(store).await;
    let group = scope(2, ScopeKind::Group, Some(&root));
    store.insert_scope(&group, &act()).await.unwrap();
    let account = draw(3, AccountId::random);
    store
        .insert_account(account, "theatre-1", group.guid, &act())
        .await
        .unwrap();
    let certificate = certificate(&group, 1);
    store.activate(&certificate, None, &act()).await.unwrap();
    (group, account, certificate)
}

fn certificate(scope: &ScopeRow, number: u8) -> CertificateRow {
    CertificateRow {
        fingerprint: Fingerprint::of(&[number]),
        scope: scope.guid,
        spki_fingerprint: Fingerprint::of(&[number, number]),
        der: vec![number],
        not_before: NOW,
        not_after: NOW + Duration::days(100),
        uploaded_at: NOW,
        uploaded_by: "Ann".to_owned(),
        superseded: false,
    }
}

fn captured(seed: u64, account: AccountId, certificate: &CertificateRow) -> CaptureRow {
    CaptureRow {
        id: draw(seed, CapturedKeyId::random),
        account,
        key_id: draw(9, KeyId::random),
        certificate: certificate.fingerprint,
        life: draw(seed, LifeId::random),
        captured_at: NOW,
        content: vec![1, 2, 3],
    }
}
