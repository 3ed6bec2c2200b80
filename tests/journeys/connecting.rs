//! The first start: an address, a fingerprint, and a platform that must prove itself.

use keyfold_tests::window::Theme;

use crate::desk::Desk;

#[test]
fn a_platform_with_another_authority_is_not_trusted() -> anyhow::Result<()> {
    let desk = Desk::prepare(Theme::Light)?.open()?;
    let told = || {
        let window = &desk.session;
        let address = desk.platform.url().to_string();
        window.role("textbox", "Platform address")?.fill(&address)?;
        let authority = window.role("textbox", "Authority fingerprint")?;
        authority.fill(&"ab".repeat(32))?;
        window.role("button", "Connect")?.click()?;
        window.role_beginning("alert", "")?;

        let fingerprint = desk.platform.authority_fingerprint().grouped();
        window
            .role("textbox", "Authority fingerprint")?
            .fill(&fingerprint)?;
        window.role("button", "Connect")?.click()?;
        window.shows(&format!("Sign in to {}", desk.platform.name()))?;

        window.role("textbox", "Name")?.fill("ada")?;
        window
            .role("textbox", "Password")?
            .fill("not her password")?;
        window.role("button", "Sign in")?.click()?;
        window.role_beginning("alert", "")?;
        desk.sign_in().map(drop)
    };
    desk.keep_picture_of_failure("connecting", told())
}
