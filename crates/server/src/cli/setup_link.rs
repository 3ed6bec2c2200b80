//! The setup link: what a start prints while nobody can sign in.

use anyhow::Context as _;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::clock::token_hash;
use crate::state::Platform;
use crate::store::{Conflict, StoreError};

/// How long the link works.
const LIFE: Duration = Duration::days(1);

/// Prints a link with which the first platform admin is made, in place of the one before. On a platform with users it
/// prints nothing.
pub(super) async fn print(platform: &Platform) -> anyhow::Result<()> {
    let token = platform.entropy.token();
    let expires_at = platform.now() + LIFE;
    let kept = platform
        .store
        .keep_setup_link(&token_hash(&token), expires_at)
        .await;
    match kept {
        Err(StoreError::Conflict(Conflict::AlreadySetUp)) => return Ok(()),
        kept => kept.context("the setup link was not kept")?,
    }
    let mut link = platform.public_url.join("setup")?;
    link.set_fragment(Some(&token));
    println!(
        "set up with {link}, once, until {}",
        expires_at.format(&Rfc3339)?
    );
    Ok(())
}
