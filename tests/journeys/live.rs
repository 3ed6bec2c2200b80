//! What others change shows without being asked for; a platform that goes away is said plainly, and what lies on this
//! computer goes on working.

use anyhow::ensure;
use keyfold_core::id::ScopeKind;
use keyfold_tests::window::{Theme, wait_until};

use crate::desk::Desk;

#[test]
fn the_window_follows_the_platform() -> anyhow::Result<()> {
    let desk = Desk::prepare(Theme::Light)?;
    desk.platform.console_home().connect(&desk.platform)?;
    let mut desk = desk.open()?;
    let told = follow(&mut desk);
    desk.keep_picture_of_failure("live", told)
}

fn follow(desk: &mut Desk) -> anyhow::Result<()> {
    let admin = desk.sign_in()?;
    let window = &desk.session;
    let lost = format!(
        "Connection to {} lost. Everything on this computer still works.",
        host(desk.platform.url())
    );
    let connected = format!("Connected to {}", host(desk.platform.url()));
    let root = admin.root()?;
    admin.create_scope(ScopeKind::Collection, "Hospitals", root.guid)?;
    window.shows("Hospitals")?;

    window.choose(&root.name, &["New Group…"])?;
    window.role("textbox", "Name")?.fill("Half a na")?;
    admin.create_scope(ScopeKind::Collection, "Schools", root.guid)?;
    wait_until("the tree behind the dialog", || {
        let named = "return document.querySelectorAll('[data-name=\"Schools\"]').length";
        Ok(window.run(named, &[])? == 1)
    })?;
    let typed = window.run("return document.activeElement.value", &[])?;
    ensure!(typed == "Half a na", "the field holds {typed}");
    window.press("Escape")?;

    desk.platform.server_mut().kill()?;
    window.shows(&lost)?;
    window.test_id("nav-folders")?.click()?;
    window.shows("No certificate folders on this computer")?;

    desk.platform.server_mut().start_again()?;
    window.shows(&connected)?;
    ensure!(!window.text()?.contains("lost"), "it is still called lost");
    Ok(())
}

/// Host and port, as the window names a platform.
fn host(url: &url::Url) -> String {
    let port = url.port().map(|port| format!(":{port}"));
    format!(
        "{}{}",
        url.host_str().unwrap_or_default(),
        port.unwrap_or_default()
    )
}
