//! axe-core on every page and dialog of the real window, light and dark.

use keyfold_tests::window::Theme;

use crate::desk::{Desk, journey};
use crate::ward::{GROUP, PASSPHRASE, Ward};

#[test]
fn every_page_and_dialog_is_accessible_in_light() -> anyhow::Result<()> {
    journey("accessible-light", Theme::Light, look_at_everything)
}

#[test]
fn every_page_and_dialog_is_accessible_in_dark() -> anyhow::Result<()> {
    journey("accessible-dark", Theme::Dark, look_at_everything)
}

/// What a Group's menu leads to, and the dialog's name.
const DIALOGS: [(&str, &str); 6] = [
    ("Request Group Certificate…", "Renew Group Certificate"),
    ("Upload signed certificate…", "Upload"),
    ("Recover encryption key…", "Recover"),
    ("Share…", "Share"),
    ("New Account…", "New"),
    ("Rename…", "Rename"),
];

fn look_at_everything(desk: &Desk) -> anyhow::Result<()> {
    let window = &desk.session;
    window.role("button", "Sign in")?;
    window.is_accessible("sign in")?;
    let admin = desk.sign_in()?;
    let ward = Ward::open(desk, &admin)?;
    ward.first()?.back_up()?;
    window.role("button", "Refresh")?.click()?;
    desk.session.unfold_tree_to(GROUP)?;
    window.role_beginning("treeitem", GROUP)?.click()?;
    window.shows("No Group Certificate yet")?;
    window.is_accessible("a Group without a certificate")?;

    desk.platform.certify(&admin, &ward.group, PASSPHRASE)?;
    window.role("button", "Refresh")?.click()?;
    window.shows("Active certificate")?;
    window.is_accessible("a Group with a certificate")?;
    for tab in ["Accounts", "Certificates"] {
        window.role_beginning("tab", tab)?.click()?;
        window.is_accessible(tab)?;
    }
    for page in ["nav-folders", "nav-requests"] {
        window.test_id(page)?.click()?;
        window.is_accessible(page)?;
    }
    desk.session.choose(
        GROUP,
        &["Reports", "Group Certificates Active", "Run Report"],
    )?;
    window.role("heading", "Group Certificates Active")?;
    window.is_accessible("report")?;

    for (item, dialog) in DIALOGS {
        desk.session.choose(GROUP, &[item])?;
        window.role_beginning("dialog", dialog)?;
        window.is_accessible(item)?;
        window.press("Escape")?;
        window.test_id("tree")?;
    }
    Ok(())
}
