//! A file that is not the certificate is refused, with what is wrong with it.

use std::fs;

use keyfold_api::pages::PageQuery;
use keyfold_core::id::ScopeKind;
use keyfold_tests::window::Theme;

use crate::desk::journey;
use crate::ward::{GROUP, PASSPHRASE, Ward};

#[test]
fn a_wrong_certificate_is_refused_in_plain_words() -> anyhow::Result<()> {
    journey("wrong-certificate", Theme::Light, |desk| {
        let admin = desk.sign_in()?;
        let ward = Ward::open(desk, &admin)?;
        let root = admin.root()?;
        let other = admin.create_scope(ScopeKind::Group, "Riverside Clinic", root.guid)?;
        desk.platform.certify(&admin, &other, PASSPHRASE)?;
        let folder = admin.certificates().path().join(other.guid.to_string());
        let window = &desk.session;
        window.role("button", "Refresh")?.click()?;
        desk.session.unfold_tree_to(GROUP)?;

        desk.session
            .choose(GROUP, &["Upload signed certificate…"])?;
        let text = desk.directory().join("letter.pem");
        fs::write(&text, "Dear colleague, the certificate is attached.")?;
        desk.answer_dialogs_with(&text)?;
        window.role("button", "Choose file…")?.click()?;
        window.shows("letter.pem")?;
        window.role("button", "Check certificate")?.click()?;
        window.shows("This certificate can’t be uploaded")?;

        window.role("button", "Back")?.click()?;
        let foreign = certificate_in(&folder)?;
        desk.answer_dialogs_with(&foreign)?;
        window.role("button", "Choose file…")?.click()?;
        window.shows("certificate.pem")?;
        window.role("button", "Check certificate")?.click()?;
        window.shows("This certificate can’t be uploaded")?;
        window.shows("The certificate is for “Riverside Clinic”")?;
        anyhow::ensure!(
            admin
                .ask(|user| user.certificates(ward.group.guid, PageQuery::default()))?
                .items
                .is_empty(),
            "something was uploaded"
        );
        Ok(())
    })
}

fn certificate_in(folder: &std::path::Path) -> anyhow::Result<std::path::PathBuf> {
    for entry in fs::read_dir(folder)? {
        let certificate = entry?.path().join("certificate.pem");
        if certificate.exists() {
            return Ok(certificate);
        }
    }
    anyhow::bail!("{} holds no certificate", folder.display());
}
