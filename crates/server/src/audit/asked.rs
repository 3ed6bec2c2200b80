use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::User;
use time::OffsetDateTime;

use crate::state::Shared;

/// When and from where somebody asks: what every act of theirs begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    at: OffsetDateTime,
    from: Option<IpAddr>,
}

impl Asked {
    /// Of a request with these extensions, now.
    pub(crate) fn of(extensions: &Extensions, at: OffsetDateTime) -> Self {
        let from = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip().to_canonical());
        Self { at, from }
    }

    /// From where.
    pub(crate) fn address(self) -> Option<IpAddr> {
        self.from
    }

    /// An act of a signed-in person.
    pub(crate) fn by(self, user: &User, action: Action) -> Act {
        self.from(By::User(user.name.clone()), action)
    }

    /// An act of somebody who has not proved who they are.
    pub(crate) fn nobody(self, action: Action) -> Act {
        self.from(By::Nobody, action)
    }

    /// An act of whoever this is: an account's Agent, for instance.
    pub(crate) fn from(self, by: By, action: Action) -> Act {
        Act {
            from: self.from,
            ..Act::new(self.at, by, action)
        }
    }
}

impl FromRequestParts<Shared> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, platform: &Shared) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, platform.now()))
    }
}
