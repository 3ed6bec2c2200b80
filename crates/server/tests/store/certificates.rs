//! Certificates and the requests that they answer.

use keyfold_api::requests::{RequestId, RequestState};
use keyfold_core::id::ScopeKind;
use keyfold_server::store::{Conflict, RequestRow, ScopeRow, Slice, Store};

use crate::{NOW, act, certificate, conflict, draw, founded, furnished, scope};

over_every_store!(
    one_certificate_of_a_scope_is_active,
    an_upload_settles_the_request_it_answers,
);

async fn one_certificate_of_a_scope_is_active(store: impl Store) {
    let (group, _, first) = furnished(&store).await;
    let second = certificate(&group, 2);
    for wrong in [None, Some(second.fingerprint)] {
        assert_eq!(
            conflict(store.activate(&second, wrong, &act()).await),
            Conflict::ReplacesAnother
        );
    }
    assert_eq!(
        store.present_of(&[group.guid]).await.unwrap(),
        std::slice::from_ref(&first)
    );
    store
        .activate(&second, Some(first.fingerprint), &act())
        .await
        .unwrap();
    store.activate(&second, None, &act()).await.unwrap();
    assert_eq!(
        store.present_above(group.guid).await.unwrap(),
        std::slice::from_ref(&second)
    );
    assert_eq!(
        conflict(
            store
                .activate(&first, Some(second.fingerprint), &act())
                .await
        ),
        Conflict::Superseded
    );
    let both = store
        .certificates_of(group.guid, Slice::first(10))
        .await
        .unwrap();
    assert_eq!(both.next, None);
    assert_eq!(
        both.rows
            .iter()
            .map(|row| row.superseded)
            .collect::<Vec<_>>(),
        [false, true]
    );
}

async fn an_upload_settles_the_request_it_answers(store: impl Store) {
    let root = founded(&store).await;
    let asked = |scope: &ScopeRow, number: u8| RequestRow {
        id: draw(u64::from(number), RequestId::random),
        scope: scope.guid,
        requester: "ann".to_owned(),
        requester_name: "Ann".to_owned(),
        submitted_at: NOW,
        spki_fingerprint: certificate(scope, number).spki_fingerprint,
        request: "PEM".to_owned(),
        state: RequestState::Waiting,
    };
    let answered = scope(2, ScopeKind::Group, Some(&root));
    let other_key = scope(3, ScopeKind::Group, Some(&root));
    for (scope, number) in [(&answered, 1), (&other_key, 2)] {
        store.insert_scope(scope, &act()).await.unwrap();
        store
            .insert_request(&asked(scope, number), &act())
            .await
            .unwrap();
    }
    for (scope, number) in [(&answered, 1), (&other_key, 7)] {
        let upload = certificate(scope, number);
        store.activate(&upload, None, &act()).await.unwrap();
    }
    let state = async |scope: &ScopeRow| {
        let requests = store.requests_below(scope.guid, Slice::first(1)).await;
        requests.unwrap().rows[0].state.clone()
    };
    assert!(matches!(
        state(&answered).await,
        RequestState::Signed { uploaded: true, .. }
    ));
    assert_eq!(state(&other_key).await, RequestState::Waiting);
}
