//! Renewed certificates are taken up while it runs; bad ones are not.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use keyfold_core::encryption_key::{NamedSecret, PASSWORD};
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::platform::Platform;

use crate::wire;

/// The certificate that a new connection is shown.
fn presented(platform: &Platform) -> anyhow::Result<Vec<u8>> {
    let wire = wire::connect(platform, b"http/1.1")?;
    let chain = wire.conn.peer_certificates().context("no certificate")?;
    Ok(chain[0].to_vec())
}

/// Puts a file in place as renewals do: by renaming.
fn install(platform: &Platform, from: &Path, name: &str) -> anyhow::Result<()> {
    let to = platform.data().join("platform").join(name);
    let beside = to.with_extension("new");
    fs::copy(from.join(name), &beside)?;
    Ok(fs::rename(beside, to)?)
}

#[test]
fn tls_certificates_are_renewed_while_connections_go_on() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "")?;
    let renewed = directory.path().join("renewed");
    platform
        .authority()
        .issue_platform(&["127.0.0.1"], &renewed)?;
    let old = presented(&platform)?;
    let mut open = wire::connect(&platform, b"http/1.1")?;
    let refused = || wire::number(&platform, "keyfold_certificate_refused{of=\"tls\"}");
    ensure!(refused()? == 0);

    // Certificate without its key: torn, or wrong.
    install(&platform, &renewed, "tls.pem")?;
    platform.server().signal("HUP")?;
    wire::eventually("the pair is refused", || Ok(refused()? == 1))?;
    ensure!(presented(&platform)? == old, "the old one stays in use");
    let (status, body) = wire::monitoring(&platform, "/readyz")?;
    ensure!(
        status == 200 && body.contains("newer files are refused"),
        "{body}"
    );

    // No signal: the changed file is noticed.
    install(&platform, &renewed, "tls-key.pem")?;
    wire::eventually(
        "the new pair is in use",
        || Ok(presented(&platform)? != old),
    )?;
    ensure!(refused()? == 0);
    open.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let (head, _) = wire::answer(&mut open)?;
    ensure!(head.starts_with("http/1.1 200"), "{head}");
    Ok(())
}

#[test]
fn the_capture_signer_is_renewed_and_captures() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "")?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (account, enrolment) = admin.create_account("library", group.guid)?;
    let agent = platform.agent("library");
    agent.enrol(&enrolment)?;
    agent.set_key(b"a key to be captured")?;
    agent.backup(&["true"])?;

    let renewed = directory.path().join("renewed");
    platform
        .authority()
        .issue_platform(&["127.0.0.1"], &renewed)?;
    let number = |name: &str| wire::number(&platform, name);
    let refused = "keyfold_certificate_refused{of=\"capture\"}";
    fs::write(platform.data().join("platform/capture-key.pem"), "no key")?;
    platform.server().signal("HUP")?;
    wire::eventually("the pair is refused", || Ok(number(refused)? == 1))?;
    for name in ["capture.pem", "capture-key.pem"] {
        install(&platform, &renewed, name)?;
    }
    platform.server().signal("HUP")?;
    wire::eventually("the pair is in use", || Ok(number(refused)? == 0))?;

    let passphrase = "three rivers meet below the mill";
    ensure!(platform.certify(&admin, &group, passphrase)?.captured_now == 1);
    let captured = admin.newest_captured_key(account.id)?;
    let key = admin.recover(&captured, "a drill", passphrase)?;
    let value = key.secret(PASSWORD).map(NamedSecret::value);
    ensure!(value == Some(b"a key to be captured".as_slice()));
    Ok(())
}
