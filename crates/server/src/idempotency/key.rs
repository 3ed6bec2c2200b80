//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

use axum::http::HeaderMap;

use crate::refusal::Refusal;

const HEADER: &str = "idempotency-key";
const MAX_CHARACTERS: usize = 128;
/// Without a bearer token, the key is what keeps the stored answer from being guessed: 22 characters of base64url have 128
/// bits, and a UUID has 36 characters.
const MIN_CHARACTERS_ALONE: usize = 22;

/// A key of the caller's choice for one question.
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key among the headers; none when there is none.
    pub(super) fn of(headers: &HeaderMap, has_bearer: bool) -> Result<Option<Self>, Refusal> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().map_err(|_| Refusal::IdempotencyKey)?;
        let least = if has_bearer { 1 } else { MIN_CHARACTERS_ALONE };
        let is_key = (least..=MAX_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && values.next().is_none();
        if is_key {
            Ok(Some(Self(text.to_owned())))
        } else {
            Err(Refusal::IdempotencyKey)
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
