//! A house in which every question is asked three times.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use serde_json::Value;
use sqlx::any::install_default_drivers;
use sqlx::{AnyPool, AssertSqlSafe, query, query_scalar};

use crate::contract;
use crate::harness::{Answer, House};

/// A house, a second connection to its database, and the routes that were tried in it.
pub(super) struct Scene {
    pub(super) house: House,
    pub(super) database: AnyPool,
    pub(super) tried: BTreeSet<String>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::of(House::new().await).await
    }

    pub(super) async fn of(house: House) -> Self {
        install_default_drivers();
        let address = format!("sqlite://{}", house.database().display());
        Self {
            database: AnyPool::connect(&address).await.unwrap(),
            house,
            tried: BTreeSet::new(),
        }
    }

    pub(super) async fn ask(
        &self,
        key: &str,
        (method, path, token, body): (&Method, &str, &str, &Value),
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("Idempotency-Key", key)
            .header(CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        self.house.send(request).await
    }

    /// How many rows each table has, apart from the keys themselves.
    pub(super) async fn rows(&self) -> Vec<(String, i64)> {
        let tables: Vec<String> = query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'idempotency_keys' ORDER BY name",
        )
        .fetch_all(&self.database)
        .await
        .unwrap();
        let mut rows = Vec::new();
        for table in tables {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            rows.push((
                table,
                query_scalar(count).fetch_one(&self.database).await.unwrap(),
            ));
        }
        rows
    }

    /// As if the process had been killed after the change, before the answer was kept.
    pub(super) async fn lose_the_answers(&self) {
        query("UPDATE idempotency_keys SET answer = NULL")
            .execute(&self.database)
            .await
            .unwrap();
    }

    /// The address of a new session of the user.
    pub(super) async fn session_of(&self, user: &str) -> String {
        let token = self.house.sign_in(user).await;
        let list = self.house.get("/sessions", &token).await.body;
        let current = list["items"][0]["id"].as_str().unwrap();
        format!("/users/{user}/sessions/{current}")
    }

    pub(super) async fn kept(&self) -> i64 {
        query_scalar("SELECT count(*) FROM idempotency_keys WHERE answer IS NOT NULL")
            .fetch_one(&self.database)
            .await
            .unwrap()
    }

    /// Asks once, again, and again after the answer was lost. `told` is what must be the same then.
    pub(super) async fn thrice(
        &mut self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
        told: fn(&Value) -> &Value,
    ) -> Value {
        let template = contract::template(&format!("/api/v1{path}")).unwrap();
        self.tried.insert(format!("{method} {template}"));
        let key = format!("\"{method} {path} with a key\"").replace(' ', "-");
        let question = (&method, path, token, &body);
        let first = self.ask(&key, question).await;
        assert!(first.status < 300, "{method} {path}: {}", first.shown());
        let (rows, kept) = (self.rows().await, self.kept().await);
        let second = self.ask(&key, question).await;
        assert_eq!(first.shown(), second.shown(), "{method} {path} again");
        assert_eq!(first.kind, second.kind);
        assert_eq!(rows, self.rows().await, "{method} {path} again");
        self.lose_the_answers().await;
        let third = self.ask(&key, question).await;
        assert_eq!(first.status, third.status, "{method} {path} after a crash");
        assert_eq!(
            told(&first.body),
            told(&third.body),
            "{method} {path} after a crash"
        );
        let mut rows = rows;
        if path.ends_with("/recoveries") || path.ends_with("/enrolment-tokens") {
            // What is handed out once more is recorded once more.
            let audited = rows.iter_mut().find(|row| row.0 == "audit_entries");
            audited.unwrap().1 += 1;
        }
        assert_eq!(rows, self.rows().await, "{method} {path} after a crash");
        assert!(kept > 0 && self.kept().await > 0, "{method} {path} is kept");
        let other = format!("{path}?other");
        let reused = self.ask(&key, (&method, &other, token, &body)).await;
        assert_eq!(reused.code(), "idempotency-key-reused", "{method} {path}");
        first.body
    }
}
