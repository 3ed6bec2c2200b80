//! borg asks one command for the passphrase that opens a repository and for the new one: the answers come in turn.
//!
//! What is kept, `turns.json`, is how often it was asked, and no secret.

use anyhow::bail;

use crate::key_file::Slot;
use crate::state::{StateDirectory, StateError};

const FILE: &str = "turns.json";

/// The next question is the first.
pub(crate) fn begin(state: &StateDirectory) -> Result<(), StateError> {
    state.write(FILE, &0_u8)
}

/// Nothing is answered in turn any more.
pub(crate) fn end(state: &StateDirectory) -> Result<(), StateError> {
    state.remove(FILE)
}

/// Whose turn it is: the present key's, then the next one's.
pub(crate) fn take(state: &StateDirectory) -> anyhow::Result<Slot> {
    let (slot, turn) = match state.read::<u8>(FILE)? {
        Some(0) => (Slot::Present, 1),
        Some(1) => (Slot::Next, 2),
        _ => bail!("borg asks for the passphrase more often than expected; nothing was changed"),
    };
    state.write(FILE, &turn)?;
    Ok(slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_key_answers_first_and_the_next_one_second() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDirectory::at(Some(directory.path().to_owned())).unwrap();
        assert!(take(&state).is_err());
        begin(&state).unwrap();
        assert_eq!(take(&state).unwrap(), Slot::Present);
        assert_eq!(take(&state).unwrap(), Slot::Next);
        assert!(take(&state).is_err());
        begin(&state).unwrap();
        assert_eq!(take(&state).unwrap(), Slot::Present);
        end(&state).unwrap();
        assert!(take(&state).is_err());
    }
}
