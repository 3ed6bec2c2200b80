//! A database that the first version filled, opened by this one.

use std::fmt::Write as _;

use keyfold_api::audit::Action;
use keyfold_api::requests::RequestState;
use keyfold_api::sessions::Role;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use keyfold_postgres::Cluster;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{Credential, Slice, Store, WayIn};
use sqlx::any::install_default_drivers;
use sqlx::migrate::Migrator;
use sqlx::{AnyPool, AssertSqlSafe, Executor as _};

use crate::NOW;

/// The number of the first version's schema.
const FIRST: i64 = 1;
const DATA: &str = include_str!("first_schema.sql");
const ROOT: &str = "10000000-0000-4000-8000-000000000001";
const COLLECTION: &str = "10000000-0000-4000-8000-000000000002";
const GROUP: &str = "10000000-0000-4000-8000-000000000003";
const ACCOUNT: &str = "20000000-0000-4000-8000-000000000001";
const NEVER_BACKED_UP: &str = "20000000-0000-4000-8000-000000000002";

#[tokio::test]
async fn the_first_schema_of_sqlite_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("test.sqlite");
    let address = format!("sqlite://{}?mode=rwc", file.display());
    let migrations = sqlx::migrate!("migrations/sqlite");
    fill(&address, &migrations, |hex| format!("X'{hex}'")).await;
    let store = SqlStore::open(&file, false).await.unwrap();
    nothing_is_lost(&store).await;
    store.close().await;
    nothing_is_lost(&SqlStore::open(&file, false).await.unwrap()).await;
}

#[tokio::test]
async fn the_first_schema_of_postgres_is_brought_up_to_date() {
    let address = Cluster::shared().unwrap().database().unwrap();
    let migrations = sqlx::migrate!("migrations/postgres");
    fill(address.as_str(), &migrations, |hex| {
        format!("decode('{hex}', 'hex')")
    })
    .await;
    nothing_is_lost(&SqlStore::connect(&address).await.unwrap()).await;
    nothing_is_lost(&SqlStore::connect(&address).await.unwrap()).await;
}

/// Several servers start a new version on one database at the same moment.
#[tokio::test]
async fn several_bring_one_database_up_to_date() {
    let address = Cluster::shared().unwrap().database().unwrap();
    let migrations = sqlx::migrate!("migrations/postgres");
    fill(address.as_str(), &migrations, |hex| {
        format!("decode('{hex}', 'hex')")
    })
    .await;
    let connect = || SqlStore::connect(&address);
    let (one, two, three) = tokio::join!(connect(), connect(), connect());
    for store in [one, two, three] {
        nothing_is_lost(&store.unwrap()).await;
    }
}

async fn fill(address: &str, migrations: &Migrator, bytes: impl Fn(&str) -> String) {
    install_default_drivers();
    let pool = AnyPool::connect(address).await.unwrap();
    migrations.run_to(FIRST, &pool).await.unwrap();
    let mut data = String::new();
    for part in DATA.lines().filter(|line| !line.starts_with("--")) {
        let mut pieces = part.split(['{', '}']);
        data.push_str(pieces.next().unwrap());
        while let (Some(hex), Some(text)) = (pieces.next(), pieces.next()) {
            write!(data, "{}{text}", bytes(hex)).unwrap();
        }
        data.push('\n');
    }
    pool.execute(AssertSqlSafe(data)).await.unwrap();
    pool.close().await;
}

fn scope(text: &str) -> ScopeGuid {
    text.parse().unwrap()
}

fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

async fn nothing_is_lost(store: &impl Store) {
    tree_and_people(store).await;
    certificates_and_requests(store).await;
    captured_keys(store).await;
    agent(store).await;
    // The record of recoveries stands in the audit log now, once.
    let recovered = store.audit_after(0, Some(Action::FetchCapturedKey), 10);
    let recovered: Vec<String> = recovered
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.entry)
        .collect();
    assert_eq!(recovered.len(), 2);
    for (entry, words) in recovered.iter().zip(["the disk died", "and again"]) {
        assert!(entry.contains(words), "{entry}");
        assert!(entry.contains(ACCOUNT), "{entry}");
    }
}

async fn tree_and_people(store: &impl Store) {
    let (name, root) = store.platform().await.unwrap().unwrap();
    assert_eq!((name.as_str(), root), ("Northwind Backups", scope(ROOT)));
    let way = store.lineage(scope(GROUP)).await.unwrap();
    let way: Vec<_> = way.iter().map(|scope| scope.name.as_str()).collect();
    assert_eq!(way, ["Northwind", "Hospitals", "Surgery, Zürich"]);
    for (place, accounts) in [(ROOT, 2), (COLLECTION, 2), (GROUP, 2)] {
        let row = store.scope(scope(place)).await.unwrap().unwrap();
        assert_eq!(row.accounts, accounts, "{place}");
    }
    let population = store.population(scope(ROOT)).await.unwrap();
    assert_eq!((population.captured, population.never), (1, 1));
    for (person, role, place) in [
        ("ann", Role::PlatformAdmin, ROOT),
        ("gus", Role::GroupAdmin, GROUP),
        ("olga", Role::Officer, ROOT),
    ] {
        let row = store.user(person).await.unwrap().unwrap();
        let hash = format!("$argon2id${person}");
        assert_eq!(row.way_in, WayIn::Password { hash });
        assert_eq!((row.user.role, row.user.scope), (role, scope(place)));
        assert!(!row.disabled && !row.second_factor);
    }
    let backed_up = store.account(account(ACCOUNT)).await.unwrap().unwrap();
    assert!(backed_up.enrolled);
    assert_eq!(backed_up.captured_to, [scope(COLLECTION)]);
    assert_eq!(
        backed_up.last_backup_at.unwrap().unix_timestamp(),
        1_772_366_400
    );
    let other = store.account(account(NEVER_BACKED_UP)).await.unwrap();
    assert!(!other.unwrap().enrolled);
}

async fn certificates_and_requests(store: &impl Store) {
    let active = Fingerprint::from_bytes([2; 32]);
    let above = store.present_above(scope(GROUP)).await.unwrap();
    assert_eq!(above.len(), 1);
    assert_eq!(
        (above[0].fingerprint, &above[0].der[..]),
        (active, &[0x30, 2][..])
    );
    let all = store.certificates_of(scope(COLLECTION), Slice::first(10));
    let superseded: Vec<_> = all
        .await
        .unwrap()
        .rows
        .iter()
        .map(|row| row.superseded)
        .collect();
    assert_eq!(superseded, [false, true]);
    let requests = store.requests_below(scope(ROOT), Slice::first(10));
    let states: Vec<_> = requests
        .await
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.state)
        .collect();
    assert!(
        matches!(
            &states[..],
            [
                RequestState::Waiting,
                RequestState::Rejected { .. },
                RequestState::Signed { uploaded: true, .. }
            ]
        ),
        "{states:?}"
    );
}

async fn captured_keys(store: &impl Store) {
    let captured = store.captured_below(scope(ROOT), Slice::first(10)).await;
    let captured = captured.unwrap().rows;
    assert_eq!(captured.len(), 2);
    for (row, content) in captured
        .iter()
        .zip([&[0xc0, 0xff, 0xee][..], &[0xc0, 0x1d]])
    {
        assert_eq!(row.account, account(ACCOUNT));
        assert!(row.current);
        let stored = store.captured_key(row.id).await.unwrap().unwrap();
        assert_eq!(stored.content, content);
    }
    let key_id = captured[0].key_id;
    assert!(
        store
            .completed_before(account(ACCOUNT), key_id)
            .await
            .unwrap()
    );
}

async fn agent(store: &impl Store) {
    let known = store.credential(&[0xc1], NOW).await.unwrap();
    let Some(Credential::Works(row)) = known else {
        panic!("the Agent is locked out: {known:?}");
    };
    assert_eq!(row.id, account(ACCOUNT));
}
