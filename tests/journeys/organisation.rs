//! Signing in at the organisation's identity provider, and again after the window was locked.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use anyhow::{Context as _, ensure};
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::identity_provider::{IdentityProvider, browse};
use keyfold_tests::support::process::succeed;
use keyfold_tests::window::{Theme, wait_until};

use crate::desk::Desk;

const SECRET: &str = "a secret between platform and provider";
const PERSON: &str = "mia";

#[test]
fn somebody_of_the_organisation_signs_in_by_browser() -> anyhow::Result<()> {
    let mut desk = Desk::prepare(Theme::Light)?;
    let mut provider = IdentityProvider::start(SECRET)?;
    provider.link(&mut desk.platform, SECRET)?;
    let mut add = Command::new(binary("keyfold-server")?);
    add.args(["user", "add", "--name", PERSON, "--role", "platform-admin"]);
    add.arg("--openid-connect").arg("--data-dir");
    succeed(add.arg(desk.platform.data()))?;
    desk.platform.console_home().connect(&desk.platform)?;
    let desk = desk.open()?;
    desk.keep_picture_of_failure("organisation", sign_in_and_lock(&desk))
}

fn sign_in_and_lock(desk: &Desk) -> anyhow::Result<()> {
    let window = &desk.session;
    window
        .role("button", "Sign in with your organisation…")?
        .click()?;
    window.shows("Go on in your browser")?;
    let page = go_through(desk)?;
    ensure!(
        page.contains("Go back to Keyfold"),
        "the browser shows {page}"
    );
    window.test_id("tree")?;
    window.shows("Connected to")?;

    window.press("Control+l")?;
    window.shows("Keyfold is locked")?;
    let cover = "return getComputedStyle(document.elementFromPoint(90, 300)).backgroundColor";
    let cover = window.run(cover, &[])?;
    ensure!(
        !cover.to_string().contains("rgba"),
        "one sees through {cover}"
    );
    std::fs::remove_file(desk.directory().join("address.txt"))?;
    window
        .role("button", "Sign in with your organisation…")?
        .click()?;
    go_through(desk)?;
    wait_until("the window without its cover", || {
        Ok(!window.text()?.contains("Keyfold is locked"))
    })
}

/// Signs in at the provider, and answers what the browser shows in the end.
fn go_through(desk: &Desk) -> anyhow::Result<String> {
    let root = desk.platform.data().join("platform/root.pem");
    let back = browse(&desk.opened_address()?, PERSON, &root)?;
    let host = format!(
        "127.0.0.1:{}",
        back.port().context("no port to come back to")?
    );
    let mut stream = TcpStream::connect(&host)?;
    let query = back.query().context("nothing is brought back")?;
    write!(stream, "GET /?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}
