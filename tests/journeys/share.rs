//! A colleague's certificate folder: copied in, imported, damaged, taken away.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::console_home::ConsoleHome;
use keyfold_tests::support::platform::ADMIN;
use keyfold_tests::window::Theme;

use crate::desk::{Desk, journey};
use crate::ward::{GROUP, PASSPHRASE, Ward};

#[test]
fn a_copied_folder_is_noticed_while_the_console_runs() -> anyhow::Result<()> {
    journey("share", Theme::Light, |desk| {
        let admin = desk.sign_in()?;
        let ward = Ward::open(desk, &admin)?;
        let colleague = colleague(desk)?;
        desk.platform.certify(&colleague, &ward.group, PASSPHRASE)?;
        let folder = colleague
            .certificates()
            .path()
            .join(ward.group.guid.to_string());

        let window = &desk.session;
        window.test_id("nav-folders")?.click()?;
        window.shows("No certificate folders on this computer")?;
        let here = desk.platform.console_home().certificates();
        copy(&folder, &here.join(ward.group.guid.to_string()))?;
        window.shows(GROUP)?;
        window.shows("Certificate until")?;

        fs::remove_dir_all(here.join(ward.group.guid.to_string()))?;
        window.shows("No certificate folders on this computer")?;

        desk.answer_dialogs_with(&folder)?;
        window.role("button", "Import…")?.click()?;
        window.shows(&format!("Imported: {GROUP}"))?;

        let damaged = here.join(ward.group.guid.to_string()).join("scope.json");
        fs::write(damaged, b"{")?;
        window.shows("scope.json")
    })
}

/// The same admin at another computer, with a Certificates directory of its own.
fn colleague(desk: &Desk) -> anyhow::Result<Admin> {
    let home = ConsoleHome::at(&desk.directory().join("colleague"));
    let platform = &desk.platform;
    Admin::sign_in(
        platform.url(),
        platform.authority_fingerprint(),
        ADMIN,
        &platform.secrets().admin_password,
        &home.certificates(),
    )
}

/// Copies a folder as a file manager does: file by file, without hurry.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
