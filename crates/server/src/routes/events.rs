//! `GET /events`: what changes, as it happens.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse;
use futures_util::stream::Stream;
use keyfold_api::events::Event;

use crate::caller::May;
use crate::events;
use crate::refusal::Refusal;
use crate::rights::SeeTree;
use crate::state::Shared;

/// What changes, as far as the asker may see it, until their session ends.
///
/// The first event is `resync`, and each comes as JSON in `data`. A comment every 15 seconds shows that the stream lives.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "follow_events",
    tag = "events",
    security(("session" = ["SeeTree"])),
    responses((status = 200, description = "Server-sent events.", body = Event, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["too-many-streams"]))),
)]
pub(super) async fn follow(
    State(platform): State<Shared>,
    caller: May<SeeTree>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>> + use<>>, Refusal> {
    events::follow(&platform, &caller.user, caller.session)
        .await
        .map(Sse::new)
}
