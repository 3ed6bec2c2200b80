//! How notices travel: over a channel within the process, by `NOTIFY` and `LISTEN` between processes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AnyPool, query, query_scalar};
use tokio::sync::OnceCell;
use tokio::sync::broadcast::{Sender, channel};
use tokio::task::AbortHandle;
use url::Url;

use super::listening;
use crate::store::{Notice, Notices, StoreError, Told};

/// The channel's name in Postgres.
pub(super) const NAME: &str = "keyfold";
/// So many may wait for a slow listener before it is told to look at everything again.
const ROOM: usize = 1024;
/// How long captured keys are collected before they are told: `NOTIFY` lets transactions commit one after the other
/// only, which Agents' traffic does not bear.
const COLLECTING: Duration = Duration::from_millis(500);
/// So many GUIDs fit into the 8000 bytes of a notification, with room to spare.
pub(super) const GUIDS: usize = 100;

/// A notice on its way between processes.
#[derive(Serialize, Deserialize)]
struct Message {
    /// Which process sent it.
    by: String,
    notice: Notice,
}

/// The way of notices into and out of this process.
#[derive(Clone)]
pub(super) struct Channel(Arc<Ends>);

struct Ends {
    here: Sender<Told>,
    /// None with `SQLite`, which one process alone serves from.
    postgres: Option<Postgres>,
    captured: Mutex<BTreeSet<ScopeGuid>>,
}

struct Postgres {
    address: Url,
    /// What the others know this process by.
    me: String,
    listening: OnceCell<Listening>,
}

/// Ends with the store.
struct Listening(AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Channel {
    /// Within this process.
    pub(super) fn here() -> Self {
        Self::new(None)
    }

    /// Between all processes on this database.
    pub(super) async fn between(address: &Url, pool: &AnyPool) -> sqlx::Result<Self> {
        let me = query_scalar("SELECT gen_random_uuid()::text")
            .fetch_one(pool)
            .await?;
        Ok(Self::new(Some(Postgres {
            address: address.clone(),
            me,
            listening: OnceCell::new(),
        })))
    }

    fn new(postgres: Option<Postgres>) -> Self {
        Self(Arc::new(Ends {
            here: channel(ROOM).0,
            postgres,
            captured: Mutex::default(),
        }))
    }

    /// Whether other processes may use the database.
    pub(super) fn is_between_processes(&self) -> bool {
        self.0.postgres.is_some()
    }

    /// Everything from now on. The first to ask on Postgres waits until it listens.
    pub(super) async fn notices(&self) -> Result<Notices, StoreError> {
        let notices = Notices::new(self.0.here.subscribe());
        if let Some(postgres) = &self.0.postgres {
            let listen = || async {
                let incoming = Incoming {
                    here: self.0.here.clone(),
                    me: postgres.me.clone(),
                };
                let listening = listening::start(&postgres.address, incoming).await?;
                Ok::<_, sqlx::Error>(Listening(listening))
            };
            postgres.listening.get_or_try_init(listen).await?;
        }
        Ok(notices)
    }

    /// Sends to the other processes, and through Postgres back to this one, when the transaction is committed.
    pub(super) async fn notify(
        &self,
        connection: &mut AnyConnection,
        notices: &[Notice],
    ) -> sqlx::Result<()> {
        let Some(postgres) = &self.0.postgres else {
            return Ok(());
        };
        for notice in notices {
            let message = Message {
                by: postgres.me.clone(),
                notice: notice.clone(),
            };
            let message = serde_json::to_string(&message)
                .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
            query("SELECT pg_notify($1, $2)")
                .bind(NAME)
                .bind(message)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Tells this process, where no other is.
    pub(super) fn tell_here(&self, notices: Vec<Notice>) {
        if self.0.postgres.is_none() {
            for notice in notices {
                // Nobody may be listening.
                let _ = self.0.here.send(Told {
                    notice,
                    elsewhere: false,
                });
            }
        }
    }

    /// Coverage in these scopes changed; everybody is told soon.
    pub(super) fn captured(&self, pool: &AnyPool, scopes: impl IntoIterator<Item = ScopeGuid>) {
        let mut captured = self
            .0
            .captured
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let first = captured.is_empty();
        captured.extend(scopes);
        if first && !captured.is_empty() {
            let (channel, pool) = (self.clone(), pool.clone());
            tokio::spawn(async move {
                tokio::time::sleep(COLLECTING).await;
                if let Err(error) = channel.tell_captured(&pool).await {
                    tracing::warn!(%error, "Consoles learn late which keys were captured");
                }
            });
        }
    }

    async fn tell_captured(&self, pool: &AnyPool) -> sqlx::Result<()> {
        let captured = {
            let mut captured = self
                .0
                .captured
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *captured)
        };
        let captured: Vec<ScopeGuid> = captured.into_iter().collect();
        let notices = captured.chunks(GUIDS).map(|scopes| Notice::KeysCaptured {
            scopes: scopes.to_vec(),
        });
        let notices: Vec<Notice> = notices.collect();
        if self.0.postgres.is_some() {
            self.notify(&mut *pool.acquire().await?, &notices).await?;
        }
        self.tell_here(notices);
        Ok(())
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        formatter.debug_struct("Channel").finish_non_exhaustive()
    }
}

/// Where Postgres's notifications come in.
pub(super) struct Incoming {
    here: Sender<Told>,
    me: String,
}

impl Incoming {
    /// Passes a notice on. One that a newer version sent is not for this one.
    pub(super) fn deliver(&self, message: &str) {
        let Ok(message) = serde_json::from_str::<Message>(message) else {
            tracing::debug!("a notice that this version does not know");
            return;
        };
        let elsewhere = message.by != self.me;
        self.send(message.notice, elsewhere);
    }

    /// Says that some may be lost.
    pub(super) fn resume(&self) {
        self.send(Notice::Resumed, true);
    }

    fn send(&self, notice: Notice, elsewhere: bool) {
        // Nobody may be listening.
        let _ = self.here.send(Told { notice, elsewhere });
    }
}
