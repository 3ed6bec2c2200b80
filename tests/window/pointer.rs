//! The mouse's other button.

use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use super::element::Element;

/// The middle of an element on the screen.
const MIDDLE: &str = "
    arguments[0].scrollIntoView({ block: 'nearest' })
    const box = arguments[0].getBoundingClientRect()
    return [
        Math.round(window.screenX + box.x + box.width / 2),
        Math.round(window.screenY + window.outerHeight - window.innerHeight + box.y + box.height / 2),
    ]";

impl Element<'_> {
    /// Opens the element's context menu with the right mouse button.
    ///
    /// The click comes from the screen: after one that WebKitWebDriver makes, WebKitGTK 2.50 takes
    /// no capital letters any more.
    ///
    /// # Errors
    /// If the element is gone or out of view, or xdotool is missing.
    pub fn right_click(&self) -> anyhow::Result<()> {
        let at = self.session.run(MIDDLE, &[self.reference()])?;
        let pixel = |index: usize| at.get(index).and_then(Value::as_i64);
        let (Some(x), Some(y)) = (pixel(0), pixel(1)) else {
            bail!("the element has no place on the screen: {at}");
        };
        let status = Command::new("xdotool")
            .env("DISPLAY", self.session.display())
            .args(["mousemove", &x.to_string(), &y.to_string(), "click", "3"])
            .status()
            .context("cannot start xdotool")?;
        if !status.success() {
            bail!("xdotool failed ({status})");
        }
        Ok(())
    }
}
