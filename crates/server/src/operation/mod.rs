//! How it runs: numbers for monitoring, files that are read again, the way to the end.

mod lifecycle;
mod metrics;
mod renewable;

use std::sync::Arc;

pub(crate) use lifecycle::Lifecycle;
pub(crate) use metrics::{AFTER_BACKUP, Answered, Gauges, Labelled, Metrics, ON_UPLOAD};
pub(crate) use renewable::Renewable;

use crate::tls::TlsIdentity;

/// What only those care about who keep the AccountServer running.
#[derive(Default)]
pub struct Operation {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) lifecycle: Lifecycle,
    /// None in a test that speaks no TLS.
    pub(crate) tls: Option<Arc<TlsIdentity>>,
}
