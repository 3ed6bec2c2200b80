//! The AccountServer's `OpenAPI` document against the AccountServer itself, by `schemathesis`.
//!
//! `KEYFOLD_CONTRACT_SECONDS` says for how long; two minutes unless told otherwise.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use keyfold_api::agents::{Enrol, Enrolment};
use keyfold_api::client::Client;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::{ADMIN, Platform};
use keyfold_tests::support::process::succeed;
use serde_json::{Value, json};

/// What would end the session or the credential that the rest of the run asks with.
const LAST_WORDS: &[&str] = &[
    "sign_out",
    "end_session",
    "end_sessions_of_user",
    "change_password",
];

/// What an answer must be. That a good body is taken is no such thing: whether a certificate is good, no schema says. Who may not ask is tested in the router's own table of rights.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection";

#[test]
fn every_answer_is_one_that_the_document_has() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = Platform::start(directory.path())?;
    let root = platform.data().join("platform/root.pem");
    let settings = directory.path().join("schemathesis.toml");
    fs::write(
        &settings,
        format!(
            "[auth.openapi]\nsession = {{ bearer = \"{}\" }}\nagent = {{ bearer = \"{}\" }}\n",
            session(&platform, &root)?,
            credential(&platform)?,
        ),
    )?;
    let report = directory.path().join("report.json");
    let seconds = env::var("KEYFOLD_CONTRACT_SECONDS").unwrap_or_else(|_| "120".to_owned());
    let mut run = Command::new(schemathesis()?);
    run.arg("--config-file").arg(&settings).arg("run");
    run.arg(format!("{}api/v1/openapi.json", platform.url()))
        .arg("--tls-verify")
        .arg(&root)
        .args(["--checks", CHECKS, "--max-time", &seconds])
        .args(["--workers", "1", "--request-timeout", "30"])
        // A body that is too large is answered before it was read, and the connection ends.
        .args(["--request-retries", "3"])
        .args(["--continue-on-failure", "--no-color", "--report", "json"])
        .arg("--report-json-path")
        .arg(&report);
    for operation in LAST_WORDS {
        run.args(["--exclude-operation-id", operation]);
    }
    let ran = run.current_dir(directory.path()).status()?;
    let report = fs::read_to_string(&report).context("schemathesis wrote no report")?;
    println!("{report}");
    let log = fs::read_to_string(platform.log())?;
    ensure!(!log.contains("panicked"), "{log}");
    ensure!(ran.success(), "schemathesis: {ran}");
    Ok(())
}

/// In the virtual environment that `cargo xtask setup` makes beside the programs.
fn schemathesis() -> anyhow::Result<PathBuf> {
    let server = binary("keyfold-server")?;
    let target = server.ancestors().nth(2).context("no target directory")?;
    let program = target.join("python/bin/schemathesis");
    ensure!(
        program.exists(),
        "{} is missing; `cargo xtask setup` installs it",
        program.display()
    );
    Ok(program)
}

/// The token of a session of the platform's admin.
fn session(platform: &Platform, root: &Path) -> anyhow::Result<String> {
    let body = platform.directory().join("sign-in.json");
    let password = &platform.secrets().admin_password;
    fs::write(
        &body,
        json!({ "user": ADMIN, "password": password }).to_string(),
    )?;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail-with-body", "--cacert"]);
    curl.arg(root)
        .args(["--header", "Content-Type: application/json", "--data"])
        .arg(format!("@{}", body.display()))
        .arg(format!("{}api/v1/sessions", platform.url()));
    let answer: Value = serde_json::from_str(&succeed(&mut curl)?.stdout)?;
    let token = answer["token"].as_str().context("no token")?;
    Ok(token.to_owned())
}

/// The credential of an enrolled Agent.
fn credential(platform: &Platform) -> anyhow::Result<String> {
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "St. Bede", admin.root()?.guid)?;
    let (_, enrolment) = admin.create_account("ward-3", group.guid)?;
    let enrol = Enrol {
        token: Enrolment::from_text(&enrolment)?.token,
        host_name: "ward-3".to_owned(),
    };
    let client = Client::new(platform.url(), platform.authority_fingerprint())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(client.enrol(&enrol))?.credential)
}
