//! Something in the window that can be clicked, filled and read.

use anyhow::Context;
use serde_json::{Value, json};

use super::session::Session;
use super::wait::wait_until;

/// The protocol's name for an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// An element of an open window.
pub struct Element<'a> {
    pub(super) session: &'a Session,
    id: String,
}

impl<'a> Element<'a> {
    /// Reads the protocol's answer; `None` if it names no element.
    pub(super) fn of(session: &'a Session, answer: &Value) -> Option<Self> {
        let id = answer[ELEMENT].as_str()?.to_owned();
        Some(Self { session, id })
    }

    /// The element as the protocol writes it.
    pub(super) fn reference(&self) -> Value {
        json!({ ELEMENT: self.id })
    }

    /// Clicks in the middle of the element, once it can be used: a click before that would be lost without a word.
    ///
    /// # Errors
    /// If it is covered, gone, not shown or disabled for 30 seconds.
    pub fn click(&self) -> anyhow::Result<()> {
        wait_until("an element that can be used", || self.is_enabled())?;
        self.post("click", &json!({})).context("cannot click")
    }

    /// Replaces what stands in the field by `text`.
    ///
    /// # Errors
    /// If the element takes no text.
    pub fn fill(&self, text: &str) -> anyhow::Result<()> {
        self.post("clear", &json!({})).context("cannot clear")?;
        self.type_text(text)
    }

    /// Adds `text` to what stands in the field.
    ///
    /// # Errors
    /// If the element takes no text.
    pub(super) fn type_text(&self, text: &str) -> anyhow::Result<()> {
        self.post("value", &json!({ "text": text }))
            .context("cannot type")
    }

    /// The visible text.
    ///
    /// # Errors
    /// If the element is gone.
    pub fn text(&self) -> anyhow::Result<String> {
        self.read("text")
    }

    /// The value of an attribute, empty if there is none.
    ///
    /// # Errors
    /// If the element is gone.
    pub fn attribute(&self, name: &str) -> anyhow::Result<String> {
        self.read(&format!("attribute/{name}"))
    }

    /// What stands in the field.
    ///
    /// # Errors
    /// If the element is gone.
    pub fn value(&self) -> anyhow::Result<String> {
        self.read("property/value")
    }

    /// Whether the element can be used.
    ///
    /// # Errors
    /// If the element is gone.
    pub fn is_enabled(&self) -> anyhow::Result<bool> {
        let answer = self
            .session
            .driver
            .get(&format!("element/{}/enabled", self.id))?;
        Ok(answer == true)
    }

    fn read(&self, what: &str) -> anyhow::Result<String> {
        let answer = self
            .session
            .driver
            .get(&format!("element/{}/{what}", self.id))?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn post(&self, what: &str, body: &Value) -> anyhow::Result<()> {
        let command = format!("element/{}/{what}", self.id);
        self.session.driver.post(&command, body).map(drop)
    }
}
