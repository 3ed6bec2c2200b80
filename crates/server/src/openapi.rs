//! The `OpenAPI` 3.1 document: what routes say of themselves, completed by what holds for all of them.
//!
//! A route lists in `x-problems` the codes of its own refusals; the name of an error enum of core stands for all codes
//! of it. What follows from its security, its path and its body is added here, and all of it becomes responses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use keyfold_api::problem::Problem;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;

use crate::refusal::{Entry, Refusal};
use crate::routes;

/// The scheme of people's sessions. What the asker's role must allow stands beside it (`rights`).
const SESSION: &str = "session";
/// The scheme of Agents' credentials.
const AGENT: &str = "agent";
const PROBLEMS: &str = "x-problems";
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

const ANY_ROUTE: [&str; 3] = ["internal", "store-failed", "timeout"];
const ANY_BODY: [&str; 4] = [
    "body-broken",
    "body-malformed",
    "body-not-json",
    "body-too-large",
];

const REPEATED: [&str; 5] = [
    "body-broken",
    "body-too-large",
    "idempotency-key-in-use",
    "idempotency-key-refused",
    "idempotency-key-reused",
];

static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));

/// The document as it is served.
#[must_use]
pub fn text() -> &'static str {
    &TEXT
}

/// Every code that a question may be answered with, whichever the route.
#[must_use]
pub fn codes() -> BTreeSet<&'static str> {
    Refusal::entries()
        .into_iter()
        .map(|entry| entry.code)
        .collect()
}

fn document() -> Value {
    // An OpenApi always has a JSON form.
    let mut document = serde_json::to_value(routes::described()).unwrap_or_default();
    document["info"] = json!({
        "title": "Keyfold AccountServer",
        "description": "Refusals are problem details (RFC 9457); each route lists its codes. Any other address is \
            answered with `no-such-route`, any other method with `method-not-allowed`.",
        "version": "1",
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    document["components"]["securitySchemes"] = json!({
        SESSION: { "type": "http", "scheme": "bearer", "description": "A person's session, from `POST /sessions`." },
        AGENT: { "type": "http", "scheme": "bearer", "description": "An Agent's credential, from `POST /agent/enrolment`." },
    });
    document["components"]["schemas"]["Problem"] =
        serde_json::to_value(Problem::schema()).unwrap_or_default();
    let entries = Refusal::entries();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (method, operation) in
        paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten())
    {
        if let Some(operation) = operation.as_object_mut() {
            if method != "get" {
                may_be_repeated(operation);
            }
            complete(operation, &entries);
            in_events(operation);
        }
    }
    document
}

/// What a stream answers with stands as JSON in the data of its events (HTML Living Standard §9.2).
fn in_events(operation: &mut Map<String, Value>) {
    let responses = operation.get_mut("responses");
    let answer = responses.and_then(|it| it.pointer_mut("/200/content/text~1event-stream/schema"));
    if let Some(schema) = answer {
        *schema = json!({
            "type": "object",
            "required": ["data"],
            "properties": {
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": schema.take(),
                },
            },
        });
    }
}

/// Every changing question takes an idempotency key.
fn may_be_repeated(operation: &mut Map<String, Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "description": "The same key again, from the same caller with the same question, gets the same answer, and \
                what it asks for is done once. 1 to 128 visible ASCII characters, at least 22 where no bearer token is \
                sent; a random UUID is best. Remembered for 24 hours.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,128}$" },
        }));
    }
}

/// Turns the codes that the operation may be answered with into responses.
fn complete(operation: &mut Map<String, Value>, entries: &[Entry]) {
    let mut named = own(operation);
    named.extend(implied(operation));
    let mut by_status: BTreeMap<u16, BTreeMap<&str, &str>> = BTreeMap::new();
    for entry in entries {
        if named.contains(entry.code) || named.contains(entry.group) {
            by_status
                .entry(entry.status.as_u16())
                .or_default()
                .insert(entry.code, entry.title);
        }
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, problems) in by_status {
        responses[status.to_string()] = response(&problems);
    }
}

/// The route's own codes, as it says; they leave the operation.
fn own(operation: &mut Map<String, Value>) -> BTreeSet<String> {
    let listed = operation.remove(PROBLEMS).unwrap_or_default();
    let listed = listed.as_array().into_iter().flatten();
    listed
        .filter_map(|code| code.as_str().map(str::to_owned))
        .collect()
}

/// What follows from the kind of question.
fn implied(operation: &Map<String, Value>) -> BTreeSet<String> {
    let mut codes = BTreeSet::from(ANY_ROUTE);
    if operation.contains_key("requestBody") {
        codes.extend(ANY_BODY);
    }
    if operation.contains_key("security") {
        codes.insert("not-signed-in");
    }
    let security = operation.get("security");
    if security.is_some_and(|security| security[0].get(AGENT).is_some()) {
        codes.extend(["credential-revoked", "credential-superseded"]);
    }
    if !capabilities(operation).is_empty() {
        codes.extend(["not-allowed", "second-factor-not-set-up"]);
    }
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for parameter in parameters.into_iter().flatten() {
        match (parameter["in"].as_str(), parameter["name"].as_str()) {
            (Some("path"), _) => codes.extend(["not-found"]),
            (Some("header"), Some(IDEMPOTENCY_KEY)) => codes.extend(REPEATED),
            (_, Some("cursor")) => codes.extend(["cursor-refused", "limit-refused"]),
            _ => {}
        }
    }
    codes.into_iter().map(str::to_owned).collect()
}

fn capabilities(operation: &Map<String, Value>) -> &[Value] {
    operation
        .get("security")
        .and_then(|security| security[0][SESSION].as_array())
        .map_or(&[], Vec::as_slice)
}

fn response(problems: &BTreeMap<&str, &str>) -> Value {
    let titles: BTreeSet<&str> = problems.values().copied().collect();
    let codes: Vec<&str> = problems.keys().copied().collect();
    json!({
        "description": titles.into_iter().collect::<Vec<_>>().join("; "),
        "content": { "application/problem+json": { "schema": {
            "allOf": [{ "$ref": "#/components/schemas/Problem" }],
            "properties": { "code": { "enum": codes } },
        } } },
    })
}
