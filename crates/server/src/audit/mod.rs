//! The audit log: append-only, numbered without gaps, each entry chained to the one before by its hash.
//!
//! How an act gets there: a handler takes `Asked` as a parameter, says what it is about to do
//! (`asked.by(&user, Action::RenameScope).scope(guid)`) and hands that to the method of the store which does it, as its
//! last parameter. The store appends the entry within the transaction of the change: both are there, or neither.
//! Denials change nothing, so they are recorded on their own ([`denials`]): refusals with status 403 and of what
//! lies in a foreign scope without any help, others by calling `denials::record`. A new kind of act is a row in
//! `crates/api/src/audit/action.rs`.

mod asked;
pub mod chain;
pub mod denials;
pub mod verify;

pub(crate) use asked::Asked;
