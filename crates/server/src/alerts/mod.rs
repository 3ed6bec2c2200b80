//! Alerts: what somebody should do something about, raised by rules that each scope can set for itself and all below it.
//!
//! A periodic look ([`Watch`]) compares what is so with what is raised: an alert is raised once for its cause, reaches the
//! further days of its rule, and closes itself when the cause is gone. Of several AccountServers on one database, one looks
//! at a time. Whoever is to know is told by the event stream at once, by webhook within seconds
//! ([`stream`](crate::stream)), and by mail together with everything else of the last hour (`post`).
//!
//! A new kind is a variant of `AlertKind`, a question for its causes in `AlertCauseStore`, and a line in [`Watch::look`].

mod digest;
mod mail;
mod post;
mod rules;
mod view;
mod watch;

pub use mail::{Mail, MailError, MailServer};
pub(crate) use rules::{check, described};
pub(crate) use view::views;
pub use watch::{Watch, watch};
