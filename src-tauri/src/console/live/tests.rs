//! A stream that does what the test says, and what the pages are told.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use keyfold_api::problem::Problem;
use keyfold_core::id::ScopeGuid;
use tokio::time::timeout;

use super::*;
use crate::error::codes;
use crate::tests::fake_desktop::Stage;

/// What a stream does next.
enum Step {
    Tells(Event),
    Fails(ClientError),
    /// Nothing, until it is let connect.
    Waits,
}
use Step::{Fails, Tells, Waits};

/// Takes one step after the other; then nothing happens any more.
#[derive(Clone)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    hurried: Arc<Mutex<usize>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: Arc::new(Mutex::new(steps.into_iter().collect())),
            hurried: Arc::default(),
        }
    }

    fn hurried(&self) -> usize {
        *self.hurried.lock().unwrap()
    }
}

impl Source for Script {
    async fn next(&mut self) -> Result<Event, ClientError> {
        let step = {
            let mut steps = self.steps.lock().unwrap();
            match steps.front() {
                Some(Waits) | None => None,
                Some(_) => steps.pop_front(),
            }
        };
        match step {
            Some(Tells(event)) => Ok(event),
            Some(Fails(error)) => Err(error),
            Some(Waits) | None => std::future::pending().await,
        }
    }

    fn connect_now(&mut self) {
        *self.hurried.lock().unwrap() += 1;
        let mut steps = self.steps.lock().unwrap();
        if matches!(steps.front(), Some(Waits)) {
            steps.pop_front();
        }
    }
}

fn unreachable() -> ClientError {
    ClientError::Unreachable {
        server: "https://backups.example.org/".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

fn not_signed_in() -> ClientError {
    ClientError::Problem(Problem {
        kind: "about:blank".to_owned(),
        code: "not-signed-in".to_owned(),
        title: "Not signed in".to_owned(),
        status: 401,
        detail: None,
    })
}

/// What the pages are told by a stream that does this, until nothing more happens.
async fn told(stage: &Stage, script: &Script) -> Vec<String> {
    let console = Arc::downgrade(&stage.console);
    let following = follow(&console, script.clone());
    // Time is the runtime's: it is over as soon as nobody has anything to do.
    timeout(Duration::from_mins(1), following).await.ok();
    announced(stage)
}

fn announced(stage: &Stage) -> Vec<String> {
    let announced = stage.desktop.announced.lock().unwrap();
    announced
        .iter()
        .map(|announcement| match announcement {
            Announcement::PlatformChanged(PlatformChanged::Everything) => "everything".to_owned(),
            Announcement::PlatformChanged(other) => format!("{other:?}"),
            Announcement::ConnectionChanged(ConnectionChanged::Live) => "live".to_owned(),
            Announcement::ConnectionChanged(ConnectionChanged::Lost { error }) => {
                format!("lost: {}", error.code)
            }
            Announcement::ConnectionChanged(ConnectionChanged::SignedOut) => "over".to_owned(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_said_once_and_taken_back() {
    let stage = Stage::new();
    let script = Script::new([
        Tells(Event::Resync),
        Fails(unreachable()),
        Fails(unreachable()),
        Fails(unreachable()),
        Tells(Event::Resync),
    ]);
    let said = told(&stage, &script).await;
    let lost = format!("lost: {}", codes::PLATFORM_UNREACHABLE);
    assert_eq!(said, ["live", "everything", &lost, "live", "everything"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_only_began_anew_is_no_loss() {
    let stage = Stage::new();
    let script = Script::new([
        Tells(Event::Resync),
        Fails(unreachable()),
        Tells(Event::Resync),
    ]);
    let said = told(&stage, &script).await;
    assert_eq!(said, ["live", "everything", "live", "everything"]);
    assert_eq!(script.hurried(), 1, "tried again at once");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_ends_it() {
    let stage = Stage::new();
    let script = Script::new([
        Tells(Event::Resync),
        Fails(unreachable()),
        Fails(not_signed_in()),
        Tells(Event::Resync),
    ]);
    let said = told(&stage, &script).await;
    assert_eq!(said, ["live", "everything", "over"]);
    assert!(stage.console.session.borrow().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_platform_hurries_the_stream() {
    let stage = Stage::new();
    let script = Script::new([
        Fails(unreachable()),
        Waits,
        Fails(unreachable()),
        Waits,
        Tells(Event::Resync),
    ]);
    let console = Arc::downgrade(&stage.console);
    let following = follow(&console, script.clone());
    let answers = async {
        loop {
            stage.console.answered(Ok(())).unwrap();
            tokio::task::yield_now().await;
            if announced(&stage).contains(&"everything".to_owned()) {
                return;
            }
        }
    };
    tokio::select! {
        () = following => {}
        () = answers => {}
    }
    assert_eq!(script.hurried(), 2);
}

#[test]
fn events_name_what_to_fetch_again() {
    let mut rng = rand::rng();
    let (scope, parent) = (ScopeGuid::random(&mut rng), ScopeGuid::random(&mut rng));
    let moved = Event::ScopeChanged {
        scope,
        parents: vec![parent],
    };
    let scopes = vec![parent.to_string(), scope.to_string()];
    assert_eq!(
        PlatformChanged::from(moved),
        PlatformChanged::Scopes { scopes }
    );
    assert_eq!(
        PlatformChanged::from(Event::Resync),
        PlatformChanged::Everything
    );
}
