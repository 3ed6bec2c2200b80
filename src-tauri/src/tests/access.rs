//! Every command × locked, signed out, wrong role, wrong argument, from one table. A command that is new stands in
//! [`access`](crate::access::access), or these tests fail.

use std::collections::BTreeMap;

use keyfold_api::client::Client;
use keyfold_api::sessions::{Role, Session, User};
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::fingerprint::Fingerprint;
use serde_json::json;
use time::Duration;

use super::fake_desktop::clock;
use super::ipc::{GUID, Window, arguments};
use crate::access::{Access, access};
use crate::command_names::COMMAND_NAMES;

const ROOT: &str = include_str!("../../../tests/vectors/pki/root.pem");
/// Where nobody answers.
const NOWHERE: &str = "https://127.0.0.1:1";

impl Window {
    /// A window with a saved platform that does not answer.
    pub(super) fn connected() -> Self {
        let root = AuthorityRoot::from_pem(ROOT.as_bytes()).unwrap();
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("Keyfold/Console/connections.json");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let saved = json!({
            "name": "Northwind", "address": NOWHERE, "authority": root.fingerprint(), "rootPem": ROOT,
        });
        std::fs::write(file, saved.to_string()).unwrap();
        Self::on(super::fake_desktop::Stage::at(home), "main")
    }

    /// A window in which somebody is signed in.
    pub(super) fn signed_in(role: Role) -> Self {
        let window = Self::connected();
        let client = Client::new(&NOWHERE.parse().unwrap(), Fingerprint::of(b"root")).unwrap();
        let user = client.resume(Session {
            token: "token".to_owned(),
            expires_at: clock() + Duration::HOUR,
            user: User {
                name: "ada".to_owned(),
                display_name: "Ada".to_owned(),
                role,
                scope: GUID.parse().unwrap(),
            },
            device: None,
        });
        window.stage.console.begin(user);
        window
    }

    /// The code that the command is refused with; none when it answers.
    fn refusal(&self, command: &str) -> Option<String> {
        let error = self.call(command, arguments(command)).err()?;
        Some(error["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn every_command_says_what_it_needs() {
    for command in COMMAND_NAMES {
        assert!(
            access(command).is_some(),
            "{command} is in no row of the table"
        );
    }
    assert_eq!(access("nope"), None);
}

#[test]
fn a_locked_window_does_what_unlocks_it_and_nothing_else() {
    let window = Window::signed_in(Role::PlatformAdmin);
    window.call("lock_window", json!({})).unwrap();
    for command in COMMAND_NAMES
        .iter()
        .filter(|it| access(it) != Some(Access::Always))
    {
        assert_eq!(
            window.refusal(command).as_deref(),
            Some("locked"),
            "{command}"
        );
    }
    for command in ["connection", "sign_in_ways", "sign_in"] {
        assert_ne!(
            window.refusal(command).as_deref(),
            Some("locked"),
            "{command}"
        );
    }
    window.call("sign_out", json!({})).unwrap();
    assert_ne!(
        window.refusal("certificate_folders").as_deref(),
        Some("locked")
    );
}

#[test]
fn signed_out_every_question_to_the_platform_says_so() {
    for command in COMMAND_NAMES {
        let window = Window::connected();
        let needs_session = matches!(
            access(command),
            Some(Access::SignedIn | Access::Administrator)
        );
        let said = window.refusal(command).as_deref() == Some("signed-out");
        assert_eq!(said, needs_session, "{command}");
    }
}

#[test]
fn what_is_for_administrators_is_refused_to_everybody_else() {
    for role in [Role::Officer, Role::Auditor] {
        for command in COMMAND_NAMES
            .iter()
            .filter(|it| access(it) == Some(Access::Administrator))
        {
            let window = Window::signed_in(role);
            assert_eq!(
                window.refusal(command).as_deref(),
                Some("not-allowed"),
                "{role:?} {command}"
            );
        }
    }
    for command in COMMAND_NAMES
        .iter()
        .filter(|it| access(it) == Some(Access::Administrator))
    {
        let window = Window::signed_in(Role::GroupAdmin);
        assert_ne!(
            window.refusal(command).as_deref(),
            Some("not-allowed"),
            "{command}"
        );
    }
}

#[test]
fn an_argument_of_another_kind_is_refused_before_anything_happens() {
    let window = Window::signed_in(Role::PlatformAdmin);
    let taken = arguments_of_commands();
    for command in COMMAND_NAMES {
        for argument in &taken[*command] {
            let mut arguments = arguments(command);
            arguments[argument] = json!({ "another": ["kind"] });
            let error = window.call(command, arguments).unwrap_err();
            let words = error.as_str().unwrap_or_default();
            assert!(
                words.contains("invalid args"),
                "{command} {argument}: {error}"
            );
        }
    }
}

/// The names of each command's arguments, as the pages have them.
fn arguments_of_commands() -> BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bindings.ts");
    crate::commands::specta_builder!(tauri::Wry)
        .export(specta_typescript::Typescript::default(), &file)
        .unwrap();
    let bindings = std::fs::read_to_string(file).unwrap();
    let invoked = bindings.split("__TAURI_INVOKE(\"").skip(1);
    invoked
        .map(|call| {
            let (command, rest) = call.split_once('"').unwrap();
            let arguments = rest.split_once(')').unwrap().0;
            let names = arguments.split(|c: char| !c.is_ascii_alphanumeric());
            let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
            (command.to_owned(), names.collect())
        })
        .collect()
}
