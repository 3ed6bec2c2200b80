//! Names that others chose, as pages may show them.

pub(crate) use keyfold_core::names::{shown, shown_lines};
