//! Numbers for Prometheus. No label names a person, an account or a scope.

use std::fmt;
use std::time::Duration;

use keyfold_api::jobs::{JobKind, JobState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the latency histogram, seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Why a key was captured.
pub(crate) const AFTER_BACKUP: &str = "backup";
pub(crate) const ON_UPLOAD: &str = "upload";

/// An answered question: the route as a template, never as it was asked.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Answered {
    pub(crate) method: &'static str,
    pub(crate) route: String,
    pub(crate) status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

/// One of a few words that the program itself knows.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Labelled {
    pub(crate) of: &'static str,
}

/// A job that ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EndedJob {
    kind: &'static str,
    state: &'static str,
}

type Counters = Family<Labelled, Counter>;
pub(crate) type Gauges = Family<Labelled, Gauge>;

/// All numbers. What counts is counted where it happens; what is measured is set when somebody asks.
pub(crate) struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
    /// Refusals, by their problem code.
    pub(crate) refusals: Counters,
    /// Connections that are open.
    pub(crate) connections: Gauge,
    /// Connections that were turned away or cut off, by reason.
    pub(crate) connections_cut: Counters,
    /// Measured: keys in the cache.
    pub(crate) cached_keys: Gauge,
    /// Measured: bytes of locked memory that keys take up, `used` and `most`.
    pub(crate) cache_bytes: Gauges,
    /// Measured: keys wiped from memory, by reason.
    pub(crate) evictions: Counters,
    /// Keys that were captured, after their `backup` or on the `upload` of a certificate.
    captured_keys: Counters,
    /// Measured: captures on upload that are `running`, and that ended last as `failed`.
    pub(crate) captures: Gauges,
    /// The number of the last entry that a sink was sent.
    pub(crate) sent: Gauges,
    /// Failures to send entries to a sink, or alerts by mail.
    pub(crate) sending_failures: Counters,
    /// Jobs that this server is at.
    pub(crate) jobs_running: Gauge,
    /// Jobs that ended here, by kind and state.
    jobs: Family<EndedJob, Counter>,
    /// Measured: connections to the database, `used` and `idle`.
    pub(crate) database_connections: Gauges,
    /// Measured: password checks, `running` and `waiting`.
    pub(crate) password_checks: Gauges,
    /// Measured: when certificates end, Unix seconds, `tls` and `capture`.
    pub(crate) certificate_not_after: Gauges,
    /// Measured: whether the newest files are refused, `tls` and `capture`.
    pub(crate) certificate_refused: Gauges,
    /// Measured: the revocation list, Unix seconds, `this-update` and `next-update`.
    pub(crate) revocation_list: Gauges,
}

impl Metrics {
    /// Counts one answer.
    pub(crate) fn answered(&self, answer: &Answered, took: Duration) {
        let asked = Asked {
            method: answer.method,
            route: answer.route.clone(),
        };
        self.seconds
            .get_or_create(&asked)
            .observe(took.as_secs_f64());
        self.answered.get_or_create(answer).inc();
    }

    /// Counts captured keys.
    pub(crate) fn captured(&self, of: &'static str, keys: u32) {
        self.captured_keys
            .get_or_create(&Labelled { of })
            .inc_by(keys.into());
    }

    /// Counts an attempt at a job.
    pub(crate) fn job_ended(&self, kind: JobKind, state: JobState) {
        let ended = EndedJob {
            kind: kind.name(),
            state: state.name(),
        };
        self.jobs.get_or_create(&ended).inc();
    }

    /// All numbers in the text format of `OpenMetrics` 1.0.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("keyfold"),
            answered: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            refusals: Family::default(),
            connections: Gauge::default(),
            connections_cut: Family::default(),
            cached_keys: Gauge::default(),
            cache_bytes: Family::default(),
            evictions: Family::default(),
            captured_keys: Family::default(),
            captures: Family::default(),
            sent: Family::default(),
            sending_failures: Family::default(),
            jobs_running: Gauge::default(),
            jobs: Family::default(),
            database_connections: Family::default(),
            password_checks: Family::default(),
            certificate_not_after: Family::default(),
            certificate_refused: Family::default(),
            revocation_list: Family::default(),
        };
        metrics.register();
        // So that the first one is a change, not a beginning.
        for of in [AFTER_BACKUP, ON_UPLOAD] {
            drop(metrics.captured_keys.get_or_create(&Labelled { of }));
        }
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("http_requests", "Answered questions", self.answered.clone());
        all.register(
            "http_request_duration_seconds",
            "How long answers took",
            self.seconds.clone(),
        );
        all.register(
            "refusals",
            "Refusals by problem code",
            self.refusals.clone(),
        );
        all.register("connections", "Open connections", self.connections.clone());
        all.register(
            "connections_cut",
            "Connections turned away or cut off, by reason",
            self.connections_cut.clone(),
        );
        all.register("cached_keys", "Keys in the cache", self.cached_keys.clone());
        all.register(
            "cache_bytes",
            "Bytes that keys in the cache take up, and may",
            self.cache_bytes.clone(),
        );
        all.register(
            "evictions",
            "Keys wiped from memory, by reason",
            self.evictions.clone(),
        );
        all.register(
            "captured_keys",
            "Keys captured, after their backup or on an upload",
            self.captured_keys.clone(),
        );
        all.register(
            "captures",
            "Captures on upload, running and failed",
            self.captures.clone(),
        );
        all.register(
            "jobs_running",
            "Jobs that this server is at",
            self.jobs_running.clone(),
        );
        all.register(
            "jobs",
            "Jobs that ended here, by kind and state; waiting is for another attempt",
            self.jobs.clone(),
        );
        all.register(
            "sent",
            "The last audit entry that a receiver was sent",
            self.sent.clone(),
        );
        all.register(
            "sending_failures",
            "Failures to send the audit log to a receiver",
            self.sending_failures.clone(),
        );
        all.register(
            "database_connections",
            "Connections to the database, used and idle",
            self.database_connections.clone(),
        );
        all.register(
            "password_checks",
            "Password checks, running and waiting",
            self.password_checks.clone(),
        );
        all.register(
            "certificate_not_after_timestamp_seconds",
            "When the certificate in use ends",
            self.certificate_not_after.clone(),
        );
        all.register(
            "certificate_refused",
            "Whether the newest certificate files are refused and older ones in use",
            self.certificate_refused.clone(),
        );
        all.register(
            "revocation_list_timestamp_seconds",
            "When the revocation list was made and when it runs out",
            self.revocation_list.clone(),
        );
    }
}
