//! What is photographed.

use std::fs;
use std::path::Path;

use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::ADMIN;
use keyfold_tests::window::{Session, Stage, Theme, wait_until};

use crate::demo::Demo;

/// Takes each picture in light and in dark.
pub(crate) fn take(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let demo = Demo::start()?;
    for theme in Theme::BOTH {
        let home = demo.console_home();
        let stage = Stage::start(theme, &[("KEYFOLD_CONSOLE_HOME", &home)])?;
        let window = stage.open(&binary("keyfold-console")?)?;
        let photograph = |name: &str| {
            let picture = folder.join(format!("{name}-{}.png", theme.name()));
            println!("{}", picture.display());
            window.photograph(&picture)
        };
        window.role("textbox", "Name")?.fill(ADMIN)?;
        window
            .role("textbox", "Password")?
            .fill(&demo.password()?)?;
        window.role("button", "Sign in")?.click()?;
        window.unfold_tree_to("St. Anna, Radiology")?;

        window.open_node("St. Anna, Radiology")?;
        window.shows("If a machine were lost now")?;
        photograph("tree")?;

        window.choose(
            "Northwind",
            &["Reports", "Group Certificates Active", "Run Report"],
        )?;
        window.role("heading", "Group Certificates Active")?;
        window.role_beginning("row", "Northwind")?;
        photograph("report")?;

        window.open_node("Harbour Primary")?;
        request(&window)?;
        photograph("request")?;
        window.press("Escape")?;

        window.open_node("St. Anna, Radiology")?;
        recover(&window, &demo.passphrase()?)?;
        photograph("recovery")?;
    }
    Ok(())
}

fn request(window: &Session) -> anyhow::Result<()> {
    window.choose("Harbour Primary", &["Request Group Certificate…"])?;
    window.role("button", "Continue")?.click()?;
    window.role("button", "Continue")?.click()?;
    let passphrase = "seven quiet otters cross the harbour";
    window.role("textbox", "Passphrase")?.fill(passphrase)?;
    window
        .role("textbox", "Passphrase again")?
        .fill(passphrase)?;
    window.shows("Very strong")?;
    let generate = window.role("button", "Generate key pair")?;
    wait_until("the button", || generate.is_enabled())
}

fn recover(window: &Session, passphrase: &str) -> anyhow::Result<()> {
    window.choose("St. Anna, Radiology", &["Recover encryption key…"])?;
    window.role_beginning("radio", "rad-ws-014")?.click()?;
    window.role("button", "Continue")?.click()?;
    window.shows("Which of its captured keys?")?;
    window.role("button", "Continue")?.click()?;
    window
        .role("textbox", "Reason")?
        .fill("Disk of rad-ws-014 failed, ticket 4711")?;
    window.role("button", "Continue")?.click()?;
    window.role("textbox", "Passphrase")?.fill(passphrase)?;
    window.role("button", "Recover key")?.click()?;
    window.shows("rad-ws-014’s encryption key")?;
    window.role_beginning("button", "Reveal")?.click()?;
    window.shows("Hides in")
}
