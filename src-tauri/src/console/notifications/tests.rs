//! What is told, and what is not.

use keyfold_api::alerts::AlertId;
use keyfold_api::certificates::CertificateState;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use time::Duration;

use super::*;
use crate::tests::fake_desktop::{Stage, clock};

fn request(state: RequestState) -> Request {
    let random = &mut StdRng::seed_from_u64(1);
    Request {
        id: RequestId::random(random),
        scope: ScopeGuid::random(random),
        scope_name: "Radio\u{202e}logy <b>".to_owned(),
        path: Vec::new(),
        requester: "ann".to_owned(),
        requester_name: "Ann".to_owned(),
        submitted_at: clock(),
        spki_fingerprint: Fingerprint::of(b"key"),
        request: String::new(),
        state,
    }
}

fn signed(uploaded: bool) -> RequestState {
    RequestState::Signed {
        certificate: String::new(),
        uploaded,
    }
}

fn certificate(number: u8, by: &str) -> UploadedCertificate {
    UploadedCertificate {
        fingerprint: Fingerprint::of(&[number]),
        scope: ScopeGuid::random(&mut StdRng::seed_from_u64(2)),
        spki_fingerprint: Fingerprint::of(b"key"),
        certificate: String::new(),
        not_before: clock(),
        not_after: clock(),
        uploaded_at: clock(),
        uploaded_by: by.to_owned(),
        state: CertificateState::Active,
    }
}

fn alert(number: u64, kind: AlertKind, days: i64) -> Alert {
    let random = &mut StdRng::seed_from_u64(number);
    Alert {
        number,
        id: AlertId::random(random),
        kind,
        scope: ScopeGuid::random(random),
        scope_name: format!("Group {number}"),
        path: Vec::new(),
        account: None,
        account_name: None,
        certificate: None,
        at: clock() + Duration::days(days),
        day: None,
        raised_at: clock(),
        closed_at: None,
    }
}

#[test]
fn a_signed_request_is_told_once_and_under_a_name_that_misleads_nobody() {
    let mut told = Told::default();
    assert_eq!(told.signed(&request(RequestState::Waiting)), None);
    assert_eq!(
        told.signed(&request(signed(true))),
        None,
        "uploaded already"
    );
    let news = told.signed(&request(signed(false))).unwrap();
    assert_eq!(news.title, "Radio‹U+202E›logy <b>: certificate signed");
    assert!(!news.body.contains('<') && !news.body.contains("Radio"));
    assert_eq!(told.signed(&request(signed(false))), None, "once");
}

#[test]
fn a_certificate_that_somebody_else_replaced_is_told_once() {
    let mut told = Told::default();
    let mut replaced = |newest: &[UploadedCertificate]| {
        told.replaced("Radiology", Fingerprint::of(&[2]), newest, "Ann")
    };
    assert_eq!(
        replaced(&[certificate(2, "Bob")]),
        None,
        "the first of its scope"
    );
    let both = |by: &str| [certificate(2, by), certificate(1, "Ann")];
    assert_eq!(replaced(&both("Ann")), None, "one's own upload");
    let another = [certificate(3, "Bob"), certificate(2, "Bob")];
    assert_eq!(replaced(&another), None, "replaced again meanwhile");
    let news = replaced(&both("Bob")).unwrap();
    assert_eq!(news.title, "Radiology: certificate replaced");
    assert_eq!(replaced(&both("Bob")), None, "once");
}

#[test]
fn certificates_that_end_are_told_as_their_days_come() {
    let expires = AlertKind::CertificateExpires;
    let mut told = Told::default();
    let titles = |news: Vec<Notification>| -> Vec<String> {
        news.into_iter().map(|one| one.title).collect()
    };
    let known = [alert(4, expires, 90)];
    assert_eq!(told.ending(&known, clock()), [], "there before the session");
    assert_eq!(told.ending(&known, clock()), []);
    let more = [
        alert(7, expires, 30),
        alert(6, AlertKind::KeyNotCaptured, -20),
        alert(5, expires, 0),
        alert(4, expires, 90),
    ];
    let news = titles(told.ending(&more, clock()));
    assert_eq!(
        news,
        [
            "Group 7: certificate ends in 30 days",
            "Group 5: certificate ends within a day"
        ]
    );
    assert_eq!(told.ending(&more, clock()), [], "once");
    assert_eq!(told.ending(&[], clock()), [], "all are closed");
    let many: Vec<Alert> = (8..30).map(|number| alert(number, expires, 7)).collect();
    let news = titles(told.ending(&many, clock()));
    assert_eq!(news, ["22 Group Certificates end soon"]);
}

#[tokio::test]
async fn what_is_set_for_this_computer_is_kept() {
    let stage = Stage::new();
    assert!(stage.console.settings().notifications, "on at first");
    let off = Settings {
        notifications: false,
    };
    stage.console.change_settings(off).await.unwrap();
    let again = Stage::at(stage.home);
    assert!(!again.console.settings().notifications);
}
