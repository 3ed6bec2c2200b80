//! Postgres's `LISTEN`, on a connection of its own that is made again whenever it is lost.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgListener, PgNotification};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use url::Url;

use super::channel::{Incoming, NAME};

/// After so long without a notification the connection is asked whether it still lives.
const QUIET: Duration = Duration::from_secs(30);
/// How long it may take to say so.
const ANSWER: Duration = Duration::from_secs(10);
/// Between attempts to connect again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens from now on; what comes in goes to `incoming` until the task is aborted.
pub(super) async fn start(address: &Url, incoming: Incoming) -> sqlx::Result<AbortHandle> {
    let listener = connect(address).await?;
    let task = tokio::spawn(listen(address.clone(), listener, incoming));
    Ok(task.abort_handle())
}

async fn connect(address: &Url) -> sqlx::Result<PgListener> {
    let mut listener = PgListener::connect(address.as_str()).await?;
    listener.listen(NAME).await?;
    Ok(listener)
}

async fn listen(address: Url, mut listener: PgListener, incoming: Incoming) {
    loop {
        match next(&mut listener).await {
            Ok(Some(notification)) => incoming.deliver(notification.payload()),
            Ok(None) => incoming.resume(),
            Err(error) => {
                tracing::warn!(%error, "the database's notices are lost; connecting again");
                listener = connect_again(&address).await;
                tracing::info!("the database's notices come in again");
                incoming.resume();
            }
        }
    }
}

/// The next notification; none when the connection was lost and made again.
async fn next(listener: &mut PgListener) -> sqlx::Result<Option<PgNotification>> {
    loop {
        if let Ok(received) = timeout(QUIET, listener.try_recv()).await {
            return received;
        }
        timeout(ANSWER, listener.execute("SELECT 1"))
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??;
    }
}

async fn connect_again(address: &Url) -> PgListener {
    loop {
        match connect(address).await {
            Ok(listener) => return listener,
            Err(error) => {
                tracing::debug!(%error, "still no connection");
                sleep(PAUSE).await;
            }
        }
    }
}
