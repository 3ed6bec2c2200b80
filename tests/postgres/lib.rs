//! A Postgres for tests: each test binary starts its own, each test takes a new database in it.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! let address = keyfold_postgres::Cluster::shared()?.database()?;
//! # Ok(())
//! # }
//! ```

mod cluster;
mod programs;

pub use cluster::Cluster;
pub use programs::Programs;
