//! Alerts as they are stored, and what raises them.

use keyfold_api::alerts::{AlertId, AlertKind};
use keyfold_api::audit::{Action, By};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeKind;
use keyfold_server::store::{AlertChange, Cause, Newest, Notice, ScopeChange, Slice};

use super::*;

over_every_store!(
    an_alert_is_open_once_and_changes_are_numbered,
    rules_are_found_from_below_the_nearest_first,
    certificates_and_credentials_and_keys_are_causes,
    alerts_follow_their_accounts,
);

fn cause(scope: &ScopeRow, account: Option<AccountId>) -> Cause {
    let certificate = Fingerprint::of(b"certificate");
    Cause {
        subject: account.map_or_else(|| certificate.to_string(), |account| account.to_string()),
        scope: scope.guid,
        path: String::new(),
        account,
        certificate: account.is_none().then_some(certificate),
        at: NOW,
    }
}

fn raise(seed: u64, cause: Cause, day: Option<u16>) -> AlertChange {
    AlertChange::Raise {
        id: draw(seed, AlertId::random),
        kind: AlertKind::CertificateExpires,
        cause,
        day,
    }
}

async fn an_alert_is_open_once_and_changes_are_numbered(store: impl Store) {
    let (group, _, _) = furnished(&store).await;
    let mut notices = store.notices().await.unwrap();
    let change = async |change: AlertChange| store.change_alerts(&[change], NOW).await.unwrap();
    change(raise(1, cause(&group, None), Some(90))).await;
    let told = notices.next().await.unwrap().notice;
    assert_eq!(
        told,
        Notice::AlertsChanged {
            scopes: vec![group.guid]
        }
    );
    change(raise(2, cause(&group, None), Some(90))).await;
    let kind = AlertKind::CertificateExpires;
    let open = store.open_alerts(kind).await.unwrap();
    let first = draw(1, AlertId::random);
    assert_eq!((open.len(), open[0].id, open[0].day), (1, first, Some(90)));
    let after = async |number| store.alerts_after(number, 10).await.unwrap();
    let raised = after(0).await;
    assert_eq!((raised.len(), raised[0].number), (1, 1));

    change(AlertChange::Reach {
        id: first,
        day: Some(30),
    })
    .await;
    let reached = after(1).await;
    assert_eq!((reached[0].id, reached[0].day), (first, Some(30)));
    change(AlertChange::Reach {
        id: first,
        day: Some(30),
    })
    .await;
    assert_eq!(
        after(reached[0].number).await,
        [],
        "the same again changes nothing"
    );

    change(AlertChange::Close { id: first }).await;
    assert_eq!(store.open_alerts(kind).await.unwrap(), []);
    assert_eq!(store.count_alerts(group.guid, 10).await.unwrap(), 0);
    let closed = after(reached[0].number).await;
    assert_eq!(closed[0].closed_at, Some(NOW));
    change(raise(3, cause(&group, None), None)).await;
    let listed = store
        .alerts_of(group.guid, Slice::<Newest>::first(10))
        .await
        .unwrap();
    assert_eq!(listed.rows.len(), 1, "raised anew when it comes again");
    assert!(listed.rows[0].number > closed[0].number);

    store.forget_alerts(NOW).await.unwrap();
    assert_eq!(after(0).await.len(), 2);
    store
        .forget_alerts(NOW + Duration::seconds(1))
        .await
        .unwrap();
    assert_eq!(after(0).await.len(), 1);
}

async fn rules_are_found_from_below_the_nearest_first(store: impl Store) {
    let (group, _, _) = furnished(&store).await;
    let root = store.platform().await.unwrap().unwrap().1;
    let kind = AlertKind::CertificateExpires;
    let mut rule = kind.usual_rule();
    rule.recipients = vec!["ann@x.example".to_owned(), "bob@x.example".to_owned()];
    for scope in [root, group.guid] {
        store
            .change_alert_rule(scope, kind, Some(&rule), &act())
            .await
            .unwrap();
        rule.days = vec![5];
    }
    let above = store.alert_rules_above(group.guid).await.unwrap();
    let scopes: Vec<_> = above.iter().map(|row| row.scope).collect();
    assert_eq!(scopes, [group.guid, root]);
    assert_eq!(above[0].rule, rule);
    assert!(above[0].path.starts_with(&above[1].path));
    assert_eq!(store.alert_rules().await.unwrap().len(), 2);
    store
        .change_alert_rule(group.guid, kind, None, &act())
        .await
        .unwrap();
    assert_eq!(store.alert_rules_above(group.guid).await.unwrap().len(), 1);
}

async fn certificates_and_credentials_and_keys_are_causes(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let ends = certificate.not_after;
    assert_eq!(store.certificates_ending(ends).await.unwrap(), []);
    let ending = store
        .certificates_ending(ends + Duration::SECOND)
        .await
        .unwrap();
    assert_eq!(ending[0].certificate, Some(certificate.fingerprint));
    assert_eq!((ending[0].scope, ending[0].at), (group.guid, ends));
    let mut newer = super::certificate(&group, 2);
    newer.not_after = ends + Duration::days(100);
    let replaces = Some(certificate.fingerprint);
    store.activate(&newer, replaces, &act()).await.unwrap();
    assert_eq!(
        store
            .certificates_ending(ends + Duration::SECOND)
            .await
            .unwrap(),
        []
    );

    for minutes in [1, 2] {
        let at = NOW + Duration::minutes(minutes);
        let used = Act::new(at, By::Agent(account), Action::UseEndedCredential).account(account);
        store
            .record(&used.denied("credential-revoked"))
            .await
            .unwrap();
    }
    let used = store.ended_credentials_used(NOW).await.unwrap();
    assert_eq!((used.len(), used[0].account), (1, Some(account)));
    assert_eq!(used[0].at, NOW + Duration::minutes(1));
    let later = NOW + Duration::minutes(3);
    assert_eq!(store.ended_credentials_used(later).await.unwrap(), []);

    let fares = store.key_fares(None, 10).await.unwrap();
    assert_eq!(
        (fares.len(), fares[0].account, fares[0].captured),
        (1, account, false)
    );
    assert_eq!(store.key_fares(Some(account), 10).await.unwrap(), []);
    store.note_uncaptured(&[account], Some(NOW)).await.unwrap();
    let fares = store.key_fares(None, 10).await.unwrap();
    assert_eq!(
        (fares[0].uncaptured_since, &fares[0].alert),
        (Some(NOW), &None)
    );
    store.note_uncaptured(&[account], None).await.unwrap();
    let fares = store.key_fares(None, 10).await.unwrap();
    assert_eq!(fares[0].uncaptured_since, None);
}

async fn alerts_follow_their_accounts(store: impl Store) {
    let (group, account, _) = furnished(&store).await;
    let root = store.platform().await.unwrap().unwrap().1;
    let other = ScopeRow {
        parent: Some(root),
        ..scope(7, ScopeKind::Group, None)
    };
    store.insert_scope(&other, &act()).await.unwrap();
    let raised = raise(1, cause(&group, Some(account)), None);
    store.change_alerts(&[raised], NOW).await.unwrap();
    assert_eq!(store.count_alerts(root, 10).await.unwrap(), 1);
    let change = ScopeChange {
        name: None,
        parent: Some(other.guid),
    };
    store.change_account(account, change, &act()).await.unwrap();
    assert_eq!(store.count_alerts(group.guid, 10).await.unwrap(), 0);
    let listed = store
        .alerts_of(other.guid, Slice::<Newest>::first(10))
        .await
        .unwrap();
    let named = listed.rows[0].account.clone();
    assert_eq!(named, Some((account, "theatre-1".to_owned())));
    store.delete_account(account, &act()).await.unwrap();
    assert_eq!(store.count_alerts(root, 10).await.unwrap(), 0);
    let gone = raise(2, cause(&other, Some(account)), None);
    store.change_alerts(&[gone], NOW).await.unwrap();
    assert_eq!(
        store.count_alerts(root, 10).await.unwrap(),
        0,
        "nothing is raised about what is gone"
    );
}
