//! The audit log: what may stand in it, and what tampering with it shows.

use keyfold_api::audit::{Act, Action, By};
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::requests::RequestId;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use keyfold_server::audit::chain;
use keyfold_server::audit::verify::{Fault, Kept, Verifier, VerifyError, verify};
use keyfold_server::store::{
    AuditFilter, AuditStore as _, ScopeRow, ScopeStore as _, Slice, Store,
};
use serde_json::Value;
use sqlx::{AnyPool, AssertSqlSafe, query};

use crate::databases::{Raw, raw};
use crate::{NOW, act, draw, founded};

/// Entries that say all there is to say, after the one of the founding.
const ENTRIES: i64 = 6;

fn whole_act(number: u64) -> Act {
    let by = By::User("änne \"a\"".to_owned());
    let mut act = Act::new(NOW, by, Action::FetchCapturedKey)
        .scope(draw(1, ScopeGuid::random))
        .within(draw(2, ScopeGuid::random))
        .account(draw(number, AccountId::random))
        .captured_key(draw(number, CapturedKeyId::random))
        .request(draw(number, RequestId::random))
        .certificate(Fingerprint::of(b"certificate"))
        .user("bob")
        .named("theatre-1")
        .why("the machine\nburnt")
        .with("key_id", number);
    act.from = Some([192, 0, 2, 7].into());
    act.repeats = Some(3);
    act
}

async fn written(store: &impl Store) -> ScopeRow {
    let root = founded(store).await;
    for number in 2..=ENTRIES.unsigned_abs() {
        store.record(&whole_act(number)).await.unwrap();
    }
    root
}

async fn fault(store: &impl Store, kept: Kept) -> Fault {
    match verify(store, kept).await {
        Err(VerifyError::Fault(fault)) => fault,
        Err(error) => panic!("{error}"),
        Ok(verified) => panic!("{} entries are whole", verified.count()),
    }
}

async fn whole(store: &impl Store) -> Verifier {
    verify(store, Kept::default()).await.unwrap()
}

async fn tamper(database: &AnyPool, sql: &str) {
    for statement in sql.split(';').filter(|part| !part.trim().is_empty()) {
        query(AssertSqlSafe(statement.to_owned()))
            .execute(database)
            .await
            .unwrap();
    }
}

/// Tampers, looks, and puts everything back.
async fn shown(store: &impl Store, database: &AnyPool, sql: &str) -> Fault {
    tamper(database, sql).await;
    let fault = fault(store, Kept::default()).await;
    restore(database).await;
    whole(store).await;
    fault
}

async fn restore(database: &AnyPool) {
    tamper(
        database,
        "DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM kept ORDER BY number",
    )
    .await;
}

async fn every_tampering_is_named(
    Raw {
        store, database, ..
    }: Raw,
) {
    written(&store).await;
    assert_eq!(whole(&store).await.count(), ENTRIES);
    for refused in [
        "UPDATE audit_entries SET person = 'x' WHERE number = 3",
        "DELETE FROM audit_entries WHERE number = 3",
    ] {
        query(refused).execute(&database).await.unwrap_err();
    }
    let unlocked = if database.connect_options().database_url.scheme() == "sqlite" {
        "DROP TRIGGER audit_entries_are_not_changed; DROP TRIGGER audit_entries_are_not_deleted; \
         DROP TRIGGER audit_entries_are_appended"
    } else {
        "DROP TRIGGER audit_entries_are_not_changed ON audit_entries"
    };
    tamper(&database, unlocked).await;
    tamper(
        &database,
        "CREATE TABLE kept AS SELECT * FROM audit_entries",
    )
    .await;

    let rows = store.audit_after(2, None, 1).await.unwrap();
    let Value::Object(members) = serde_json::from_str(&rows[0].entry).unwrap() else {
        panic!("an entry is an object");
    };
    assert_eq!(members.len(), 17, "every member there is");
    for name in members.keys() {
        let mut changed = members.clone();
        changed[name] = match &members[name] {
            Value::Number(_) => 4.into(),
            Value::String(text) => text
                .replacen(|c: char| c.is_ascii_alphanumeric(), "4", 1)
                .into(),
            _ => Value::Object(serde_json::Map::new()),
        };
        let changed = Value::Object(changed).to_string();
        let sql = format!("UPDATE audit_entries SET entry = '{changed}' WHERE number = 3");
        let expected = if name == "number" {
            Fault::Moved { number: 3, says: 4 }
        } else {
            Fault::Changed { number: 3 }
        };
        assert_eq!(shown(&store, &database, &sql).await, expected, "{name}");
    }
    for column in [
        "acted_at", "who", "action", "scope", "place", "account", "person",
    ] {
        let value = if column == "acted_at" { "7" } else { "'x'" };
        let sql = format!("UPDATE audit_entries SET {column} = {value} WHERE number = 3");
        let expected = Fault::Columns { number: 3 };
        assert_eq!(shown(&store, &database, &sql).await, expected, "{column}");
    }
    for (sql, expected) in [
        (
            "UPDATE audit_entries SET hash = (SELECT hash FROM kept WHERE number = 2) WHERE number = 3",
            Fault::Changed { number: 3 },
        ),
        (
            "DELETE FROM audit_entries WHERE number = 3",
            Fault::Missing { number: 3 },
        ),
        (
            "DELETE FROM audit_entries WHERE number = 1",
            Fault::Missing { number: 1 },
        ),
        (
            "DELETE FROM audit_entries WHERE number = 3; UPDATE audit_entries SET number = -number WHERE number > 3; \
             UPDATE audit_entries SET number = -number - 1 WHERE number < 0",
            Fault::Moved { number: 3, says: 4 },
        ),
        (
            "UPDATE audit_entries SET number = 99 WHERE number = 3; UPDATE audit_entries SET number = 3 WHERE number = 4; \
             UPDATE audit_entries SET number = 4 WHERE number = 99",
            Fault::Moved { number: 3, says: 4 },
        ),
        (
            "INSERT INTO audit_entries SELECT 0, hash, entry, acted_at, who, action, scope, place, account, person \
             FROM kept WHERE number = 1",
            Fault::PutIn { number: 0 },
        ),
        (
            "UPDATE audit_entries SET number = -number WHERE number > 3; \
             UPDATE audit_entries SET number = 1 - number WHERE number < 0; \
             INSERT INTO audit_entries SELECT 4, hash, entry, acted_at, who, action, scope, place, account, person \
             FROM kept WHERE number = 3",
            Fault::Moved { number: 4, says: 3 },
        ),
    ] {
        assert_eq!(shown(&store, &database, sql).await, expected, "{sql}");
    }
}

async fn a_head_that_was_kept_shows_a_new_end(
    Raw {
        store, database, ..
    }: Raw,
) {
    let root = written(&store).await;
    let before = whole(&store).await;
    let kept = Kept {
        count: Some(before.count().unsigned_abs()),
        head: Some(before.head()),
    };
    store.record(&act()).await.unwrap();
    verify(&store, kept).await.unwrap();
    let head_only = Kept {
        count: None,
        ..kept
    };
    verify(&store, head_only).await.unwrap();

    if database.connect_options().database_url.scheme() == "sqlite" {
        tamper(&database, "DROP TRIGGER audit_entries_are_not_deleted").await;
        tamper(&database, "DROP TRIGGER audit_entries_are_not_changed").await;
    } else {
        tamper(
            &database,
            "DROP TRIGGER audit_entries_are_not_changed ON audit_entries",
        )
        .await;
    }
    tamper(&database, "DELETE FROM audit_entries WHERE number > 5").await;
    assert_eq!(whole(&store).await.count(), 5, "alone it looks whole");
    let cut = Fault::CutOff { last: 5, number: 6 };
    assert_eq!(fault(&store, kept).await, cut);
    assert_eq!(fault(&store, head_only).await, Fault::HeadMissing);

    // Written anew, with the right hashes, by somebody who can.
    let mut head = chain::before_the_first(root.guid);
    for number in 1..=5 {
        let text = chain::text(number, &act()).unwrap();
        head = chain::link(head, &text);
        let hash: String = head.to_string();
        let bytes = if database.connect_options().database_url.scheme() == "sqlite" {
            format!("x'{hash}'")
        } else {
            format!("decode('{hash}', 'hex')")
        };
        let sql = format!(
            "UPDATE audit_entries SET entry = '{text}', hash = {bytes}, acted_at = {}, who = 'system', action = 'ask', \
             scope = NULL, place = NULL, account = NULL, person = NULL WHERE number = {number}",
            NOW.unix_timestamp()
        );
        tamper(&database, &sql).await;
    }
    store.record(&act()).await.unwrap();
    assert_eq!(whole(&store).await.count(), 6, "alone it looks whole");
    assert_eq!(fault(&store, kept).await, Fault::AnotherHead { number: 6 });
}

async fn entries_are_found_by_what_they_concern(Raw { store, .. }: Raw) {
    let root = founded(&store).await.guid;
    let group = draw(50, ScopeGuid::random);
    let row = ScopeRow {
        guid: group,
        kind: keyfold_core::id::ScopeKind::Group,
        name: "Surgery".to_owned(),
        parent: Some(root),
    };
    let created = act().scope(group).within(root);
    store.insert_scope(&row, &created).await.unwrap();
    store.record(&whole_act(7).scope(group)).await.unwrap();
    store.record(&act().denied("not-allowed")).await.unwrap();
    let numbers = async |top, filter: AuditFilter| {
        let part = store.audit_below(top, &filter, Slice::first(10)).await;
        let rows = part.unwrap().rows;
        rows.iter().map(|row| row.number).collect::<Vec<_>>()
    };
    let any = AuditFilter::default;
    assert_eq!(numbers(root, any()).await, [4, 3, 2, 1]);
    assert_eq!(numbers(group, any()).await, [3, 2]);
    let user = |name: &str| AuditFilter {
        user: Some(name.to_owned()),
        ..any()
    };
    assert_eq!(numbers(root, user("bob")).await, [3]);
    assert_eq!(numbers(root, user("änne \"a\"")).await, [3]);
    assert_eq!(numbers(root, user("eve")).await, [0; 0]);
    let ask = AuditFilter {
        action: Some(Action::Ask),
        account: None,
        user: None,
    };
    assert_eq!(numbers(root, ask).await, [4, 2, 1]);
    let account = AuditFilter {
        account: Some(draw(7, AccountId::random)),
        ..any()
    };
    assert_eq!(numbers(group, account).await, [3]);
}

async fn what_is_refused_leaves_no_entry(Raw { store, .. }: Raw) {
    let root = founded(&store).await;
    let before = whole(&store).await.count();
    store.delete_scope(root.guid, &act()).await.unwrap_err();
    assert_eq!(whole(&store).await.count(), before);
}

async fn entries_at_a_time_are_one_chain(Raw { store, .. }: Raw) {
    founded(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                store.record(&act()).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(whole(&store).await.count(), 81);
}

macro_rules! over_every_database {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::raw::sqlite().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(super::raw::postgres().await).await;
                }
            )*
        }
    };
}

over_every_database!(
    every_tampering_is_named,
    a_head_that_was_kept_shows_a_new_end,
    entries_are_found_by_what_they_concern,
    what_is_refused_leaves_no_entry,
    entries_at_a_time_are_one_chain,
);
