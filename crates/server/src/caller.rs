//! Who asks: a signed-in person in their role, or an Agent. And which thing they ask for.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use keyfold_api::audit::By;
use keyfold_api::sessions::{Role, User};

use crate::audit::denials::Who;
use crate::clock::token_hash;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::AccountRow;

/// A person of any role, with the hash of their session's token.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) user: User,
    /// What the database knows the session by.
    pub(crate) session: Vec<u8>,
}

/// A person who administers their scope.
pub(crate) struct Admin(pub(crate) User);

/// A person who decides about requests in their scope.
pub(crate) struct Officer(pub(crate) User);

/// An enrolled Agent, as the account it backs up for.
pub(crate) struct Agent(pub(crate) AccountRow);

/// The identifier in the path. One that does not parse names nothing, and is answered so.
pub(crate) struct Named<T>(pub(crate) T);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let session = token_hash(bearer(parts)?);
        let user = platform.store.session(&session, platform.now()).await?;
        let user = user.ok_or(Refusal::NotSignedIn)?;
        is(parts, By::User(user.name.clone()));
        Ok(Self { user, session })
    }
}

impl FromRequestParts<Shared> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        in_role(parts, platform, Role::Admin).await.map(Self)
    }
}

impl FromRequestParts<Shared> for Officer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        in_role(parts, platform, Role::Officer).await.map(Self)
    }
}

impl FromRequestParts<Shared> for Agent {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let account = platform
            .store
            .account_of_credential(&token_hash(bearer(parts)?))
            .await?;
        let account = account.ok_or(Refusal::NotSignedIn)?;
        is(parts, By::Agent(account.id));
        Ok(Self(account))
    }
}

impl<T: FromStr> FromRequestParts<Shared> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, platform)
            .await
            .map_err(|_| Refusal::NotFound)?;
        let (_, text) = params.iter().next().ok_or(Refusal::NotFound)?;
        text.parse().map(Self).map_err(|_| Refusal::NotFound)
    }
}

/// Something in the path, and something within it: `/scopes/{guid}/certificates/{fingerprint}/…`.
pub(crate) struct NamedWithin<A, B>(pub(crate) A, pub(crate) B);

impl<A: FromStr, B: FromStr> FromRequestParts<Shared> for NamedWithin<A, B> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, platform)
            .await
            .map_err(|_| Refusal::NotFound)?;
        let mut texts = params.iter().map(|(_, text)| text);
        let (outer, inner) = (texts.next(), texts.next());
        let outer = outer.and_then(|text| text.parse().ok());
        let inner = inner.and_then(|text| text.parse().ok());
        Ok(Self(
            outer.ok_or(Refusal::NotFound)?,
            inner.ok_or(Refusal::NotFound)?,
        ))
    }
}

async fn in_role(parts: &mut Parts, platform: &Shared, role: Role) -> Result<User, Refusal> {
    let SignedIn { user, .. } = SignedIn::from_request_parts(parts, platform).await?;
    if user.role == role {
        Ok(user)
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the bearer token is one that works.
pub(crate) async fn is_known(parts: &Parts, platform: &Shared) -> Result<bool, Refusal> {
    let token = token_hash(bearer(parts)?);
    let (store, now) = (&platform.store, platform.now());
    Ok(store.session(&token, now).await?.is_some()
        || store.account_of_credential(&token).await?.is_some())
}

/// Tells the audit log who asks, should this be denied.
fn is(parts: &Parts, by: By) {
    if let Some(who) = parts.extensions.get::<Who>() {
        who.is(by);
    }
}

/// The bearer token.
pub(crate) fn bearer(parts: &Parts) -> Result<&str, Refusal> {
    parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .ok_or(Refusal::NotSignedIn)
}
