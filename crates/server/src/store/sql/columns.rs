//! Columns to types and back. What does not parse was not written by this program.

use std::str::FromStr;

use keyfold_core::fingerprint::Fingerprint;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use crate::store::StoreError;

/// A column with an identifier.
pub(super) fn id<T: FromStr>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    parsed(row.try_get(column)?, column)
}

/// An identifier that came from this column.
pub(super) fn parsed<T: FromStr>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged(column))
}

/// A column with an identifier or NULL.
pub(super) fn optional_id<T: FromStr>(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| parsed(text, column)).transpose()
}

/// A column with a time.
pub(super) fn time(row: &AnyRow, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    from_unix(row.try_get(column)?, column)
}

/// A column with a time or NULL.
pub(super) fn optional_time(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<OffsetDateTime>, StoreError> {
    let seconds: Option<i64> = row.try_get(column)?;
    seconds
        .map(|seconds| from_unix(seconds, column))
        .transpose()
}

/// A column with a fingerprint.
pub(super) fn fingerprint(row: &AnyRow, column: &'static str) -> Result<Fingerprint, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes
        .try_into()
        .map(Fingerprint::from_bytes)
        .map_err(|_| StoreError::Damaged(column))
}

/// A column with a whole text.
pub(super) fn text(row: &AnyRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

/// A truth, which both databases give as a number: 0 or 1.
pub(super) fn flag(row: &AnyRow, column: &'static str) -> Result<bool, StoreError> {
    let flag: i64 = row.try_get(column)?;
    Ok(flag != 0)
}

/// A count that fits.
pub(super) fn count(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    let count: i64 = row.try_get(column)?;
    count.try_into().map_err(|_| StoreError::Damaged(column))
}

fn from_unix(seconds: i64, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| StoreError::Damaged(column))
}
