//! What was measured, as a table: the figure, its yardstick from the same run, the ratio, and what was promised.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// One measurement.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    /// What was measured, with its letter in front.
    pub(crate) what: String,
    /// How much.
    pub(crate) figure: f64,
    /// Of what: "keys/s".
    pub(crate) unit: String,
    /// What it is held against, measured in the same run.
    pub(crate) yardstick: Option<Yardstick>,
    /// What was promised.
    pub(crate) promise: Promise,
}

/// What a figure is held against.
#[derive(Serialize, Deserialize)]
pub(crate) struct Yardstick {
    /// In the figure's unit.
    pub(crate) figure: f64,
    /// What it is: "raw OAEP-4096 × 2 cores".
    pub(crate) what: String,
}

/// What a figure must be.
#[derive(Serialize, Deserialize)]
pub(crate) enum Promise {
    /// Figure ÷ yardstick is at least this.
    RatioAtLeast(f64),
    /// The figure is at most this.
    AtMost(f64),
    /// Nothing: for information.
    Nothing,
}

impl Row {
    /// Figure ÷ yardstick.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let yardstick = self.yardstick.as_ref()?;
        Some(self.figure / yardstick.figure)
    }

    /// Whether the promise is kept.
    pub(crate) fn holds(&self) -> bool {
        match self.promise {
            Promise::RatioAtLeast(least) => self.ratio().is_some_and(|ratio| ratio >= least),
            Promise::AtMost(most) => self.figure <= most,
            Promise::Nothing => true,
        }
    }
}

/// One line a row, in columns.
pub(crate) fn lines(rows: &[Row]) -> String {
    let mut lines = format!(
        "{:<46} {:>22} {:>46} {:>6}  {}\n",
        "measured", "figure", "yardstick", "ratio", "promised"
    );
    for row in rows {
        let yardstick = row
            .yardstick
            .as_ref()
            .map(|it| format!("{} ({})", number(it.figure), it.what));
        let ratio = row.ratio().map(|ratio| format!("{ratio:.2}"));
        let promise = match row.promise {
            Promise::RatioAtLeast(least) => format!("ratio at least {least}"),
            Promise::AtMost(most) => format!("at most {} {}", number(most), row.unit),
            Promise::Nothing => String::new(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            lines,
            "{:<46} {:>22} {:>46} {:>6}  {promise}{}",
            row.what,
            format!("{} {}", number(row.figure), row.unit),
            yardstick.unwrap_or_default(),
            ratio.unwrap_or_default(),
            if row.holds() { "" } else { ": NOT KEPT" },
        );
    }
    lines
}

fn number(figure: f64) -> String {
    let decimals = if figure < 100.0 { 2 } else { 0 };
    format!("{figure:.decimals$}")
}
