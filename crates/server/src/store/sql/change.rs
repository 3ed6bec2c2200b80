//! A transaction that tells the others what it changed.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, Transaction};

use super::channel::Channel;
use super::marks::Marks;
use crate::store::Notice;

/// A transaction, and what goes out when it is committed.
pub(super) struct Change {
    transaction: Transaction<'static, Any>,
    channel: Channel,
    notices: Vec<Notice>,
}

impl Change {
    pub(super) fn new(transaction: Transaction<'static, Any>, channel: Channel) -> Self {
        Self {
            transaction,
            channel,
            notices: Vec::new(),
        }
    }

    /// Whether others may write at the same time.
    pub(super) fn is_among_many(&self) -> bool {
        self.channel.is_between_processes()
    }

    /// How statements with many parameters name them here.
    pub(super) fn marks(&self) -> Marks {
        if self.is_among_many() {
            Marks::Numbered
        } else {
            Marks::Plain
        }
    }

    /// Everybody is told when this is committed, and never otherwise.
    pub(super) fn tell(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// Makes the change durable, then known.
    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        self.channel
            .notify(&mut self.transaction, &self.notices)
            .await?;
        self.transaction.commit().await?;
        self.channel.tell_here(self.notices);
        Ok(())
    }
}

impl Deref for Change {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}
