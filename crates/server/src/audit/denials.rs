//! Denials: written before the refusal is answered, and bounded, so that refused questions cannot fill the disk.
//!
//! The first of a kind within a minute is written at once. Others of the same caller, action and route are counted, and
//! the count is written when the minute is over. A killed process loses such a count, never the first.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use keyfold_api::audit::{Act, Action, By};
use keyfold_core::id::ScopeGuid;
use time::{Duration, OffsetDateTime};

use super::Asked;
use crate::state::{Platform, Shared};

/// Repeats within this time are counted.
const WINDOW: Duration = Duration::minutes(1);
/// So many kinds are told apart within a window; what goes beyond counts as one kind.
const KINDS: usize = 1000;
/// The name of the detail that says which route was asked.
const ROUTE: &str = "route";

/// What makes two denials alike.
type Kind = (By, Option<IpAddr>, Action, Option<String>, Option<String>);

/// Denials of the last minute.
#[derive(Default)]
pub struct Denials(Mutex<HashMap<Kind, Window>>);

struct Window {
    began: OffsetDateTime,
    last: Act,
    repeats: u32,
}

/// Who asks, once an extractor knows: for the entry of a denial.
#[derive(Clone, Default)]
pub(crate) struct Who(Arc<OnceLock<By>>);

/// In a response: this is a denial.
#[derive(Clone, Copy)]
pub(crate) struct Denied {
    /// The code of the refusal.
    pub(crate) why: &'static str,
    /// The scope it was about, where that is known.
    pub(crate) scope: Option<ScopeGuid>,
}

impl Who {
    /// The first one who is named counts.
    pub(crate) fn is(&self, by: By) {
        self.0.get_or_init(|| by);
    }
}

impl Denials {
    /// What is to be written now: the denial itself, unless one of its kind was within the last minute.
    fn count(&self, mut act: Act) -> Option<Act> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KINDS && !windows.contains_key(&kind(&act)) {
            act = Act::new(act.at, By::System, Action::Ask).denied("too-many-callers");
        }
        let kind = kind(&act);
        if let Some(window) = windows.get_mut(&kind) {
            window.repeats = window.repeats.saturating_add(1);
            window.last = act;
            return None;
        }
        let window = Window {
            began: act.at,
            last: act.clone(),
            repeats: 0,
        };
        windows.insert(kind, window);
        Some(act)
    }

    /// Counts whose minute is over; they are forgotten here.
    fn over(&self, now: OffsetDateTime) -> Vec<Act> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows
            .extract_if(|_, window| now - window.began >= WINDOW)
            .filter(|(_, window)| window.repeats > 0)
            .map(|(_, window)| Act {
                repeats: Some(window.repeats),
                ..window.last
            })
            .collect()
    }
}

/// Records a denial, or counts it if one of its kind was recorded within the last minute.
pub(crate) async fn record(platform: &Platform, act: Act) {
    if let Some(act) = platform.denials.count(act) {
        write(platform, &act).await;
    }
}

/// Writes the counts of denials whose minute is over; with `all`, the others too.
pub async fn write_counts(platform: &Platform, all: bool) {
    let ahead = if all { WINDOW } else { Duration::ZERO };
    for act in platform.denials.over(platform.now() + ahead) {
        write(platform, &act).await;
    }
}

/// Records every refusal that is [`Denied`], whatever route it comes from.
pub(crate) async fn recorded(
    State(platform): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = Asked::of(request.extensions(), platform.now());
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let who = Who::default();
    request.extensions_mut().insert(who.clone());
    let response = next.run(request).await;
    if let Some(denied) = response.extensions().get::<Denied>() {
        let by = who.0.get().cloned().unwrap_or(By::Nobody);
        let path = path.as_ref().map_or("", MatchedPath::as_str);
        let mut act = asked
            .from(by, Action::Ask)
            .denied(denied.why)
            .with(ROUTE, format_args!("{method} {path}"));
        act.scope = denied.scope;
        record(&platform, act).await;
    }
    response
}

fn kind(act: &Act) -> Kind {
    let route = act.detail.get(ROUTE).cloned();
    (
        act.by.clone(),
        act.from,
        act.action,
        act.user.clone(),
        route,
    )
}

/// The refusal stands even if it cannot be recorded.
async fn write(platform: &Platform, act: &Act) {
    if let Err(error) = platform.store.record(act).await {
        tracing::error!(action = %act.action, by = %act.by, %error, "a denial could not be recorded");
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn denial(user: &str, at: OffsetDateTime) -> Act {
        Act::new(at, By::User(user.to_owned()), Action::Ask).denied("not-allowed")
    }

    #[test]
    fn the_first_is_written_and_repeats_are_counted() {
        let denials = Denials::default();
        assert!(denials.count(denial("ann", NOW)).is_some());
        assert!(denials.count(denial("bob", NOW)).is_some());
        let later = NOW + Duration::seconds(59);
        for _ in 0..7 {
            assert_eq!(denials.count(denial("ann", later)), None);
        }
        assert_eq!(denials.over(later), []);
        let counted = denials.over(NOW + WINDOW);
        let expected = Act {
            repeats: Some(7),
            ..denial("ann", later)
        };
        assert_eq!(counted, [expected], "bob did not repeat himself");
        assert!(denials.count(denial("ann", NOW + WINDOW)).is_some());
    }

    #[test]
    fn ever_new_callers_count_as_one() {
        let denials = Denials::default();
        let callers = (0..10 * KINDS).map(|number| denial(&number.to_string(), NOW));
        let written = callers.filter_map(|act| denials.count(act)).count();
        assert_eq!(written, KINDS + 1);
        assert_eq!(denials.over(NOW + WINDOW).len(), 1);
    }
}
