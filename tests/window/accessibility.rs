//! axe-core in the real window.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::session::Session;

const RUN: &str = "
    const done = arguments[arguments.length - 1]
    axe.run(document, { resultTypes: ['violations'] })
        .then((result) => done(result.violations), (error) => done(String(error)))";

impl Session {
    /// Asks axe-core about what the window shows now.
    ///
    /// # Errors
    /// If there is a violation: each rule with the elements that break it.
    pub fn is_accessible(&self, page: &str) -> anyhow::Result<()> {
        if self.run("return typeof window.axe", &[])? != "object" {
            self.run(&axe_core()?, &[])?;
        }
        let body = json!({ "script": RUN, "args": [] });
        let answer = self.driver.post("execute/async", &body)?;
        let violations = answer
            .as_array()
            .with_context(|| format!("axe-core did not run on {page}: {answer}"))?;
        if violations.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = violations.iter().map(describe).collect();
        bail!("axe-core on {page}:\n{}", lines.join("\n"));
    }
}

fn axe_core() -> anyhow::Result<String> {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&script)
        .with_context(|| format!("cannot read {}; run `npm ci` in ui/", script.display()))
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let elements: Vec<_> = nodes
        .iter()
        .map(|node| format!("    {}\n    {}", node["html"], node["failureSummary"]))
        .collect();
    let rule = violation["id"].as_str().unwrap_or_default();
    let help = violation["help"].as_str().unwrap_or_default();
    format!("  {rule}: {help}\n{}", elements.join("\n"))
}
