//! Columns to types and back. What does not parse was not written by this program.

use std::str::FromStr;

use keyfold_core::fingerprint::Fingerprint;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;

use crate::store::StoreError;

/// A column with an identifier.
pub(super) fn id<T: FromStr>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Damaged(column))
}

/// A column with an identifier or NULL.
pub(super) fn optional_id<T: FromStr>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Damaged(column)))
        .transpose()
}

/// A column with a time.
pub(super) fn time(row: &SqliteRow, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    from_unix(row.try_get(column)?, column)
}

/// A column with a time or NULL.
pub(super) fn optional_time(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<OffsetDateTime>, StoreError> {
    let seconds: Option<i64> = row.try_get(column)?;
    seconds
        .map(|seconds| from_unix(seconds, column))
        .transpose()
}

/// A column with a fingerprint.
pub(super) fn fingerprint(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Fingerprint, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes
        .try_into()
        .map(Fingerprint::from_bytes)
        .map_err(|_| StoreError::Damaged(column))
}

/// A column with a whole text.
pub(super) fn text(row: &SqliteRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

/// A count that fits.
pub(super) fn count(row: &SqliteRow, column: &'static str) -> Result<u32, StoreError> {
    let count: i64 = row.try_get(column)?;
    count.try_into().map_err(|_| StoreError::Damaged(column))
}

fn from_unix(seconds: i64, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| StoreError::Damaged(column))
}
