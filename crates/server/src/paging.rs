//! Pages of lists: `?limit=&cursor=` in, [`Page`] out.
//!
//! A route that lists takes [`Paging`] as its last argument, asks the store for that slice, and answers the part:
//!
//! ```text
//! pub(super) async fn list(…, paging: Paging) -> Result<Answer<Page<Thing>>, Refusal> {
//!     let part = platform.store.things(scope, paging.slice()?).await?;
//!     page(part, view).map(Answer)
//! }
//! ```
//!
//! The store's method takes a [`Slice`] of the list's [`Position`] (`Newest` by row number, `ByName`, or one of its own),
//! asks the database for `slice.and_one()` rows beyond `slice.after` by an index in that order, and lets `sql::part` cut
//! them. The query of the page is [`PageQuery`](keyfold_api::pages::PageQuery).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::pages::{Cursor, DEFAULT_LIMIT, MAX_LIMIT, Page};
use url::form_urlencoded;

use crate::refusal::Refusal;
use crate::store::{Part, Position, Slice};

/// Which page of a list is asked for.
pub(crate) struct Paging {
    limit: u16,
    cursor: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut paging = Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
        };
        let query = parts.uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => paging.limit = limit(&value).ok_or(Refusal::Limit)?,
                "cursor" => paging.cursor = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(paging)
    }
}

fn limit(text: &str) -> Option<u16> {
    let limit = text.parse().ok()?;
    (1..=MAX_LIMIT).contains(&limit).then_some(limit)
}

impl Paging {
    /// What to ask the store for.
    pub(crate) fn slice<P: Position>(&self) -> Result<Slice<P>, Refusal> {
        let after = match &self.cursor {
            Some(cursor) => position(cursor).ok_or(Refusal::Cursor)?,
            None => P::default(),
        };
        Ok(Slice {
            after,
            limit: self.limit,
        })
    }
}

/// The answer to a question for a page.
pub(crate) fn page<T, P: Position, A>(
    part: Part<T, P>,
    view: impl FnMut(T) -> A,
) -> Result<Page<A>, Refusal> {
    Ok(Page {
        items: part.rows.into_iter().map(view).collect(),
        next: part.next.as_ref().map(cursor).transpose()?,
    })
}

fn cursor<P: Position>(position: &P) -> Result<Cursor, Refusal> {
    let json = serde_json::to_vec(position)
        .map_err(|_| Refusal::Internal("a place in a list has no text form"))?;
    Ok(Cursor::new(URL_SAFE_NO_PAD.encode(json)))
}

fn position<P: Position>(cursor: &str) -> Option<P> {
    let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let position: P = serde_json::from_slice(&json).ok()?;
    position.is_plausible().then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ByName, Newest};

    #[test]
    fn a_cursor_leads_back_to_its_place_and_into_no_other_list() {
        let place = ByName {
            name: "ü “x” 🦦".to_owned(),
            id: "1".to_owned(),
        };
        let text = cursor(&place).unwrap();
        assert_eq!(position::<ByName>(text.as_str()), Some(place));
        assert_eq!(position::<Newest>(text.as_str()), None);
    }

    #[test]
    fn what_was_never_a_cursor_is_refused() {
        let forged = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for text in [
            String::new(),
            "!".to_owned(),
            forged("{}"),
            forged(r#"{"seq":-1}"#),
            forged(r#"{"seq":1,"more":1}"#),
        ] {
            assert_eq!(position::<Newest>(&text), None, "{text}");
        }
        let nul = forged(r#"{"name":"a\u0000b","id":""}"#);
        assert_eq!(position::<ByName>(&nul), None);
    }

    #[test]
    fn a_limit_is_a_number_within_bounds() {
        for (text, expected) in [
            ("1", Some(1)),
            ("1000", Some(1000)),
            ("0", None),
            ("1001", None),
            ("-1", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(limit(text), expected, "{text}");
        }
    }
}
