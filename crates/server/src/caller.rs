//! Who asks: a signed-in person in their role, or an Agent. And which thing they ask for.

use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use keyfold_api::audit::{Action, By};
use keyfold_api::sessions::User;
use time::Duration;

use crate::audit::Asked;
use crate::audit::denials::{self, Who};
use crate::clock::token_hash;
use crate::refusal::Refusal;
use crate::rights::{self, Right};
use crate::state::Shared;
use crate::store::{AccountRow, Credential, CredentialEnd};

/// The use of a session is written down so often, and not at every question.
const SEEN_EVERY: Duration = Duration::minutes(1);

/// A person in a session, whatever their role, even before they set up a second factor that is demanded of them.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) user: User,
    /// What the database knows the session by.
    pub(crate) session: Vec<u8>,
    /// Whether they must set up a second factor before anything else.
    pub(crate) needs_second_factor: bool,
}

/// A person whose role allows `R`.
pub(crate) struct May<R> {
    /// Who.
    pub(crate) user: User,
    /// What the database knows the session by.
    pub(crate) session: Vec<u8>,
    right: PhantomData<R>,
}

/// An enrolled Agent, as the account it backs up for.
pub(crate) struct Agent(pub(crate) AccountRow);

/// The identifier in the path. One that does not parse names nothing, and is answered so.
pub(crate) struct Named<T>(pub(crate) T);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let session = token_hash(bearer(parts)?);
        let now = platform.now();
        let found = platform.store.session(&session, now).await?;
        let found = found.ok_or(Refusal::NotSignedIn)?;
        is(parts, By::User(found.user.name.clone()));
        if now - found.seen_at >= SEEN_EVERY {
            platform.store.touch_session(&session, now).await?;
        }
        Ok(Self {
            user: found.user,
            session,
            needs_second_factor: found.needs_second_factor,
        })
    }
}

impl<R: Right + Send> FromRequestParts<Shared> for May<R> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let caller = SignedIn::from_request_parts(parts, platform).await?;
        if caller.needs_second_factor {
            return Err(Refusal::NoSecondFactor);
        }
        if rights::may(caller.user.role, R::CAPABILITY) {
            Ok(Self {
                user: caller.user,
                session: caller.session,
                right: PhantomData,
            })
        } else {
            Err(Refusal::NotAllowed)
        }
    }
}

impl FromRequestParts<Shared> for Agent {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Refusal> {
        let credential = token_hash(bearer(parts)?);
        let (store, now) = (&platform.store, platform.now());
        let (account, end) = match store.credential(&credential, now).await? {
            Some(Credential::Works(account)) => {
                is(parts, By::Agent(account.id));
                return Ok(Self(account));
            }
            Some(Credential::Ended(account, end)) => (account, end),
            None => return Err(Refusal::NotSignedIn),
        };
        let refusal = match end {
            CredentialEnd::Superseded => Refusal::CredentialSuperseded,
            CredentialEnd::Revoked => Refusal::CredentialRevoked,
        };
        let act = Asked::of(&parts.extensions, now)
            .from(By::Agent(account), Action::UseEndedCredential)
            .account(account)
            .denied(refusal.code());
        denials::record(platform, act).await;
        Err(refusal)
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

/// Whether the bearer token is one that works.
pub(crate) async fn is_known(parts: &Parts, platform: &Shared) -> Result<bool, Refusal> {
    let token = token_hash(bearer(parts)?);
    let (store, now) = (&platform.store, platform.now());
    Ok(store.session(&token, now).await?.is_some()
        || matches!(
            store.credential(&token, now).await?,
            Some(Credential::Works(_))
        ))
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
