//! The real IPC layer on tauri's mock runtime: argument parsing, access control, errors.

use std::sync::Arc;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

use keyfold_api::sessions::Role;

use super::fake_desktop::Stage;
use crate::access::guarded;
use crate::command_names::COMMAND_NAMES;

pub(super) const GUID: &str = "3f2b8c1e-7d4a-4e6b-9c0d-1a2b3c4d5e6f";

pub(super) struct Window {
    pub(super) stage: Stage,
    webview: WebviewWindow<MockRuntime>,
    _app: App<MockRuntime>,
}

impl Window {
    fn open() -> Self {
        Self::labelled("main")
    }

    fn labelled(label: &str) -> Self {
        Self::on(Stage::new(), label)
    }

    pub(super) fn on(stage: Stage, label: &str) -> Self {
        let specta = crate::commands::specta_builder!(MockRuntime);
        let app = mock_builder()
            .manage(Arc::clone(&stage.console))
            .invoke_handler(guarded(specta.invoke_handler()))
            .build(tauri::generate_context!())
            .unwrap();
        let webview = WebviewWindowBuilder::new(&app, label, tauri::WebviewUrl::default())
            .build()
            .unwrap();
        Self {
            stage,
            webview,
            _app: app,
        }
    }

    pub(super) fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.into(),
        };
        get_ipc_response(&self.webview, request).map(|body| body.deserialize().unwrap())
    }

    fn code(&self, command: &str, arguments: Value) -> String {
        let error = self.call(command, arguments).unwrap_err();
        error["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{command}: {error}"))
            .to_owned()
    }
}

/// Arguments of the right types for every command.
pub(super) fn arguments(command: &str) -> Value {
    let everything = json!({
        "account": GUID, "address": "https://localhost:1", "authority": "0".repeat(64), "capturedKey": GUID,
        "folder": GUID, "folders": [GUID], "group": GUID, "handle": 1, "keySize": "rsa3072", "kind": "group",
        "certificate": "0".repeat(64), "name": "n", "onProgress": "__CHANNEL__:1", "parent": GUID, "passphrase": "p", "password": "p",
        "reason": "r", "replaces": null, "rows": [["a"]], "scope": GUID, "scopeName": "s",
        "source": { "from": "platform", "request": GUID },
        "spkiFingerprint": "0".repeat(64), "typedName": "n", "user": "u",
    });
    match command {
        "open_certificates_directory" => json!({ "folder": null }),
        "change_settings" => json!({ "settings": { "notifications": true } }),
        "change_alert_rule" => json!({ "scope": GUID, "kind": "certificateExpires", "rule": null }),
        _ => everything,
    }
}

#[test]
fn every_command_answers_or_fails_with_a_code() {
    let window = Window::open();
    for command in COMMAND_NAMES {
        if let Err(error) = window.call(command, arguments(command)) {
            let code = error["code"]
                .as_str()
                .unwrap_or_else(|| panic!("{command}: {error}"));
            assert!(
                crate::error::codes::all().contains(&code),
                "{command}: {code}"
            );
        }
    }
}

#[test]
fn without_a_platform_every_question_to_it_says_so() {
    let window = Window::open();
    for command in [
        "sign_in",
        "sign_in_ways",
        "sign_in_with_organisation",
        "scopes",
        "scope_detail",
        "accounts",
        "create_scope",
        "change_scope",
        "delete_scope",
        "create_account",
        "change_account",
        "delete_account",
        "create_enrolment",
        "request_certificate",
        "submit_request",
        "inspect_certificate",
        "upload_certificate",
        "capture_progress",
        "captured_keys",
        "active_certificates",
    ] {
        assert_eq!(
            window.code(command, arguments(command)),
            "not-connected",
            "{command}"
        );
    }
}

#[test]
fn what_the_platform_did_not_name_is_refused() {
    let window = Window::signed_in(Role::PlatformAdmin);
    for (command, argument) in [
        ("scope_detail", "scope"),
        ("accounts", "scope"),
        ("create_account", "group"),
        ("captured_keys", "account"),
        ("request_certificate", "scope"),
        ("recover_key", "capturedKey"),
        ("delete_key_pair", "folder"),
        ("delete_key_pair", "spkiFingerprint"),
        ("active_certificates", "scope"),
    ] {
        for bad in [
            "",
            "../etc",
            GUID.to_uppercase().as_str(),
            "00000000-0000-0000-0000-000000000000",
        ] {
            let mut arguments = arguments(command);
            arguments[argument] = json!(bad);
            assert_eq!(
                window.code(command, arguments),
                "bad-identifier",
                "{command} {bad:?}"
            );
        }
    }
}

#[test]
fn wrong_values_are_refused_before_anything_happens() {
    let window = Window::signed_in(Role::PlatformAdmin);
    for (command, argument, bad) in [
        ("sign_in", "password", json!(1)),
        ("request_certificate", "keySize", json!("rsa1024")),
        (
            "inspect_certificate",
            "source",
            json!({ "from": "clipboard" }),
        ),
        ("reveal_secret", "handle", json!(-1)),
        ("create_scope", "kind", json!("account")),
    ] {
        let mut arguments = arguments(command);
        arguments[argument] = bad;
        let error = window.call(command, arguments).unwrap_err();
        assert!(
            error
                .as_str()
                .is_some_and(|words| words.contains("invalid args")),
            "{command}: {error}"
        );
    }
}

#[test]
fn commands_that_are_not_ours_are_refused() {
    let window = Window::open();
    for command in [
        "nope",
        "plugin:fs|read_text_file",
        "plugin:clipboard-manager|read_text",
        "plugin:opener|open_path",
        "plugin:dialog|open",
        "plugin:window|create",
        "plugin:event|emit",
        "plugin:webview|create_webview_window",
    ] {
        let error = window.call(command, json!({})).unwrap_err();
        let words = error.as_str().unwrap_or_default();
        assert!(
            words.contains("not allowed") || words.contains("not found"),
            "{command}: {error}"
        );
    }
}

#[test]
fn another_window_may_call_nothing() {
    let window = Window::labelled("other");
    for command in COMMAND_NAMES {
        let error = window.call(command, arguments(command)).unwrap_err();
        let words = error.as_str().unwrap_or_default();
        assert!(words.contains("not allowed"), "{command}: {error}");
    }
}

#[test]
fn the_address_and_the_fingerprint_are_checked_before_anybody_is_contacted() {
    let window = Window::open();
    let connect = |address: &str, authority: &str| {
        window.code(
            "connect",
            json!({ "address": address, "authority": authority }),
        )
    };
    assert_eq!(
        connect("ftp://backups.example.org", &"0".repeat(64)),
        "bad-address"
    );
    assert_eq!(
        connect("https://backups.example.org", "0123"),
        "bad-fingerprint"
    );
}

#[test]
fn a_platform_that_does_not_answer_is_not_saved() {
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let window = Window::open();
    let arguments =
        json!({ "address": format!("https://127.0.0.1:{port}"), "authority": "0".repeat(64) });
    let error = window.call("connect", arguments).unwrap_err();
    assert_eq!(error["code"], "platform-unreachable");
    assert!(
        error["params"]["server"]
            .as_str()
            .unwrap()
            .contains(&port.to_string())
    );
    assert_eq!(
        window.call("connection", json!({})).unwrap(),
        json!({ "platform": null, "session": null })
    );
    assert!(
        !window
            .stage
            .home
            .path()
            .join("Keyfold/Console/connections.json")
            .exists()
    );
}

#[test]
fn a_damaged_connections_file_is_said_and_can_be_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("Keyfold/Console/connections.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{").unwrap();
    let stage = Stage::at(home);
    let error = stage.console.connection().unwrap_err();
    assert_eq!(error.code, "connection-file-damaged");
    assert!(error.params["path"].ends_with("connections.json"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let view = runtime.block_on(stage.console.forget_connection()).unwrap();
    assert!(view.platform.is_none() && !file.exists());
}
