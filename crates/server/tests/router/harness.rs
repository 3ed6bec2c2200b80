//! A small AccountServer in this process: fixed time, fixed randomness, a tree of five scopes, people everywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::audit::Action;
use keyfold_core::id::AccountId;
use keyfold_postgres::Cluster;
use keyfold_server::alerts::Mail;
use keyfold_server::attempts::Attempts;
use keyfold_server::audit::denials::Denials;
use keyfold_server::cache::{CacheLimits, LEAST_BYTES};
use keyfold_server::capture::{Jobs, Recipients};
use keyfold_server::clock::{Clock, Entropy, token_hash};
use keyfold_server::follow;
use keyfold_server::operation::Operation;
use keyfold_server::passwords::Verifier;
use keyfold_server::routes::router;
use keyfold_server::second_factors::SealingKey;
use keyfold_server::state::Platform;
use keyfold_server::store::AgentStore as _;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::trust::{Trust, TrustFiles};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt as _;

use crate::contract;
use crate::furnishing::{found, furnish, furnished};

pub(crate) const ROOT: &str = "10000000-0000-4000-8000-000000000001";
/// Has certificates in tests/vectors/platform.
pub(crate) const COLLECTION: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
/// Lies in `COLLECTION`; has certificates too.
pub(crate) const GROUP: &str = "3d813cbb-47fb-42ba-91df-831e1593ac29";
pub(crate) const OTHER: &str = "20000000-0000-4000-8000-000000000002";
/// Lies in `OTHER`.
pub(crate) const OTHER_GROUP: &str = "30000000-0000-4000-8000-000000000003";
/// Lies in `GROUP`.
pub(crate) const ACCOUNT: &str = "40000000-0000-4000-8000-000000000004";
/// Lies in `OTHER_GROUP`.
pub(crate) const OTHER_ACCOUNT: &str = "50000000-0000-4000-8000-000000000005";
/// Nothing has this number.
pub(crate) const NOTHING: &str = "90000000-0000-4000-8000-000000000009";

pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

pub(crate) struct House {
    pub(crate) platform: Arc<Platform>,
    pub(crate) store: SqlStore,
    pub(crate) clock: TestClock,
    router: Router,
    directory: TempDir,
    seed: u64,
}

/// An answer: its status and its body as JSON, `null` when it is empty.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("no code")
    }

    /// What snapshots show.
    pub(crate) fn shown(&self) -> String {
        format!("{} {}\n{:#}", self.status, self.kind, self.body)
    }
}

#[derive(Clone)]
pub(crate) struct TestClock(Arc<Mutex<OffsetDateTime>>);

impl TestClock {
    pub(crate) fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }

    fn since_boot(&self) -> Duration {
        self.now() - START
    }
}

pub(crate) fn vector(file: &str) -> String {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    fs::read_to_string(vectors.join(file)).unwrap()
}

impl House {
    pub(crate) async fn new() -> Self {
        let house = Self::founded().await;
        furnish(&house.store).await;
        house
    }

    /// A platform at its first start: its root, and nobody.
    pub(crate) async fn founded() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&directory.path().join("test.sqlite"), true)
            .await
            .unwrap();
        fs::write(directory.path().join("crl.pem"), vector("platform/crl.pem")).unwrap();
        found(&store).await;
        let clock = TestClock(Arc::new(Mutex::new(START)));
        Self::with(directory, store, clock, 7, None)
    }

    /// The same house, from now on with a mail server.
    pub(crate) fn mailing(self, mail: Mail) -> Self {
        Self::with(
            self.directory,
            self.store,
            self.clock,
            self.seed + 100,
            Some(mail),
        )
    }

    /// Two AccountServers on one Postgres, each with its own memory, as two processes would be.
    pub(crate) async fn two_on_postgres() -> [Self; 2] {
        let address = Cluster::shared().unwrap().database().unwrap();
        let store = SqlStore::connect(&address).await.unwrap();
        found(&store).await;
        furnish(&store).await;
        let clock = TestClock(Arc::new(Mutex::new(START)));
        let server = async |seed| {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join("crl.pem"), vector("platform/crl.pem")).unwrap();
            let store = SqlStore::connect(&address).await.unwrap();
            let server = Self::with(directory, store, clock.clone(), seed, None);
            follow::start(&server.platform).await.unwrap();
            server
        };
        [server(7).await, server(8).await]
    }

    /// The process ends and starts again: what was in memory only is gone.
    pub(crate) fn restarted(self) -> Self {
        // Nothing that it draws was drawn before.
        Self::with(
            self.directory,
            self.store,
            self.clock,
            self.seed + 100,
            None,
        )
    }

    fn with(
        directory: TempDir,
        store: SqlStore,
        clock: TestClock,
        seed: u64,
        mail: Option<Mail>,
    ) -> Self {
        let entropy = Entropy::from_seed(seed);
        let limits = CacheLimits {
            bytes: Some(LEAST_BYTES),
            allow_unlocked: true,
            ..CacheLimits::default()
        };
        let platform = Arc::new(Platform {
            store: Arc::new(store.clone()),
            cache: limits.open(Arc::new(clock.clone())).unwrap(),
            captures: Jobs::default(),
            recipients: Recipients::default(),
            trust: trust(directory.path().join("crl.pem")),
            clock: Arc::new(clock.clone()),
            passwords: Verifier::new(&entropy).unwrap(),
            // Every server of a platform has the same.
            sealing_key: SealingKey::from_text(&Entropy::from_seed(1).token()).unwrap(),
            entropy,
            identity_provider: None,
            mail,
            attempts: Attempts::default(),
            denials: Denials::default(),
            streams: Arc::default(),
            public_url: "https://backups.example.org:8443".parse().unwrap(),
            operation: Operation::default(),
        });
        Self {
            router: router(Arc::clone(&platform)),
            platform,
            store,
            clock,
            directory,
            seed,
        }
    }

    /// For a listener of its own.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The Authority publishes another revocation list.
    pub(crate) fn publish(&self, file: &str) {
        fs::write(self.directory.path().join("crl.pem"), vector(file)).unwrap();
    }

    /// The database's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.path().join("test.sqlite")
    }

    /// Everything that is on disk, in one piece.
    pub(crate) fn disk(&self) -> Vec<u8> {
        let files = fs::read_dir(self.directory.path()).unwrap();
        files
            .flat_map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect()
    }

    /// Sends it, and holds the answer against the `OpenAPI` document.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, address) = (request.method().clone(), request.uri().to_string());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .map(|kind| kind.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let mut body = Bytes::new();
        // A stream of events does not end.
        if kind.as_deref() != Some("text/event-stream") {
            body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        }
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap()
        };
        let answer = Answer {
            status,
            kind: kind.unwrap_or_default(),
            body,
        };
        contract::keeps(&method, &address, &answer);
        answer
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(Method::GET, path, token, None).await
    }

    /// The items of a list that fits on one page.
    pub(crate) async fn list(&self, path: &str, token: &str) -> Vec<Value> {
        let listed = self.get(path, token).await;
        assert_eq!(listed.body["next"], Value::Null, "{}", listed.shown());
        listed.body["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, token, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, token: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, token, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.ask(Method::DELETE, path, token, None).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, token, Some(body)).await
    }

    /// Signs in with the password that everybody has; answers the session's token.
    pub(crate) async fn sign_in(&self, user: &str) -> String {
        let body = json!({ "user": user, "password": PASSWORD });
        let session = self.post("/sessions", "", body).await;
        assert_eq!(session.status, 200, "{}", session.shown());
        session.body["token"].as_str().unwrap().to_owned()
    }

    /// Uploads a certificate of tests/vectors as the platform's admin.
    pub(crate) async fn upload(&self, scope: &str, file: &str, replaces: Value) -> Answer {
        let body = json!({ "certificate": vector(file), "replaces": replaces });
        self.post(&format!("/scopes/{scope}/certificates"), "root-admin", body)
            .await
    }

    /// Enrols an Agent for the account; answers its credential.
    pub(crate) async fn enrol(&self, account: &str) -> String {
        let account: AccountId = account.parse().unwrap();
        let credential = format!(
            "credential of {account} {}",
            self.platform.entropy.token().as_str()
        );
        let token = self.platform.entropy.token();
        let expires_at = self.clock.now() + Duration::days(1);
        self.store
            .keep_enrolment_token(
                account,
                &token_hash(&token),
                expires_at,
                &furnished(Action::MakeEnrolment),
            )
            .await
            .unwrap();
        let enrolled = self
            .store
            .enrol(
                &token_hash(&token),
                &token_hash(&credential),
                self.clock.now(),
                &furnished(Action::EnrolAgent),
            )
            .await;
        enrolled.unwrap().unwrap();
        credential
    }

    /// Presents a password as the key of a backup; answers the backup's number.
    pub(crate) async fn start(&self, agent: &str, key_id: &str, password: &str) -> String {
        let started = self
            .post("/agent/backups", agent, presented(key_id, password))
            .await;
        assert_eq!(started.status, 201, "{}", started.shown());
        started.body["backup"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn end(&self, agent: &str, backup: &str, outcome: &str) -> Answer {
        let body = json!({ "outcome": outcome, "exit_code": 0 });
        self.post(&format!("/agent/backups/{backup}/end"), agent, body)
            .await
    }
}

pub(crate) fn presented(key_id: &str, password: &str) -> Value {
    let value = STANDARD.encode(password);
    json!({ "key_id": key_id, "secrets": [{ "name": "password", "value": value }] })
}

fn trust(revocation_list: PathBuf) -> Trust {
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/pki");
    Trust::from_files(&TrustFiles {
        authority_root: pki.join("root.pem"),
        intermediates: Vec::new(),
        revocation_list,
        capture_certificate: pki.join("capture.pem"),
        capture_key: pki.join("capture-key.pem"),
    })
    .unwrap()
}
