//! The positive control of the search outside the cache: a key in a plain buffer is found.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::platform::Platform;

use super::image;
use crate::curl::start_backup;
use crate::traces::{CANARY, found_in};

/// The AccountServer waits half a minute for the rest of a body.
const PATIENCE: Duration = Duration::from_secs(25);

#[test]
fn a_key_in_a_plain_buffer_is_found_until_its_request_ends() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = Platform::start(directory.path())?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (_, enrolment) = admin.create_account("library", group.guid)?;
    let agent = platform.agent("library");
    agent.enrol(&enrolment)?;
    ensure!(
        seen(&platform)?.is_empty(),
        "the key is there before it came"
    );

    let mut request = half_a_request(&platform, &agent)?;
    let in_the_buffer = wait_until(&platform, |found| found == ["raw"]);
    request.kill()?;
    request.wait()?;
    in_the_buffer.context("while its request is read")?;
    wait_until(&platform, <[String]>::is_empty).context("after its request")
}

/// The beginning of a body with the key in it; the rest never comes.
fn half_a_request(platform: &Platform, agent: &Agent) -> anyhow::Result<Child> {
    let mut curl = start_backup(platform, agent)?;
    curl.args(["--no-buffer", "--upload-file", "-"]);
    let mut curl = curl.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let body = curl.stdin.as_mut().context("curl takes no input")?;
    write!(body, r#"{{"key_id":"{CANARY}""#)?;
    body.flush()?;
    Ok(curl)
}

/// The forms in which the key is in pages that core dumps contain.
fn seen(platform: &Platform) -> anyhow::Result<Vec<String>> {
    Ok(found_in(&image(platform, "off")?))
}

fn wait_until(platform: &Platform, enough: impl Fn(&[String]) -> bool) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let found = seen(platform)?;
        if enough(&found) {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "the key is found as {found:?}");
    }
}
