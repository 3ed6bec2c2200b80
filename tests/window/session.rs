//! An open window: finding what is in it, and looking at it.

use std::fs;
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::driver::Driver;
use super::element::Element;
use super::wait::{wait_for, wait_until};

/// Finds elements by role and accessible name, as a person or a screen reader would.
const LOCATE: &str = include_str!("locate.js");

/// Answers when what the page is by now has been painted.
const NEXT_FRAMES: &str = "
    const done = arguments[0]
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200)))";

/// The Console's window while it is open; dropping it closes the window.
pub struct Session {
    pub(super) driver: Driver,
    display: String,
}

impl Session {
    pub(super) fn open(address: &str, display: &str, console: &Path) -> anyhow::Result<Self> {
        let options = json!({ "binary": console, "args": [] });
        let capabilities = json!({ "webkitgtk:browserOptions": options });
        let driver = Driver::open(address, &capabilities)
            .with_context(|| format!("cannot open the window of {}", console.display()))?;
        let session = Self {
            driver,
            display: display.to_owned(),
        };
        // The session is there before the first paint.
        wait_until("the first page", || {
            let script = "return document.body.innerText.trim() !== ''";
            Ok(session.run(script, &[])? == true)
        })?;
        Ok(session)
    }

    /// The one visible element of this role whose accessible name is `name`, once it is there.
    ///
    /// While a dialog is open, only what is in it counts.
    ///
    /// # Errors
    /// If there is none, or more than one, for 30 seconds.
    pub fn role(&self, role: &str, name: &str) -> anyhow::Result<Element<'_>> {
        self.located(role, name, true)
    }

    /// Like [`Session::role`], for a name that begins with `name`.
    ///
    /// # Errors
    /// If there is none, or more than one, for 30 seconds.
    pub fn role_beginning(&self, role: &str, name: &str) -> anyhow::Result<Element<'_>> {
        self.located(role, name, false)
    }

    /// How many visible elements of this role have the accessible name `name` right now.
    ///
    /// # Errors
    /// If the window is gone.
    pub fn count(&self, role: &str, name: &str) -> anyhow::Result<usize> {
        let found = self.run(LOCATE, &[json!(role), json!(name), json!(true)])?;
        Ok(found.as_array().map_or(0, Vec::len))
    }

    /// The element with this `data-testid`, once it is there.
    ///
    /// # Errors
    /// If there is none for 30 seconds.
    pub fn test_id(&self, id: &str) -> anyhow::Result<Element<'_>> {
        self.css(&format!("[data-testid=\"{id}\"]"))
    }

    /// The first element that this CSS selector finds, once it is there.
    ///
    /// # Errors
    /// If there is none for 30 seconds.
    pub fn css(&self, selector: &str) -> anyhow::Result<Element<'_>> {
        let query = json!({ "using": "css selector", "value": selector });
        wait_for(selector, || {
            let found = self.driver.post("element", &query)?;
            Ok(Element::of(self, &found))
        })
    }

    /// The visible text of the window, or of the open dialog.
    ///
    /// # Errors
    /// If the window is gone.
    pub fn text(&self) -> anyhow::Result<String> {
        let script = "const open = [...document.querySelectorAll('dialog[open], [role=dialog], \
                      [role=alertdialog]')].filter((it) => it.checkVisibility()); \
                      return (open.at(-1) ?? document.body).innerText";
        let text = self.run(script, &[])?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the window, or the open dialog, shows `text`.
    ///
    /// # Errors
    /// If it does not within 30 seconds; the error says what it shows instead.
    pub fn shows(&self, text: &str) -> anyhow::Result<()> {
        let waited = wait_until(text, || Ok(self.text()?.contains(text)));
        waited.with_context(|| format!("shown was:\n{}", self.text().unwrap_or_default()))
    }

    /// Runs `script` in the page; `arguments` are its `arguments`.
    ///
    /// # Errors
    /// If the script throws or the window is gone.
    pub fn run(&self, script: &str, arguments: &[Value]) -> anyhow::Result<Value> {
        let body = json!({ "script": script, "args": arguments });
        self.driver.post("execute/sync", &body)
    }

    /// Runs `script` in the page until it calls its one argument, with the answer.
    ///
    /// # Errors
    /// If the script throws, takes longer than the driver allows, or the window is gone.
    pub fn run_until_done(&self, script: &str) -> anyhow::Result<Value> {
        let body = json!({ "script": script, "args": [] });
        self.driver.post("execute/async", &body)
    }

    /// Photographs the page into `png`.
    ///
    /// # Errors
    /// If the window is gone or the file cannot be written.
    pub fn photograph(&self, png: &Path) -> anyhow::Result<()> {
        let body = json!({ "script": NEXT_FRAMES, "args": [] });
        self.driver.post("execute/async", &body)?;
        let picture = self.driver.get("screenshot")?;
        let bytes = STANDARD.decode(picture.as_str().context("no picture")?)?;
        fs::write(png, bytes).with_context(|| format!("cannot write {}", png.display()))
    }

    /// The X screen that the window is on.
    pub(super) fn display(&self) -> &str {
        &self.display
    }

    fn located(&self, role: &str, name: &str, exact: bool) -> anyhow::Result<Element<'_>> {
        let arguments = [json!(role), json!(name), json!(exact)];
        let what = format!("one {role} “{name}”");
        let found = wait_for(&what, || {
            let found = self.run(LOCATE, &arguments)?;
            let found = found.as_array().context("locate.js answers with a list")?;
            match found.as_slice() {
                [one] => Ok(Element::of(self, one)),
                several => anyhow::bail!("there are {}", several.len()),
            }
        });
        found.with_context(|| format!("shown was:\n{}", self.text().unwrap_or_default()))
    }
}
