//! Distinguished names (RFC 5280 section 4.1.2.4), of which Keyfold writes and reads the common name alone.

use const_oid::db::rfc4519::COMMON_NAME;
use der::asn1::{Any, SetOfVec};
use der::{Decode as _, Encode as _};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::name::Name;

/// The most characters a common name may have (`ub-common-name`, RFC 5280 appendix A.1).
const MAX_CHARS: usize = 64;

/// Makes `CN=text`. A longer text ends in an ellipsis after 64 characters.
pub fn from_common_name(text: &str) -> der::Result<Name> {
    let text = if text.chars().count() > MAX_CHARS {
        text.chars().take(MAX_CHARS - 1).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    let value = Any::encode_from(&DirectoryString::Utf8String(text))?;
    let mut relative = SetOfVec::new();
    relative.insert(AttributeTypeAndValue {
        oid: COMMON_NAME,
        value,
    })?;
    Name::from_der(&vec![relative].to_der()?)
}

/// The common name, when there is exactly one and it is text.
#[must_use]
pub fn common_name(name: &Name) -> Option<String> {
    let mut names = name.iter().filter(|attribute| attribute.oid == COMMON_NAME);
    let (Some(only), None) = (names.next(), names.next()) else {
        return None;
    };
    let text = DirectoryString::try_from(&only.value).ok()?;
    Some(text.value().into_owned())
}

/// Whether people can read `text` as it is: not empty, no control characters and nothing that
/// reorders or hides its neighbours (Unicode bidirectional controls, zero-width characters).
#[must_use]
pub fn is_readable(text: &str) -> bool {
    !text.trim().is_empty()
        && !text
            .chars()
            .any(|character| character.is_control() || is_invisible(character))
}

/// The text with everything unreadable replaced, for terminals and messages.
#[must_use]
pub fn readable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() || is_invisible(character) {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
