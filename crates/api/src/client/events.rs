//! Following what changes: `GET /events`, connected again whenever the connection is lost.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::Response;
use secrecy::SecretString;
use tokio::time::{sleep, timeout};

use super::ClientError;
use super::transport::Transport;
use crate::events::Event;

/// The AccountServer says something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);
/// Before the first attempt to connect again; doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Bytes of one line; an event's is far shorter.
const MAX_LINE: usize = 1 << 20;

/// What changes on an AccountServer, as [`UserClient::events`](super::UserClient::events) begins it.
#[derive(Debug)]
pub struct Events {
    transport: Transport,
    token: SecretString,
    stream: Option<Stream>,
    pause: Duration,
}

impl Events {
    pub(super) fn new(transport: Transport, token: SecretString) -> Self {
        Self {
            transport,
            token,
            stream: None,
            pause: Duration::ZERO,
        }
    }

    /// Waits for the next event. [`Event::Resync`] comes first, and again after each connection that was lost.
    ///
    /// After an error, the next call waits (1 second, then twice as long each time, a minute at most) and connects again.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `not-signed-in` when the session ended: then there is no use in asking again.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            sleep(self.pause).await;
            self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            let response = timeout(SILENCE, self.transport.stream(&["events"], &self.token))
                .await
                .map_err(|_| self.transport.unreachable("no answer in time"))??;
            self.stream.insert(Stream::new(response))
        };
        let outcome = stream.next(&self.transport).await;
        match &outcome {
            Ok(_) => self.pause = Duration::ZERO,
            Err(_) => self.stream = None,
        }
        if outcome.is_err() {
            self.pause = self.pause.max(FIRST_PAUSE);
        }
        outcome
    }

    /// After an error, lets the next call connect without waiting: the AccountServer answers again.
    pub fn connect_now(&mut self) {
        self.pause = Duration::ZERO;
    }
}

/// One connection's events.
#[derive(Debug)]
struct Stream {
    response: Response,
    lines: Lines,
}

impl Stream {
    fn new(response: Response) -> Self {
        Self {
            response,
            lines: Lines::default(),
        }
    }

    async fn next(&mut self, transport: &Transport) -> Result<Event, ClientError> {
        loop {
            if let Some(data) = self.lines.event() {
                // What a newer AccountServer says, this version looks at by looking at everything.
                return Ok(serde_json::from_str(&data).unwrap_or(Event::Resync));
            }
            let chunk = timeout(SILENCE, self.response.chunk())
                .await
                .map_err(|_| transport.unreachable("nothing was heard for a while"))?
                .map_err(|error| transport.unanswered(error).error)?
                .ok_or_else(|| transport.unreachable("the stream of events ended"))?;
            self.lines.take(&chunk);
            if self.lines.rest.len() > MAX_LINE {
                return Err(transport.protocol(&"an event without an end"));
            }
        }
    }
}

/// Bytes of a stream, taken apart into the data of events (HTML Living Standard §9.2.6).
#[derive(Debug, Default)]
struct Lines {
    rest: Vec<u8>,
    data: String,
    events: VecDeque<String>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.line(line.trim_end_matches(['\n', '\r']));
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            if !data.is_empty() {
                self.events.push_back(data);
            }
        } else if let Some(data) = line.strip_prefix("data:") {
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
    }

    fn event(&mut self) -> Option<String> {
        self.events.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(chunks: &[&str]) -> Vec<String> {
        let mut lines = Lines::default();
        for chunk in chunks {
            lines.take(chunk.as_bytes());
        }
        lines.events.into()
    }

    #[test]
    fn events_come_whole_wherever_the_bytes_are_cut() {
        let stream =
            "data: {\"what\":\"resync\"}\n\n: still here\n\nevent: x\r\ndata:{}\r\n\r\ndata: cut";
        let whole = events(&[stream]);
        assert_eq!(whole, [r#"{"what":"resync"}"#, "{}"]);
        let bytes: Vec<String> = stream.chars().map(String::from).collect();
        let bytes: Vec<&str> = bytes.iter().map(String::as_str).collect();
        assert_eq!(events(&bytes), whole);
    }

    #[test]
    fn the_events_of_the_wire_are_known() {
        let scope = r#"{"what":"scope-changed","scope":"3d813cbb-47fb-42ba-91df-831e1593ac29","parents":[]}"#;
        assert!(matches!(
            serde_json::from_str(scope).unwrap(),
            Event::ScopeChanged { .. }
        ));
    }
}
