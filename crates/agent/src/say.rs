//! What the Agent tells the person at the terminal, or the log, without touching the tool's output.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

/// How it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Says everything in this form from now on.
pub(crate) fn log_as(format: LogFormat) {
    // It is set once, before anything is said.
    let _ = FORMAT.set(format);
}

/// One line of the log.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    level: &'a str,
    message: &'a str,
    #[serde(flatten)]
    details: Value,
}

/// Tells what happens.
pub(crate) fn say(words: &str) {
    line("info", words, Value::Null);
}

/// Tells what happened, with details that programs read.
pub(crate) fn say_with(words: &str, details: &impl Serialize) {
    line(
        "info",
        words,
        serde_json::to_value(details).unwrap_or_default(),
    );
}

/// Tells what ends the Agent.
pub(crate) fn fail(words: &str) {
    line("error", words, Value::Null);
}

fn line(level: &str, words: &str, details: Value) {
    if FORMAT.get() == Some(&LogFormat::Json) {
        let line = Line {
            at: OffsetDateTime::now_utc(),
            level,
            message: words,
            details: if details.is_null() {
                Value::Object(serde_json::Map::new())
            } else {
                details
            },
        };
        if let Ok(json) = serde_json::to_string(&line) {
            eprintln!("{json}");
        }
        return;
    }
    for line in words.lines() {
        eprintln!("keyfold-agent: {line}");
    }
}
