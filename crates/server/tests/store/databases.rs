//! The databases that lie beneath.

use keyfold_postgres::Cluster;
use keyfold_server::store::sql::SqlStore;
use sqlx::AnyPool;
use tempfile::TempDir;

/// Runs each test over `SQLite` and over Postgres. A test is `async fn name(store: impl Store)` beside it.
macro_rules! over_every_store {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $test() {
                    let (store, _directory) = $crate::databases::sqlite().await;
                    super::$test(store).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test($crate::databases::postgres().await).await;
                }
            )*
        }
    };
}

/// An empty store in a directory of its own.
pub(crate) async fn sqlite() -> (SqlStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("test.sqlite");
    (SqlStore::open(&file, true).await.unwrap(), directory)
}

/// An empty store in this test binary's cluster.
pub(crate) async fn postgres() -> SqlStore {
    let address = Cluster::shared().unwrap().database().unwrap();
    SqlStore::connect(&address).await.unwrap()
}

/// A store, and the database beneath it for whoever tampers with it.
pub(crate) struct Raw {
    pub(crate) store: SqlStore,
    pub(crate) database: AnyPool,
    _directory: Option<TempDir>,
}

pub(crate) mod raw {
    use super::*;

    pub(crate) async fn sqlite() -> Raw {
        let (store, directory) = super::sqlite().await;
        let file = directory.path().join("test.sqlite");
        let address = format!("sqlite://{}", file.display());
        Raw {
            store,
            database: AnyPool::connect(&address).await.unwrap(),
            _directory: Some(directory),
        }
    }

    pub(crate) async fn postgres() -> Raw {
        let address = Cluster::shared().unwrap().database().unwrap();
        Raw {
            store: SqlStore::connect(&address).await.unwrap(),
            database: AnyPool::connect(address.as_str()).await.unwrap(),
            _directory: None,
        }
    }
}
