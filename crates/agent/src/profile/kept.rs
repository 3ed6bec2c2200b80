//! The profile as it lies in the Agent's directory: `repository.json`. It holds no secret.

use serde::{Deserialize, Serialize};

use super::Profile;
use crate::state::{StateDirectory, StateError};

const FILE: &str = "repository.json";
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    #[serde(flatten)]
    profile: Profile,
}

/// The profile; none when no repository was adopted.
pub(crate) fn read(state: &StateDirectory) -> Result<Option<Profile>, StateError> {
    match state.read::<Stored>(FILE)? {
        Some(stored) if stored.version != VERSION => Err(state.damaged(FILE)),
        stored => Ok(stored.map(|stored| stored.profile)),
    }
}

/// Replaces the profile.
pub(crate) fn write(state: &StateDirectory, profile: &Profile) -> Result<(), StateError> {
    let stored = Stored {
        version: VERSION,
        profile: profile.clone(),
    };
    state.write(FILE, &stored)
}
