//! Second factors: set up, asked for at sign-in and at recovery, each code once.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use keyfold_api::audit::{Action, By, Outcome};
use keyfold_server::store::AuditStore as _;
use serde_json::{Value, json};
use time::Duration;
use totp_rs::{Builder, Secret};

use crate::harness::{Answer, House, PASSWORD};
use crate::recoveries;

const OWN: &str = "/sessions/current/second-factor";

/// The program that makes a user's codes.
pub(crate) struct Authenticator(Secret);

impl Authenticator {
    /// Takes what `POST /sessions/current/second-factor` answered.
    pub(crate) fn of(begun: &Value) -> Self {
        Self(Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap())
    }

    /// The code of now.
    pub(crate) fn code(&self, house: &House) -> String {
        let totp = Builder::new().with_secret(self.0.clone()).build().unwrap();
        let now = house.platform.now().unix_timestamp();
        totp.generate(now.try_into().unwrap()).to_string()
    }
}

struct SetUp {
    authenticator: Authenticator,
    recovery_codes: Vec<String>,
}

async fn begin(house: &House, token: &str) -> Authenticator {
    let begun = house
        .post(OWN, token, json!({ "password": PASSWORD }))
        .await;
    assert_eq!(begun.status, 201, "{}", begun.shown());
    Authenticator::of(&begun.body)
}

/// Sets a second factor up in this session, with the code of now.
async fn set_up(house: &House, token: &str) -> SetUp {
    let authenticator = begin(house, token).await;
    let code = authenticator.code(house);
    let confirmed = house.put(OWN, token, json!({ "code": code })).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.shown());
    let codes = confirmed.body["recovery_codes"].as_array().unwrap();
    SetUp {
        authenticator,
        recovery_codes: codes
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect(),
    }
}

fn credentials(user: &str, code: Option<&str>) -> Value {
    json!({ "user": user, "password": PASSWORD, "code": code })
}

async fn sign_in(house: &House, user: &str, code: Option<&str>) -> Answer {
    house.post("/sessions", "", credentials(user, code)).await
}

async fn shown(house: &House, token: &str) -> Value {
    house.get(OWN, token).await.body
}

#[tokio::test]
async fn one_is_set_up_with_the_password_and_a_code() {
    let house = House::new().await;
    let early = house.put(OWN, "gus", json!({ "code": "123456" })).await;
    assert_eq!(early.code(), "second-factor-not-begun");
    for body in [json!({}), json!({ "password": "not this one" })] {
        let refused = house.post(OWN, "gus", body).await;
        assert_eq!(refused.code(), "wrong-password");
    }
    let authenticator = begin(&house, "gus").await;
    let wrong = house.put(OWN, "gus", json!({ "code": "000000" })).await;
    assert_eq!(wrong.code(), "code-refused");
    let other = house.sign_in("gus").await;
    assert_eq!(shown(&house, "gus").await["set_up"], false);

    let code = authenticator.code(&house);
    let (one, two) = code.split_at(3);
    let spaced = json!({ "code": format!("{one} {two}") });
    let confirmed = house.put(OWN, "gus", spaced).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.shown());
    insta::assert_snapshot!(house.get(OWN, "gus").await.shown());
    assert_eq!(house.get(OWN, &other).await.code(), "not-signed-in");
    let again = house.put(OWN, "gus", json!({ "code": code })).await;
    assert_eq!(again.code(), "second-factor-not-begun");

    let secret = authenticator.0;
    let disk = house.disk();
    let finds = |needle: &[u8]| disk.windows(needle.len()).any(|at| at == needle);
    assert!(
        finds(b"set-second-factor"),
        "the search finds what is there"
    );
    assert!(!finds(secret.as_bytes()) && !finds(secret.to_base32().as_bytes()));
    let code = confirmed.body["recovery_codes"][0].as_str().unwrap();
    assert!(!finds(code.as_bytes()) && !finds(code.replace('-', "").as_bytes()));
}

#[tokio::test]
async fn sign_in_asks_for_a_code_and_takes_each_once() {
    let house = House::new().await;
    let gus = set_up(&house, "gus").await;
    for _ in 0..20 {
        let asked = sign_in(&house, "gus", None).await;
        assert_eq!(asked.code(), "second-factor-required", "that is no guess");
    }
    insta::assert_snapshot!(sign_in(&house, "gus", None).await.shown());
    let confirmed_with = gus.authenticator.code(&house);
    let used = sign_in(&house, "gus", Some(&confirmed_with)).await;
    insta::assert_snapshot!(used.shown());

    house.clock.forward(Duration::seconds(30));
    let code = gus.authenticator.code(&house);
    let wrong_password = json!({ "user": "gus", "password": "wrong", "code": code });
    let refused = house.post("/sessions", "", wrong_password).await;
    assert_eq!(refused.code(), "wrong-credentials", "and spends no code");
    let session = sign_in(&house, "gus", Some(&code)).await;
    assert_eq!(session.status, 200, "{}", session.shown());
    for used in [&code, &confirmed_with] {
        let refused = sign_in(&house, "gus", Some(used)).await;
        assert_eq!(refused.code(), "code-refused");
    }
    let denied = house.store.audit_after(0, Some(Action::SignIn), 100).await;
    let denied: Vec<_> = denied
        .unwrap()
        .iter()
        .map(|row| row.act().unwrap())
        .filter(|act| act.outcome == Outcome::Denied && act.user.as_deref() == Some("gus"))
        .collect();
    assert!(!denied.is_empty() && denied.iter().all(|act| act.by == By::Nobody));
}

#[tokio::test]
async fn a_recovery_code_takes_the_place_of_a_code_once() {
    let house = House::new().await;
    let gus = set_up(&house, "gus").await;
    let typed = gus.recovery_codes[3].to_uppercase().replace('-', " ");
    let session = sign_in(&house, "gus", Some(&typed)).await;
    assert_eq!(session.status, 200, "{}", session.shown());
    let again = sign_in(&house, "gus", Some(&gus.recovery_codes[3])).await;
    assert_eq!(again.code(), "code-refused");
    assert_eq!(shown(&house, "gus").await["recovery_codes_left"], 9);
}

#[tokio::test]
async fn guessed_codes_have_to_wait() {
    let house = House::new().await;
    let gus = set_up(&house, "gus").await;
    house.clock.forward(Duration::seconds(30));
    for _ in 0..8 {
        let wrong = sign_in(&house, "gus", Some("000000")).await;
        assert_eq!(wrong.code(), "code-refused");
    }
    let code = gus.authenticator.code(&house);
    let refused = sign_in(&house, "gus", Some(&code)).await;
    assert_eq!(refused.code(), "too-many-attempts");
}

/// Whoever looked over a shoulder has a code that was used, and chooses the idempotency key.
#[tokio::test]
async fn an_idempotency_key_makes_no_used_code_work() {
    let house = House::new().await;
    let gus = set_up(&house, "gus").await;
    let spent = &gus.recovery_codes[0];
    assert_eq!(sign_in(&house, "gus", Some(spent)).await.status, 200);
    for code in [gus.authenticator.code(&house), spent.clone()] {
        for _ in 0..3 {
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/v1/sessions")
                .header(
                    "Idempotency-Key",
                    format!("\"a key of the thief for {code}\"").replace(' ', "-"),
                )
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(credentials("gus", Some(&code)).to_string()));
            let refused = house.send(request.unwrap()).await;
            assert_eq!(refused.code(), "code-refused");
        }
    }
}

#[tokio::test]
async fn another_one_takes_its_place_with_a_code_of_the_present_one() {
    let house = House::new().await;
    let gus = set_up(&house, "gus").await;
    let asked = house
        .post(OWN, "gus", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(asked.code(), "second-factor-required");
    let code = &gus.recovery_codes[0];
    let body = json!({ "password": PASSWORD, "code": code });
    let begun = house.post(OWN, "gus", body).await;
    assert_eq!(begun.status, 201, "{}", begun.shown());
    let next = Authenticator::of(&begun.body);
    house.clock.forward(Duration::seconds(30));
    let old = gus.authenticator.code(&house);
    assert_eq!(sign_in(&house, "gus", Some(&old)).await.status, 200);
    house.clock.forward(Duration::seconds(30));
    let body = json!({ "code": next.code(&house) });
    assert_eq!(house.put(OWN, "gus", body).await.status, 200);
    house.clock.forward(Duration::seconds(30));
    let old = gus.authenticator.code(&house);
    let refused = sign_in(&house, "gus", Some(&old)).await;
    assert_eq!(refused.code(), "code-refused");
    let code = next.code(&house);
    assert_eq!(sign_in(&house, "gus", Some(&code)).await.status, 200);
}

#[tokio::test]
async fn an_administrator_takes_a_lost_one_away() {
    let house = House::new().await;
    set_up(&house, "gus").await;
    let managed = house.get("/users/gus", "ann").await.body;
    assert_eq!(managed["second_factor"], true);
    let reset = house.delete("/users/gus/second-factor", "ann").await;
    assert_eq!(reset.status, 204);
    assert_eq!(house.get(OWN, "gus").await.code(), "not-signed-in");
    house.sign_in("gus").await;
}

#[tokio::test]
async fn who_must_have_one_sets_it_up_and_goes_on() {
    let house = House::new().await;
    let mut settings = house.get("/platform/settings", "root-admin").await.body;
    settings["second_factor_for"] = json!(["officer"]);
    let changed = house
        .put("/platform/settings", "root-admin", settings)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.shown());
    let token = house.sign_in("olga").await;
    let refused = house.get("/requests", &token).await;
    assert_eq!(refused.code(), "second-factor-not-set-up");
    assert_eq!(shown(&house, &token).await["must_be_set_up"], true);
    set_up(&house, &token).await;
    assert_eq!(house.get("/requests", &token).await.status, 200);
    assert_eq!(shown(&house, &token).await["must_be_set_up"], false);
}

#[tokio::test]
async fn a_recovery_asks_for_a_code_when_the_platform_says_so() {
    let house = House::new().await;
    recoveries::captured(&house).await;
    let path = recoveries::path(&house).await;
    let recover = async |code: Option<&str>| {
        let body = json!({ "reason": "the machine burnt", "code": code });
        house.post(&path, "gus", body).await
    };
    assert_eq!(recover(None).await.status, 200);
    let mut settings = house.get("/platform/settings", "root-admin").await.body;
    settings["second_factor_at_recovery"] = true.into();
    let changed = house
        .put("/platform/settings", "root-admin", settings)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.shown());
    assert_eq!(recover(None).await.code(), "second-factor-not-set-up");
    let gus = set_up(&house, "gus").await;
    assert_eq!(recover(None).await.code(), "second-factor-required");
    house.clock.forward(Duration::seconds(30));
    assert_eq!(recover(Some("000000")).await.code(), "code-refused");
    let code = gus.authenticator.code(&house);
    let recovered = recover(Some(&code)).await;
    assert_eq!(recovered.status, 200, "{}", recovered.shown());
    assert_eq!(recover(Some(&code)).await.code(), "code-refused");
    let outcomes: Vec<_> = recoveries::recoveries(&house)
        .await
        .iter()
        .map(|act| act.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [Outcome::Done, Outcome::Denied, Outcome::Done],
        "the second denial within a minute is counted"
    );
}
