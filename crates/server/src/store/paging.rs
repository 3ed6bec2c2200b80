//! Parts of lists, one after another by the last row's place in the list's order: no row is read to be skipped.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<P> {
    /// The last row before it; the default stands before every row.
    pub after: P,
    /// At most so many rows.
    pub limit: u16,
}

impl<P: Default> Slice<P> {
    /// The first rows of a list.
    #[must_use]
    pub fn first(limit: u16) -> Self {
        Self {
            after: P::default(),
            limit,
        }
    }
}

impl<P> Slice<P> {
    /// What to say to `LIMIT`: one row more than is wanted shows whether the list goes on.
    #[must_use]
    pub fn and_one(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// Rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T, P> {
    /// In the list's order.
    pub rows: Vec<T>,
    /// What to ask for the next part after; none when the list ends here.
    pub next: Option<P>,
}

impl<T, P> Part<T, P> {
    /// No rows.
    #[must_use]
    pub fn none() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }
}

/// A row's place in the order of a list; the default is the place before the first row. It travels in cursors, so that
/// it holds nothing that whoever reads the row may not see.
pub trait Position: Default + Serialize + DeserializeOwned {
    /// Whether this program could have made it: cursors come back from outside.
    fn is_plausible(&self) -> bool;
}

/// By row number, newest first: `seq < $n ORDER BY seq DESC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newest {
    /// The row's number.
    pub seq: i64,
}

impl Default for Newest {
    fn default() -> Self {
        Self { seq: i64::MAX }
    }
}

impl Position for Newest {
    fn is_plausible(&self) -> bool {
        self.seq > 0
    }
}

/// By name, and by identifier where names are equal: `(name, id) > ($n, $m) ORDER BY name, id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByName {
    /// The row's name.
    pub name: String,
    /// Its identifier.
    pub id: String,
}

impl Position for ByName {
    fn is_plausible(&self) -> bool {
        !self
            .name
            .chars()
            .chain(self.id.chars())
            .any(char::is_control)
    }
}
