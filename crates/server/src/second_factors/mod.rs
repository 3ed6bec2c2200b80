//! Second factors: TOTP (RFC 6238), with recovery codes for whoever lost the program that makes the codes. Each code is
//! accepted once. Secrets lie in the database sealed under a key of the servers'.

mod recovery_codes;
mod sealing_key;
mod totp;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::refusal::Refusal;
use crate::state::Platform;

pub(crate) use recovery_codes::{fresh as fresh_recovery_codes, hash as recovery_code_hash};
pub use sealing_key::{SealingKey, SealingKeyError};
pub(crate) use totp::{fresh as fresh_secret, shown, step};

/// Demands a code of a user who has a second factor. One that is right is used up.
pub(crate) async fn demand(
    platform: &Platform,
    user: &str,
    code: Option<&SecretString>,
) -> Result<(), Refusal> {
    let code = typed(code.ok_or(Refusal::SecondFactorRequired)?);
    let spent = match recovery_codes::hash(&code) {
        Some(hash) => platform.store.spend_recovery_code(user, &hash).await?,
        None => spend_step(platform, user, &code).await?,
    };
    if spent { Ok(()) } else { Err(Refusal::Code) }
}

/// A code as people type it: in groups, with hyphens or spaces between them.
pub(crate) fn typed(code: &SecretString) -> Zeroizing<String> {
    let code = code.expose_secret().chars();
    Zeroizing::new(code.filter(|c| !c.is_whitespace() && *c != '-').collect())
}

async fn spend_step(platform: &Platform, user: &str, code: &str) -> Result<bool, Refusal> {
    let row = platform.store.second_factor(user).await?;
    let Some(sealed) = row.and_then(|row| row.secret) else {
        return Ok(false);
    };
    let secret = platform.sealing_key.open(user, &sealed)?;
    match step(&secret, code, platform.now())? {
        Some(step) => Ok(platform.store.spend_step(user, step).await?),
        None => Ok(false),
    }
}
