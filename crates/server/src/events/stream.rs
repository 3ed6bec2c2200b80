//! One stream: notices of the store, as far as its reader may see them at that moment.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse;
use futures_util::stream::{Stream, unfold};
use keyfold_api::events::Event;
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::ScopeGuid;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Open;
use crate::access;
use crate::refusal::Refusal;
use crate::rights::{self, Capability};
use crate::state::Shared;
use crate::store::{Notice, Notices};

/// So often a stream shows that it lives, and looks whether its session does.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Everything that changes from now on, for whoever is in this session.
pub(crate) async fn follow(
    platform: &Shared,
    user: &User,
    session: Vec<u8>,
) -> Result<impl Stream<Item = Result<sse::Event, Infallible>> + use<>, Refusal> {
    let open = platform.streams.open(&user.name)?;
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, as the first event does.
    heartbeat.tick().await;
    let following = Following {
        notices: platform.store.notices().await?,
        platform: platform.clone(),
        session,
        heartbeat,
        _open: open,
        is_new: true,
    };
    Ok(unfold(following, |mut following| async move {
        let said = following.next().await?;
        Some((Ok(said), following))
    }))
}

/// What a stream waits for.
struct Following {
    platform: Shared,
    session: Vec<u8>,
    notices: Notices,
    heartbeat: Interval,
    /// Counts it as long as it is open.
    _open: Open,
    is_new: bool,
}

impl Following {
    /// Waits for what is to be said next; `None` ends the stream.
    async fn next(&mut self) -> Option<sse::Event> {
        if std::mem::take(&mut self.is_new) {
            return said(&Event::Resync);
        }
        let lifecycle = self.platform.operation.lifecycle.clone();
        loop {
            let notice = tokio::select! {
                biased;
                () = lifecycle.closed() => return None,
                told = self.notices.next() => Some(told?.notice),
                _ = self.heartbeat.tick() => None,
            };
            // Rights may have changed since: whoever lost them, or whose database fails, hears nothing more.
            let user = self.user().await.ok()??;
            let Some(notice) = notice else {
                return Some(sse::Event::default().comment("still here"));
            };
            if let Some(event) = self.seen(&user, notice).await.ok()? {
                return said(&event);
            }
        }
    }

    /// Whose session it is, with the rights they have now; none when it ended.
    async fn user(&self) -> Result<Option<User>, Refusal> {
        let now = self.platform.now();
        let found = self.platform.store.session(&self.session, now).await?;
        Ok(found.map(|found| found.user))
    }

    /// What this user may know of it.
    async fn seen(&self, user: &User, notice: Notice) -> Result<Option<Event>, Refusal> {
        if notice == Notice::Resumed {
            return Ok(Some(Event::Resync));
        }
        if !may_hear(user.role, &notice) {
            return Ok(None);
        }
        let visible = self.visible(user, notice.scopes()).await?;
        if visible.is_empty() {
            return Ok(None);
        }
        let kept = |mut scopes: Vec<ScopeGuid>| {
            scopes.retain(|scope| visible.contains(scope));
            scopes
        };
        Ok(match notice {
            Notice::ScopeChanged { scope, parents } => Some(Event::ScopeChanged {
                scope,
                parents: kept(parents),
            }),
            Notice::AccountChanged { account, groups } => Some(Event::AccountChanged {
                account,
                groups: kept(groups),
            }),
            Notice::KeysCaptured { scopes } => Some(Event::KeysCaptured {
                scopes: kept(scopes),
            }),
            Notice::AlertsChanged { scopes } => Some(Event::AlertsChanged {
                scopes: kept(scopes),
            }),
            Notice::RequestChanged { request, scope } => {
                Some(Event::RequestChanged { request, scope })
            }
            Notice::CertificateActivated { scope, certificate } => {
                Some(Event::CertificateActivated { scope, certificate })
            }
            Notice::SessionsRevoked { .. } | Notice::Resumed => None,
        })
    }

    async fn visible(
        &self,
        user: &User,
        scopes: Vec<ScopeGuid>,
    ) -> Result<Vec<ScopeGuid>, Refusal> {
        let mut visible = Vec::new();
        for scope in scopes {
            match access::scope(&self.platform, user, scope).await {
                Ok(_) => visible.push(scope),
                Err(Refusal::NotFound | Refusal::Foreign(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(visible)
    }
}

/// Whether the role may see what the notice is about.
fn may_hear(role: Role, notice: &Notice) -> bool {
    let seen = match notice {
        Notice::ScopeChanged { .. } | Notice::CertificateActivated { .. } => Capability::SeeTree,
        Notice::AccountChanged { .. } | Notice::KeysCaptured { .. } => Capability::SeeAccounts,
        Notice::AlertsChanged { .. } => Capability::SeeReports,
        Notice::RequestChanged { .. } => Capability::SeeRequests,
        Notice::SessionsRevoked { .. } | Notice::Resumed => return false,
    };
    rights::may(role, seen)
}

fn said(event: &Event) -> Option<sse::Event> {
    // Every event has a JSON form of one line.
    sse::Event::default().json_data(event).ok()
}
