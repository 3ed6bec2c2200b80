//! The TypeScript types of the Console's commands.

use std::fs;

use anyhow::Context;

use crate::program;
use crate::workspace::Workspace;

/// Runs the test of `src-tauri` that writes them.
pub(crate) fn write(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["test", "--quiet", "--package", "keyfold-console", "--lib"]);
    program::succeed(cargo.arg("export_bindings"))
}

/// The types as they lie in the checkout now.
pub(crate) fn read(workspace: &Workspace) -> anyhow::Result<String> {
    let path = workspace.path("ui/src/lib/bindings.ts");
    fs::read_to_string(&path).with_context(|| {
        format!(
            "cannot read {}; write it with `cargo xtask bindings`",
            path.display()
        )
    })
}
