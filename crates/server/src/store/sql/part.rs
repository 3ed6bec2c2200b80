//! Rows to parts of lists.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::store::{Newest, Part, StoreError};

/// Keeps `limit` of the rows, of which one more was asked for, and notes where the list goes on.
pub(super) fn part<T, P>(
    mut rows: Vec<AnyRow>,
    limit: u16,
    position: impl Fn(&AnyRow) -> Result<P, StoreError>,
    read: impl Fn(&AnyRow) -> Result<T, StoreError>,
) -> Result<Part<T, P>, StoreError> {
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let last = rows.last().filter(|_| more);
    Ok(Part {
        next: last.map(position).transpose()?,
        rows: rows.iter().map(read).collect::<Result<_, _>>()?,
    })
}

/// The place of a row that has its number.
pub(super) fn newest(row: &AnyRow) -> Result<Newest, StoreError> {
    Ok(Newest {
        seq: row.try_get("seq")?,
    })
}

/// `$1, $2, …`: parameters for a list of so many.
pub(super) fn list(length: usize) -> String {
    let parameters: Vec<String> = (1..=length).map(|number| format!("${number}")).collect();
    parameters.join(", ")
}
