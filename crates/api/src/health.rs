//! Whether an AccountServer lives and is ready, for load balancers and monitoring.

use serde::{Deserialize, Serialize};

/// `GET /healthz`: the process answers.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Always true: a dead process says nothing.
    pub alive: bool,
}

/// `GET /readyz`: whether questions should be sent here; status 200 when they should, 503 when not.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// Whether every check passed.
    pub ready: bool,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// One thing that an AccountServer needs to be ready.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `lifecycle`, `database`, `revocation-list`, `capture-signer` or `tls-certificate`.
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// A word on it, for people.
    pub detail: String,
}
