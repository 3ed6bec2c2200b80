//! Tables as comma-separated values (RFC 4180), for spreadsheets that do not trust what they open.

/// The table, with a byte order mark by which spreadsheets know that it is UTF-8.
pub(crate) fn write(rows: &[Vec<String>]) -> String {
    let mut csv = String::from('\u{feff}');
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    }
    csv
}

/// A cell in quotation marks. One that a spreadsheet would calculate is made text by an apostrophe, unless it is a number.
fn quoted(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let apostrophe = if is_formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> String {
        let owned = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        write(&rows.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn every_cell_comes_back_as_it_was() {
        assert_eq!(
            table(&[&["Group", "Days left"], &["St. \"Anna\", Radiology", "-3"]]),
            "\u{feff}\"Group\",\"Days left\"\r\n\"St. \"\"Anna\"\", Radiology\",\"-3\"\r\n"
        );
    }

    #[test]
    fn a_name_is_no_formula() {
        for name in [
            "=HYPERLINK(\"https://evil.example\")",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
        ] {
            assert!(table(&[&[name]]).starts_with("\u{feff}\"'"), "{name}");
        }
    }
}
