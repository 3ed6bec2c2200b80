//! From the request to the restored files, by mouse.

use std::fs;

use anyhow::ensure;
use keyfold_tests::window::{Theme, wait_until};

use crate::desk::{Desk, journey};
use crate::ward::{GROUP, PASSPHRASE, Ward};

#[test]
fn a_key_is_captured_and_recovered_by_mouse() -> anyhow::Result<()> {
    journey("mouse", Theme::Light, |desk| {
        let admin = desk.sign_in()?;
        let ward = Ward::open(desk, &admin)?;
        ward.first()?.back_up()?;
        desk.session.role("button", "Refresh")?.click()?;
        desk.session.unfold_tree_to(GROUP)?;

        request(desk)?;
        desk.read_out_and_have_signed(&admin)?;
        desk.session.role("button", "Done")?.click()?;
        upload(desk)?;

        ward.machines[1].back_up()?;
        desk.session.role("button", "Refresh")?.click()?;
        desk.session.role_beginning("treeitem", GROUP)?.click()?;
        desk.session.shows("2 of 2 keys could be recovered")?;

        recover(desk, &ward)?;
        report(desk)
    })
}

fn request(desk: &Desk) -> anyhow::Result<()> {
    let window = &desk.session;
    desk.session
        .choose(GROUP, &["Request Group Certificate…"])?;
    window.role("button", "Continue")?.click()?;
    window.role_beginning("radio", "RSA 3072")?.click()?;
    window.role("button", "Continue")?.click()?;
    window.role("textbox", "Passphrase")?.fill(PASSPHRASE)?;
    window
        .role("textbox", "Passphrase again")?
        .fill("something else")?;
    window.shows("The two are not the same.")?;
    window
        .role("textbox", "Passphrase again")?
        .fill(PASSPHRASE)?;
    window.role("button", "Generate key pair")?.click()?;
    window.shows("Read this out to the Authority’s officer")
}

fn upload(desk: &Desk) -> anyhow::Result<()> {
    let window = &desk.session;
    window.role("button", "Refresh")?.click()?;
    window.role_beginning("treeitem", &format!("{GROUP}, Signed, not uploaded"))?;
    desk.session
        .choose(GROUP, &["Upload signed certificate…"])?;
    window.role("button", "Check certificate")?.click()?;
    window.shows("This certificate can be uploaded")?;
    window.role("button", "Upload certificate")?.click()?;
    window.shows("The certificate is active")?;
    window.shows("1 of 2 keys captured now")?;
    window.shows("1 account needs one more backup")?;
    window.shows("rad-pacs-01")?;
    window.role("button", "Done")?.click()
}

fn recover(desk: &Desk, ward: &Ward) -> anyhow::Result<()> {
    let window = &desk.session;
    let lost = ward.first()?;
    let key = lost.agent.password()?;
    let key = key.trim_end();
    desk.session.choose(GROUP, &["Recover encryption key…"])?;
    window.role_beginning("radio", "rad-ws-014")?.click()?;
    window.role("button", "Continue")?.click()?;
    window.shows("Can be opened on this computer")?;
    window.role("button", "Continue")?.click()?;
    window
        .role("textbox", "Reason")?
        .fill("Disk of rad-ws-014 failed, ticket 4711")?;
    window.role("button", "Continue")?.click()?;
    window
        .role("textbox", "Passphrase")?
        .fill("not the passphrase")?;
    window.role("button", "Recover key")?.click()?;
    window.role_beginning("alert", "")?;
    window.role("textbox", "Passphrase")?.fill(PASSPHRASE)?;
    window.role("button", "Recover key")?.click()?;

    window.shows("rad-ws-014’s encryption key")?;
    ensure!(!window.text()?.contains(key), "the key is shown unasked");
    window.role_beginning("button", "Reveal")?.click()?;
    wait_until("the revealed key", || {
        let shown: String = window.text()?.split_whitespace().collect();
        Ok(shown.contains(key))
    })?;
    window.role_beginning("button", "Copy")?.click()?;
    window.shows("Copied. Clears in")?;

    let file = desk.directory().join("recovered.key");
    desk.answer_dialogs_with(&file)?;
    window.role_beginning("button", "Save to file…")?.click()?;
    window.shows("Saved to")?;
    lost.restores_with(desk, &fs::read(&file)?)?;

    window.role("button", "Close and forget")?.click()?;
    let page = window.run("return document.documentElement.outerHTML", &[])?;
    ensure!(!page.to_string().contains(key), "the key stays in the page");
    Ok(())
}

fn report(desk: &Desk) -> anyhow::Result<()> {
    let window = &desk.session;
    desk.session.choose(
        GROUP,
        &["Reports", "Group Certificates Active", "Run Report"],
    )?;
    window.role("heading", "Group Certificates Active")?;
    window.role_beginning("row", GROUP)?;
    window.shows("1 row")
}
