//! The `OpenAPI` document: complete, the same as in docs/, and kept by every answer that these tests see.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use axum::http::Method;
use keyfold_server::openapi;
use serde_json::Value;

use crate::harness::Answer;
use crate::routes::routes;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(openapi::text()).unwrap());

/// Answered whichever the address or the method, thus documented for the whole and not for a route.
const OF_NO_ROUTE: [&str; 2] = ["no-such-route", "method-not-allowed"];

/// Each route's operations by method, as the document has them.
pub(crate) fn operations() -> BTreeMap<(String, Method), &'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, operation)| {
            let method = method.to_uppercase().parse().unwrap();
            ((path.clone(), method), operation)
        })
    });
    all.collect()
}

/// The documented path of an address.
pub(crate) fn template(address: &str) -> Option<&'static str> {
    let path = address.split('?').next().unwrap();
    let fits = |template: &str| {
        let (theirs, ours) = (path.split('/'), template.split('/'));
        theirs.clone().count() == ours.clone().count()
            && theirs.zip(ours).all(|(theirs, ours)| {
                theirs == ours || (ours.starts_with('{') && !theirs.is_empty())
            })
    };
    let mut found: Vec<&str> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .filter(|template| fits(template))
        .collect();
    // `/sessions/current` comes before `/sessions/{id}`.
    found.sort_by_key(|template| template.matches('{').count());
    found.first().copied()
}

/// Panics unless the document says that this question may be answered so.
pub(crate) fn keeps(method: &Method, address: &str, answer: &Answer) {
    let asked = template(address).map(|template| (template.to_owned(), method.clone()));
    let Some(operation) = asked.and_then(|asked| operations().remove(&asked)) else {
        let code = answer.code();
        assert!(OF_NO_ROUTE.contains(&code), "{method} {address}: {code}");
        return;
    };
    let documented = &operation["responses"][answer.status.to_string()];
    assert!(
        documented.is_object(),
        "{method} {address} is not documented to answer {}",
        answer.shown()
    );
    let kinds = documented["content"].as_object();
    let kind = answer.kind.split(';').next().unwrap();
    assert!(
        kinds.map_or(answer.kind.is_empty(), |kinds| kinds.contains_key(kind)),
        "{method} {address} answers {} as “{kind}”",
        answer.status
    );
    if kind == "application/problem+json" {
        assert!(
            codes(documented).any(|code| code == answer.code()),
            "{method} {address} is not documented to answer {}",
            answer.code()
        );
    }
}

fn codes(response: &Value) -> impl Iterator<Item = &str> {
    let schema = &response["content"]["application/problem+json"]["schema"];
    let codes = schema["properties"]["code"]["enum"].as_array();
    codes
        .into_iter()
        .flatten()
        .map(|code| code.as_str().unwrap())
}

#[test]
fn the_document_is_the_one_in_docs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if fs::read_to_string(&file).ok().as_deref() == Some(openapi::text()) {
        return;
    }
    fs::write(&file, openapi::text()).unwrap();
    panic!("docs/openapi.json was out of date and is written anew; look at it, then commit it");
}

#[test]
fn every_code_is_answered_somewhere_and_no_other_is() {
    let operations = operations();
    let responses = operations
        .values()
        .flat_map(|operation| operation["responses"].as_object().unwrap().values());
    let documented: BTreeSet<&str> = responses.flat_map(codes).chain(OF_NO_ROUTE).collect();
    assert_eq!(documented, openapi::codes());
}

#[test]
fn the_table_of_rights_has_every_route_and_no_other() {
    let mut documented: BTreeSet<_> = operations().into_keys().collect();
    for probe in ["/healthz", "/readyz"] {
        documented.remove(&(probe.to_owned(), Method::GET));
    }
    let tabled: BTreeSet<_> = routes()
        .into_iter()
        .map(|(method, path, ..)| {
            let route = template(&format!("/api/v1{path}")).expect(&path);
            (route.to_owned(), method)
        })
        .collect();
    assert_eq!(documented, tabled);
}

#[test]
fn every_route_says_what_it_is_and_takes() {
    let mut ids = BTreeSet::new();
    for ((path, method), operation) in operations() {
        let at = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{at}: another route is {id}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.ends_with('.'), "{at} has no doc comment");
        let declared = operation["parameters"].as_array().into_iter().flatten();
        let declared: BTreeSet<&str> = declared
            .filter(|it| it["in"] == "path")
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        let named: BTreeSet<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(declared, named, "{at}");
        let takes_body = [Method::POST, Method::PATCH, Method::PUT].contains(&method);
        assert_eq!(operation["requestBody"].is_object(), takes_body, "{at}");
        assert!(operation.get("x-problems").is_none(), "{at}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut seen = 0;
    let mut rest = vec![&*DOCUMENT];
    while let Some(value) = rest.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(DOCUMENT.pointer(pointer).is_some(), "{reference}");
            seen += 1;
        }
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(members) => rest.extend(members.values()),
            _ => {}
        }
    }
    assert!(seen > 100, "{seen}");
}
