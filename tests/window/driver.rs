//! The W3C WebDriver protocol: JSON over HTTP.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// The largest answer: a screenshot.
const MOST_BYTES: u64 = 64 << 20;
/// Opening a window that ends at once would wait forever.
const LIMIT: Duration = Duration::from_mins(1);

/// A client of one WebDriver session.
pub(super) struct Driver {
    agent: ureq::Agent,
    session: String,
}

impl Driver {
    /// Whether the driver at `address` takes sessions yet.
    pub(super) fn is_ready(address: &str) -> anyhow::Result<bool> {
        let answer = read(agent().get(format!("{address}/status")).call()?)?;
        Ok(answer["ready"] == true)
    }

    /// Opens a session with these capabilities.
    pub(super) fn open(address: &str, capabilities: &Value) -> anyhow::Result<Self> {
        let agent = agent();
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let sessions = format!("{address}/session");
        let answer = read(agent.post(&sessions).send_json(body)?)?;
        let id = answer["sessionId"].as_str().context("no session id")?;
        let session = format!("{sessions}/{id}");
        Ok(Self { agent, session })
    }

    pub(super) fn get(&self, command: &str) -> anyhow::Result<Value> {
        read(self.agent.get(self.url(command)).call()?)
    }

    pub(super) fn post(&self, command: &str, body: &Value) -> anyhow::Result<Value> {
        read(self.agent.post(self.url(command)).send_json(body)?)
    }

    fn url(&self, command: &str) -> String {
        format!("{}/{command}", self.session)
    }
}

impl Drop for Driver {
    /// Ends the session and with it the window.
    fn drop(&mut self) {
        // A driver that is gone has taken the window along.
        let _ = self.agent.delete(&self.session).call();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(LIMIT));
    config.build().into()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> anyhow::Result<Value> {
    let status = response.status();
    let body = response.body_mut().with_config().limit(MOST_BYTES);
    let mut answer: Value = body.read_json()?;
    let value = answer["value"].take();
    if !status.is_success() {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        bail!("{}: {}", text("error"), text("message"));
    }
    Ok(value)
}
