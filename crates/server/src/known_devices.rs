//! Devices from which somebody signed in before: whoever guesses their password elsewhere does not make them wait there.

use keyfold_api::sessions::SignIn;
use time::Duration;
use zeroize::Zeroizing;

use crate::attempts::Trying;
use crate::clock::token_hash;
use crate::refusal::Refusal;
use crate::state::Platform;

/// A device that nobody signed in from for so long is a stranger's again.
const LIFE: Duration = Duration::days(90);
/// So many devices of a user are known.
const MOST: u32 = 20;

/// The device that somebody signs in from.
pub(crate) struct Device {
    /// Whose attempts these are.
    pub(crate) trying: Trying,
    token: Option<Zeroizing<String>>,
}

impl Device {
    /// A device that the user signed in from before, or a stranger's.
    pub(crate) async fn of(platform: &Platform, sign_in: &SignIn) -> Result<Self, Refusal> {
        if let Some(token) = &sign_in.device {
            let hash = token_hash(token);
            let since = platform.now() - LIFE;
            let store = &platform.store;
            if store.knows_device(&hash, &sign_in.user, since).await? {
                return Ok(Self {
                    trying: Trying::Device(hash),
                    token: Some(token.clone()),
                });
            }
        }
        Ok(Self {
            trying: Trying::Stranger(sign_in.user.clone()),
            token: None,
        })
    }

    /// Remembers that the user signed in from it; answers the token that tells it.
    pub(crate) async fn remembered(
        self,
        platform: &Platform,
        user: &str,
    ) -> Result<Zeroizing<String>, Refusal> {
        let token = self.token.unwrap_or_else(|| platform.entropy.token());
        let hash = token_hash(&token);
        let store = &platform.store;
        store
            .remember_device(&hash, user, MOST, platform.now())
            .await?;
        Ok(token)
    }
}
