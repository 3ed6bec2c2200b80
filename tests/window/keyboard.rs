//! A keyboard and nothing else: presses, chords, and where the focus is.

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::element::Element;
use super::session::Session;
use super::wait::wait_until;

/// More presses of Tab than any page has stops.
const MOST_STOPS: usize = 80;

/// What has the focus, in the words of a screen reader.
const FOCUSED: &str = "
    const it = document.activeElement
    const label = it.getAttribute('aria-label')
        ?? it.getAttribute('aria-labelledby')?.split(' ')
            .map((id) => document.getElementById(id)?.textContent).join(' ')
        ?? (it.labels?.length ? it.labels[0].innerText : it.innerText)
    return (label ?? '').replace(/\\s+/g, ' ').trim()";

impl Session {
    /// Presses a key or a chord: `Tab`, `Shift+F10`, `Control+k`.
    ///
    /// # Errors
    /// If a key has no such name, or the window is gone.
    pub fn press(&self, chord: &str) -> anyhow::Result<()> {
        let keys: Vec<_> = chord.split('+').map(code).collect::<anyhow::Result<_>>()?;
        let down = keys
            .iter()
            .map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys
            .iter()
            .rev()
            .map(|key| json!({ "type": "keyUp", "value": key }));
        self.perform(&down.chain(up).collect::<Vec<_>>())
    }

    /// Types `text` into whatever has the focus.
    ///
    /// # Errors
    /// If that takes no text, or the window is gone.
    pub fn type_text(&self, text: &str) -> anyhow::Result<()> {
        // WebKitGTK's key actions know neither capitals nor umlauts; its fields do.
        let focused = self.driver.get("element/active")?;
        let focused = Element::of(self, &focused).context("nothing has the focus")?;
        focused.type_text(text)
    }

    /// Presses one letter key after the other, for whatever listens without being a field.
    ///
    /// # Errors
    /// If the window is gone.
    pub fn type_ahead(&self, letters: &str) -> anyhow::Result<()> {
        let press = |letter: char| {
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": letter.to_string() }))
        };
        self.perform(&letters.chars().flat_map(press).collect::<Vec<_>>())
    }

    /// The accessible name of what has the focus.
    ///
    /// # Errors
    /// If the window is gone.
    pub fn focused(&self) -> anyhow::Result<String> {
        let name = self.run(FOCUSED, &[])?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// Presses Tab until something whose name begins with `name` has the focus.
    ///
    /// # Errors
    /// If Tab never comes there; the error names the stops it made.
    pub fn tab_to(&self, name: &str) -> anyhow::Result<()> {
        let mut stops = Vec::new();
        for _press in 0..MOST_STOPS {
            let focused = self.focused()?;
            if focused.starts_with(name) {
                return Ok(());
            }
            stops.push(focused);
            self.press("Tab")?;
        }
        bail!("Tab never reaches “{name}”; it stops at {stops:?}");
    }

    /// Waits until something whose name begins with `name` has the focus by itself.
    ///
    /// # Errors
    /// If it does not get it within 30 seconds.
    pub fn focus_is_on(&self, name: &str) -> anyhow::Result<()> {
        let waited = wait_until(name, || Ok(self.focused()?.starts_with(name)));
        waited.with_context(|| format!("the focus is on “{}”", self.focused().unwrap_or_default()))
    }

    fn perform(&self, presses: &[Value]) -> anyhow::Result<()> {
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": presses });
        let done = self
            .driver
            .post("actions", &json!({ "actions": [keyboard] }));
        done.map(drop).context("cannot type")
    }
}

/// The protocol's character for a key's name; a single character stands for itself.
fn code(name: &str) -> anyhow::Result<String> {
    let private_use = match name {
        "Escape" => '\u{e00c}',
        "Space" => ' ',
        "Tab" => '\u{e004}',
        "Enter" => '\u{e007}',
        "Shift" => '\u{e008}',
        "Control" => '\u{e009}',
        "Alt" => '\u{e00a}',
        "Home" => '\u{e011}',
        "End" => '\u{e010}',
        "ArrowLeft" => '\u{e012}',
        "ArrowUp" => '\u{e013}',
        "ArrowRight" => '\u{e014}',
        "ArrowDown" => '\u{e015}',
        "F10" => '\u{e03a}',
        _ if name.chars().count() == 1 => return Ok(name.to_owned()),
        _ => bail!("no key is called {name}"),
    };
    Ok(private_use.to_string())
}
