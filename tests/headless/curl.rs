//! What an Agent asks, by curl, so that the body can be anything.

use std::fs;
use std::process::Command;

use anyhow::Context as _;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::platform::Platform;

/// `POST /agent/backups` with the Agent's credential; the body is the caller's to add.
pub(crate) fn start_backup(platform: &Platform, agent: &Agent) -> anyhow::Result<Command> {
    let enrolment = fs::read(agent.config().join("enrolment.json"))?;
    let enrolment: serde_json::Value = serde_json::from_slice(&enrolment)?;
    let credential = enrolment["credential"].as_str().context("no credential")?;
    let headers = platform.directory().join("headers");
    fs::write(
        &headers,
        format!("Authorization: Bearer {credential}\nContent-Type: application/json"),
    )?;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--noproxy", "*", "--request", "POST"]);
    curl.arg("--cacert");
    curl.arg(platform.data().join("platform/root.pem"));
    curl.args(["--header", &format!("@{}", headers.display())]);
    curl.arg(platform.url().join("api/v1/agent/backups")?.as_str());
    Ok(curl)
}
