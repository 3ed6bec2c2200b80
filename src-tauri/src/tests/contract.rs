//! What the two halves of the Console agree on.

use std::collections::BTreeSet;

use crate::command_names::COMMAND_NAMES;
use crate::error::codes;
use crate::view::folders::VERDICT_CODES;

/// Writes `ui/src/lib/bindings.ts`; `cargo xtask bindings` runs this and compares.
#[test]
fn export_bindings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts");
    crate::commands::specta_builder!(tauri::Wry)
        .export(specta_typescript::Typescript::default(), file)
        .expect("bindings");
    let bindings = std::fs::read_to_string(file).unwrap();
    for name in COMMAND_NAMES {
        let invoked = format!("__TAURI_INVOKE(\"{name}\"");
        assert_eq!(bindings.matches(&invoked).count(), 1, "{name}");
    }
    assert_eq!(
        bindings.matches("__TAURI_INVOKE(\"").count(),
        COMMAND_NAMES.len()
    );
}

#[test]
fn the_window_may_call_every_command_and_listen_and_nothing_else() {
    let capability: serde_json::Value =
        serde_json::from_str(include_str!("../../capabilities/main.json")).unwrap();
    let permissions: BTreeSet<String> =
        serde_json::from_value(capability["permissions"].clone()).unwrap();
    let expected: BTreeSet<String> = COMMAND_NAMES
        .iter()
        .map(|name| format!("allow-{}", name.replace('_', "-")))
        .chain([
            "core:event:allow-listen".into(),
            "core:event:allow-unlisten".into(),
        ])
        .collect();
    assert_eq!(permissions, expected);
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(capability.get("remote").is_none());
}

#[test]
fn the_content_security_policy_allows_only_the_bundle_and_ipc() {
    let config: serde_json::Value =
        serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let policy = security["csp"].as_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("https:"));
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(config["app"]["windows"][0]["devtools"], false);
}

#[test]
fn codes_are_kebab_case_and_different() {
    let codes = [codes::all(), VERDICT_CODES.to_vec()].concat();
    for code in &codes {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(code.chars().all(kebab) && !code.is_empty(), "{code}");
    }
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}
