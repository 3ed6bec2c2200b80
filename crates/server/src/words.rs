//! Names and reasons that people write: kept byte for byte, or refused.

use crate::refusal::Refusal;

const NAME_CHARS: usize = 200;
const REASON_CHARS: usize = 1000;

/// A name: 1 to 200 characters, no control characters.
pub(crate) fn name(name: &str) -> Result<(), Refusal> {
    let fits = (1..=NAME_CHARS).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Refusal::Name)
    }
}

/// A reason: 1 to 1000 characters, not blank, no control characters but line breaks and tabs.
pub(crate) fn reason(reason: &str) -> Result<(), Refusal> {
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let fits = reason.chars().count() <= REASON_CHARS && !reason.trim().is_empty();
    if fits && reason.chars().all(readable) {
        Ok(())
    } else {
        Err(Refusal::Reason)
    }
}
