//! How a statement names many parameters.

use std::fmt::Write as _;

/// How a statement names its parameters, which stand in it in the order of their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// `$1, $2`, which both databases read.
    Numbered,
    /// `?, ?`, for `SQLite` alone: it finds a name among thousands by looking at all that stand before it.
    Plain,
}

impl Marks {
    /// `($1, $2), ($3, $4)` for two rows of two columns.
    pub(super) fn list(self, text: &mut String, rows: usize, columns: usize) {
        for number in 1..=rows * columns {
            text.push_str(match number {
                1 => "(",
                _ if (number - 1).is_multiple_of(columns) => "), (",
                _ => ", ",
            });
            // Writing to a String cannot fail.
            let _ = match self {
                Self::Numbered => write!(text, "${number}"),
                Self::Plain => text.write_char('?'),
            };
        }
        text.push(')');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_rows() {
        for (marks, expected) in [
            (Marks::Numbered, "($1, $2, $3), ($4, $5, $6)"),
            (Marks::Plain, "(?, ?, ?), (?, ?, ?)"),
        ] {
            let mut text = String::new();
            marks.list(&mut text, 2, 3);
            assert_eq!(text, expected);
        }
    }
}
