//! Recovery codes: 80 random bits each, base32 (RFC 4648 §6), of which the database has the hashes.

use rand::Rng as _;
use totp_rs::Secret;
use zeroize::Zeroizing;

use crate::clock::{Entropy, token_hash};

/// How many a user gets.
const CODES: usize = 10;
/// Bytes of each.
const BYTES: usize = 10;
/// Characters of each, without hyphens.
const CHARACTERS: usize = BYTES * 8 / 5;
/// Characters between hyphens.
const GROUP: usize = 4;

/// New codes, as people read them: `abcd-efgh-ijkl-mnop`.
pub(crate) fn fresh(entropy: &Entropy) -> Vec<Zeroizing<String>> {
    let code = || {
        let mut bytes = Zeroizing::new([0; BYTES]);
        entropy.draw(|rng| rng.fill_bytes(&mut *bytes));
        let text = Zeroizing::new(Secret::new(Box::from(&bytes[..])).to_base32());
        let mut code = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
        for (at, character) in text.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                code.push('-');
            }
            code.push(character.to_ascii_lowercase());
        }
        code
    };
    std::iter::repeat_with(code).take(CODES).collect()
}

/// What the database keeps of a code, given without hyphens and in either case; none when it has not the form of one.
pub(crate) fn hash(code: &str) -> Option<Vec<u8>> {
    let has_form = code.len() == CHARACTERS
        && code
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'2'..=b'7'));
    has_form.then(|| token_hash(&Zeroizing::new(code.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::second_factors::typed;

    #[test]
    fn a_code_is_known_by_its_hash_however_it_is_typed() {
        let codes = fresh(&Entropy::from_seed(1));
        assert_eq!(codes.len(), CODES);
        for code in &codes {
            assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4]);
            let hash_of = |text: &str| hash(&typed(&SecretString::from(text)));
            let expected = hash_of(code).unwrap();
            let shouted = code.to_uppercase().replace('-', " ");
            assert_eq!(hash_of(&shouted).unwrap(), expected);
            assert_eq!(codes.iter().filter(|other| *other == code).count(), 1);
        }
        assert_eq!(hash("123456"), None, "six digits are of the other kind");
    }
}
