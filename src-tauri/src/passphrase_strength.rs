//! How strong a passphrase is, by zxcvbn, knowing what a guesser would know.

use zxcvbn::Score;
use zxcvbn::feedback::Feedback;

use crate::view::requests::PassphraseStrengthView;

/// Fewest characters of a passphrase that the Console accepts.
pub(crate) const MIN_CHARS: usize = 12;

/// Judges a passphrase. `known` are words that a guesser would try first: the scope's name, the user's.
#[must_use]
pub(crate) fn judge(passphrase: &str, known: &[&str]) -> PassphraseStrengthView {
    let words: Vec<&str> = known
        .iter()
        .flat_map(|name| name.split_whitespace())
        .chain(["keyfold"])
        .collect();
    let estimate = zxcvbn::zxcvbn(passphrase, &words);
    let feedback = estimate.feedback();
    PassphraseStrengthView {
        score: estimate.score().into(),
        crack_time: estimate
            .crack_times()
            .offline_slow_hashing_1e4_per_second()
            .to_string(),
        warning: feedback
            .and_then(Feedback::warning)
            .map(|warning| warning.to_string()),
        suggestions: feedback
            .map(|feedback| {
                feedback
                    .suggestions()
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            })
            .unwrap_or_default(),
        acceptable: estimate.score() >= Score::Three && passphrase.chars().count() >= MIN_CHARS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_and_hard_to_guess_passphrases_are_accepted() {
        assert!(judge("plinth-orbit-42-walrus-teacup", &[]).acceptable);
        assert!(!judge("x9#kQz!2pL", &[]).acceptable, "too short");
        assert!(!judge("passwordpassword", &[]).acceptable, "too easy");
        assert!(!judge("", &[]).acceptable);
    }

    #[test]
    fn the_name_of_the_scope_is_a_bad_passphrase() {
        let name = "Quilltharbor Brimwick";
        assert!(
            judge("quilltharborbrimwick", &[]).score > judge("quilltharborbrimwick", &[name]).score
        );
    }
}
