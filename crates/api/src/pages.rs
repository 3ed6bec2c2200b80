//! Pages: every route that lists takes `?limit=&cursor=` and answers a [`Page`]. Nothing is cut off silently: the list
//! goes on for as long as there is a `next`.

use serde::{Deserialize, Serialize};

/// Items on a page when nothing else is asked for.
pub const DEFAULT_LIMIT: u16 = 100;
/// Most items on a page; more is refused with `limit-refused`.
pub const MAX_LIMIT: u16 = 1000;

/// One page of a list.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most `limit` of them, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; none when the list ends here.
    pub next: Option<Cursor>,
}

/// Where a page of a list begins. Its text means something to the AccountServer only, and only for the list that it
/// came from; any other is refused with `cursor-refused`.
///
/// A page begins after the last item of the one before it, by the list's order: what is added or deleted meanwhile
/// neither repeats an item nor skips one.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor with this text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Its text, for a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which page of a list is wanted: the query of every route that lists.
#[cfg_attr(
    feature = "schema",
    derive(utoipa::IntoParams),
    into_params(parameter_in = Query)
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageQuery {
    /// 1 to [`MAX_LIMIT`] items; [`DEFAULT_LIMIT`] when absent.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// [`Page::next`] of the page before; absent for the first one.
    #[cfg_attr(feature = "schema", param(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}
