//! The same journeys with a keyboard and nothing else.

use anyhow::ensure;
use keyfold_tests::window::{Session, Theme, wait_until};

use crate::desk::journey;
use crate::ward::{GROUP, PASSPHRASE, Ward};

#[test]
fn a_key_is_captured_recovered_and_shared_by_keyboard() -> anyhow::Result<()> {
    journey("keyboard", Theme::Dark, |desk| {
        let window = &desk.session;
        window.tab_to("Name")?;
        window.type_text("ada")?;
        window.tab_to("Password")?;
        window.type_text(&desk.platform.secrets().admin_password)?;
        window.press("Enter")?;
        window.test_id("tree")?;
        let admin = desk.platform.admin()?;
        let ward = Ward::open(desk, &admin)?;
        for machine in &ward.machines {
            machine.back_up()?;
        }
        window.tab_to("Refresh")?;
        window.press("Enter")?;

        request(window)?;
        desk.read_out_and_have_signed(&admin)?;
        leave(window, "Done")?;
        window.tab_to("Refresh")?;
        window.press("Enter")?;
        upload(window)?;
        recover(window, ward.first()?.agent.password()?.trim_end())?;

        let copies = desk.directory().join("copies");
        std::fs::create_dir(&copies)?;
        desk.answer_dialogs_with(&copies)?;
        menu(window, "Share…")?;
        leave(window, "Export a copy…")?;
        window.shows("A copy is in")?;
        let exported = copies.join(ward.group.guid.to_string()).join("scope.json");
        ensure!(exported.exists(), "{} is not there", exported.display());
        leave(window, "Done")
    })
}

/// Finds the Group by typing its name into the search, and picks an item of its menu.
fn menu(window: &Session, item: &str) -> anyhow::Result<()> {
    window.press("Control+f")?;
    window.focus_is_on("Search")?;
    window.press("Control+a")?;
    window.type_text("Radiology")?;
    window.role_beginning("treeitem", GROUP)?;
    window.tab_to("Collections, Groups and Accounts")?;
    window.press("End")?;
    window.type_ahead("st")?;
    window.press("Shift+F10")?;
    for _item in 0..20 {
        if window.focused()? == item {
            return window.press("Enter");
        }
        window.press("ArrowDown")?;
    }
    anyhow::bail!(
        "the menu has no {item}; the focus is on {}",
        window.focused()?
    );
}

/// Goes to a button and presses it.
fn leave(window: &Session, button: &str) -> anyhow::Result<()> {
    window.tab_to(button)?;
    window.press("Enter")
}

fn request(window: &Session) -> anyhow::Result<()> {
    menu(window, "Request Group Certificate…")?;
    window.role("dialog", "Request Group Certificate")?;
    leave(window, "Continue")?;
    window.focus_is_on("RSA 4096")?;
    window.press("ArrowDown")?;
    window.focus_is_on("RSA 3072")?;
    leave(window, "Continue")?;
    window.focus_is_on("Passphrase")?;
    window.type_text(PASSPHRASE)?;
    window.tab_to("Passphrase again")?;
    window.type_text(PASSPHRASE)?;
    leave(window, "Generate key pair")?;
    window.shows("Read this out to the Authority’s officer")
}

fn upload(window: &Session) -> anyhow::Result<()> {
    menu(window, "Upload signed certificate…")?;
    leave(window, "Check certificate")?;
    window.shows("This certificate can be uploaded")?;
    leave(window, "Upload certificate")?;
    window.shows("Every key it covers could be recovered now.")?;
    leave(window, "Done")
}

fn recover(window: &Session, key: &str) -> anyhow::Result<()> {
    menu(window, "Recover encryption key…")?;
    window.tab_to("rad-")?;
    while !window.focused()?.starts_with("rad-ws-014") {
        window.press("ArrowDown")?;
    }
    window.press("Space")?;
    leave(window, "Continue")?;
    window.shows("Which of its captured keys?")?;
    leave(window, "Continue")?;
    window.focus_is_on("Reason")?;
    window.type_text("Disk failed")?;
    leave(window, "Continue")?;
    window.focus_is_on("Passphrase")?;
    window.type_text(PASSPHRASE)?;
    window.press("Enter")?;
    window.shows("rad-ws-014’s encryption key")?;
    leave(window, "Reveal")?;
    wait_until("the revealed key", || {
        let shown: String = window.text()?.split_whitespace().collect();
        Ok(shown.contains(key))
    })?;
    window.press("Escape")?;
    ensure!(!window.text()?.contains(key), "the key is still shown");
    Ok(())
}
