//! The router in this process: every route, its answers as snapshots, and what it refuses.

mod backups;
mod harness;
mod hostile;
mod people;
mod recoveries;
mod requests;
mod rights;
mod tree;
mod uploads;
