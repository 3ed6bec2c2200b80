//! Names that others chose, as people may be shown them: on pages, in mail, in notifications.

use std::fmt::Write as _;

/// Characters of a name that are shown; the platform's names are shorter.
const LONGEST: usize = 250;

/// The name with every character named that cannot be seen or that reorders what stands beside it, and with the end of a
/// very long one left out. Who holds such a name is told so, and nobody is misled by it.
#[must_use]
pub fn shown(name: &str) -> String {
    shown_but(name, |_| false, LONGEST)
}

/// A reason as [`shown`] shows a name, with its lines.
#[must_use]
pub fn shown_lines(text: &str) -> String {
    shown_but(text, |character| character == '\n', 10 * LONGEST)
}

fn shown_but(text: &str, keeps: fn(char) -> bool, longest: usize) -> String {
    let is_blank = text.trim().is_empty();
    let mut shown = String::with_capacity(text.len().min(longest));
    for (position, character) in text.chars().enumerate() {
        if position == longest {
            shown.push('…');
            break;
        }
        if is_blank || (misleads(character) && !keeps(character)) {
            // Writing to a string cannot fail.
            write!(shown, "‹U+{:04X}›", u32::from(character)).ok();
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Controls, overrides and marks of direction (UAX #9), and what has no width. The joiners are left alone: Persian and
/// emoji are written with them.
fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "St. Anna, Radiology",
            "Städtisches Klinikum",
            "מרפאה",
            "می‌خواهم",
            "👩‍⚕️ 🏥",
            "<b>&amp;",
        ] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(shown("ab\u{202e}gpj.exe"), "ab‹U+202E›gpj.exe");
        assert_eq!(shown("Rad\u{200b}iology"), "Rad‹U+200B›iology");
        assert_eq!(shown("\u{3000} "), "‹U+3000›‹U+0020›");
        assert_eq!(shown("a\nb\u{7}"), "a‹U+000A›b‹U+0007›");
        assert_eq!(shown_lines("a\nb\u{7}"), "a\nb‹U+0007›");
    }

    #[test]
    fn of_a_very_long_name_the_beginning_is_shown() {
        let long = shown(&"x".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert!(long.ends_with('…'));
    }
}
