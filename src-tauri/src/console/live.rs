//! What changes on the platform while somebody is signed in, told to the pages as it changes.

use std::future::Future;
use std::sync::{Arc, Weak};

use keyfold_api::client::{ClientError, Events};
use keyfold_api::events::Event;

use super::Console;
use super::connection::is_session_over;
use crate::events::{Announcement, ConnectionChanged, PlatformChanged};

/// A stream of events that connects again by itself; a trait, so that it runs without a platform in tests.
trait Source: Send {
    /// Waits for the next event; after an error, for the time to connect again first.
    fn next(&mut self) -> impl Future<Output = Result<Event, ClientError>> + Send;
    /// Lets the next call connect without waiting.
    fn connect_now(&mut self);
}

impl Source for Events {
    async fn next(&mut self) -> Result<Event, ClientError> {
        Events::next(self).await
    }

    fn connect_now(&mut self) {
        Events::connect_now(self);
    }
}

/// Follows the platform for as long as there is a Console: one stream a session.
pub(crate) async fn follow_platform(console: Weak<Console>) {
    let Some(mut session) = console.upgrade().map(|it| it.session.subscribe()) else {
        return;
    };
    loop {
        let user = session.borrow_and_update().clone();
        let ended = async {
            match user {
                Some(user) => follow(&console, user.events()).await,
                None => std::future::pending().await,
            }
        };
        let changed = tokio::select! {
            () = ended => session.changed().await,
            changed = session.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
    }
}

/// How a stream stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// Events come.
    Live,
    /// It broke off, or never began: worth one attempt at once before anybody is told.
    Doubtful,
    /// The pages were told that it is lost. Whether an answer of the platform may still hurry the next attempt.
    Lost { may_hurry: bool },
}

/// Tells the pages what this stream says, until the session is over.
async fn follow(console: &Weak<Console>, mut events: impl Source) {
    let Some(answering) = console.upgrade().map(|it| Arc::clone(&it.answering)) else {
        return;
    };
    let mut stream = Stream::Doubtful;
    loop {
        let outcome = tokio::select! {
            outcome = events.next() => outcome,
            () = answering.notified(), if stream == (Stream::Lost { may_hurry: true }) => {
                // One attempt for each answer that showed that the platform is back, and that one is let finish.
                events.connect_now();
                stream = Stream::Lost { may_hurry: false };
                continue;
            }
        };
        let Some(console) = console.upgrade() else {
            return;
        };
        match outcome {
            Ok(event) => {
                if stream != Stream::Live {
                    console.tell(ConnectionChanged::Live);
                }
                stream = Stream::Live;
                tokio::spawn(Arc::clone(&console).notify_of(event.clone()));
                console.announce(Announcement::PlatformChanged(event.into()));
            }
            Err(error) if is_session_over(&error) => {
                console.session.send_replace(None);
                console.tell(ConnectionChanged::SignedOut);
                return;
            }
            Err(_) if stream == Stream::Live => {
                events.connect_now();
                stream = Stream::Doubtful;
            }
            Err(error) => {
                if stream == Stream::Doubtful {
                    console.tell(ConnectionChanged::Lost {
                        error: error.into(),
                    });
                }
                stream = Stream::Lost { may_hurry: true };
            }
        }
    }
}

impl Console {
    fn tell(&self, changed: ConnectionChanged) {
        self.announce(Announcement::ConnectionChanged(changed));
    }
}

impl From<Event> for PlatformChanged {
    fn from(event: Event) -> Self {
        let texts = |guids: Vec<_>| guids.iter().map(ToString::to_string).collect();
        match event {
            Event::Resync => Self::Everything,
            Event::ScopeChanged { scope, mut parents } => {
                parents.push(scope);
                Self::Scopes {
                    scopes: texts(parents),
                }
            }
            Event::RequestChanged { scope, .. } | Event::CertificateActivated { scope, .. } => {
                Self::Scopes {
                    scopes: texts(vec![scope]),
                }
            }
            Event::AccountChanged { groups, .. } => Self::Accounts {
                groups: texts(groups),
            },
            Event::KeysCaptured { scopes } => Self::Captures {
                scopes: texts(scopes),
            },
            Event::AlertsChanged { .. } => Self::Alerts,
        }
    }
}

#[cfg(test)]
mod tests;
