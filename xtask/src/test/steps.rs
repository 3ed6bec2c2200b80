//! The steps of `cargo xtask test`, in an order that builds everything once.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::count::Count;
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{bindings, licences, npm, program, ui};

/// One thing that must hold.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Workspace) -> anyhow::Result<Count>,
}

/// All of them. The pages come first: the Console's binary embeds them.
pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "Tools",
        run: |workspace| passed(setup::install(workspace, Need::Tests)),
    },
    Step {
        name: "Format",
        run: format,
    },
    Step {
        name: "Pages: build",
        run: |workspace| passed(ui::build(workspace)),
    },
    Step {
        name: "Pages: types and lints",
        run: check_pages,
    },
    Step {
        name: "Pages: tests in a browser",
        run: test_pages,
    },
    Step {
        name: "Lints",
        run: clippy,
    },
    Step {
        name: "Build",
        run: build,
    },
    Step {
        name: "Tests and window journeys",
        run: test,
    },
    Step {
        name: "Documentation",
        run: document,
    },
    Step {
        name: "Licences and bans",
        run: |workspace| passed(licences::check(workspace)),
    },
];

fn passed(outcome: anyhow::Result<()>) -> anyhow::Result<Count> {
    outcome.map(|()| Count::PASSED)
}

fn format(workspace: &Workspace) -> anyhow::Result<Count> {
    let mut cargo = program::cargo(workspace.root());
    passed(program::succeed(cargo.args(["fmt", "--all", "--check"])))
}

fn check_pages(workspace: &Workspace) -> anyhow::Result<Count> {
    let mut npm = program::npm(&workspace.path("ui"));
    passed(program::succeed(npm.args(["run", "--silent", "check"])))
}

fn test_pages(workspace: &Workspace) -> anyhow::Result<Count> {
    let folder = tempfile::tempdir()?;
    let report = folder.path().join("report.json");
    let mut npm = program::npm(&workspace.path("ui"));
    npm.args(["test", "--", "--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", report.display()));
    let outcome = program::succeed(&mut npm);
    let report = std::fs::read(&report).context("vitest wrote no report")?;
    let count = Count::of_vitest_report(&report)?;
    consistent(count, outcome)
}

fn clippy(workspace: &Workspace) -> anyhow::Result<Count> {
    let mut cargo = program::cargo(workspace.root());
    cargo.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
    ]);
    passed(program::succeed(cargo.args(["--", "-D", "warnings"])))
}

/// The tests run the programs, so these are built first, with the same features.
fn build(workspace: &Workspace) -> anyhow::Result<Count> {
    let mut cargo = program::cargo(workspace.root());
    passed(program::succeed(cargo.args([
        "build",
        "--workspace",
        "--locked",
    ])))
}

fn test(workspace: &Workspace) -> anyhow::Result<Count> {
    npm::install(&workspace.path("tests/identity-provider"))?;
    let before = bindings::read(workspace)?;
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    cargo.env("KEYFOLD_BINARIES", workspace.programs());
    let mut count = counted(&mut cargo)?;
    if bindings::read(workspace)? == before {
        count += Count::PASSED;
    } else {
        eprintln!("ui/src/lib/bindings.ts was out of date and is written anew; commit it");
        count += Count::FAILED;
    }
    Ok(count)
}

fn document(workspace: &Workspace) -> anyhow::Result<Count> {
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    passed(program::succeed(cargo.env("RUSTDOCFLAGS", "-D warnings")))
}

/// Runs `cargo test`, showing its lines as they come and adding up its summaries.
fn counted(command: &mut Command) -> anyhow::Result<Count> {
    let line_of_command = program::line_of(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let Some(stdout) = child.stdout.take() else {
        bail!("cargo has no output");
    };
    let mut count = Count::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        println!("{line}");
        if let Some(summary) = Count::of_libtest_line(&line) {
            count += summary;
        }
    }
    let status = child.wait()?;
    let outcome = if status.success() {
        Ok(())
    } else {
        Err(anyhow::anyhow!("`{line_of_command}` failed ({status})"))
    };
    consistent(count, outcome)
}

/// A runner that failed without counting a failure (it did not compile, it crashed) is a failure.
fn consistent(count: Count, outcome: anyhow::Result<()>) -> anyhow::Result<Count> {
    match outcome {
        Err(error) if count.failed == 0 => Err(error),
        _ => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_without_a_counted_failure_is_an_error() {
        let fine = Count {
            passed: 3,
            failed: 0,
        };
        let bad = Count {
            passed: 3,
            failed: 1,
        };
        assert_eq!(consistent(fine, Ok(())).unwrap(), fine);
        assert!(consistent(fine, Err(anyhow::anyhow!("crash"))).is_err());
        assert_eq!(
            consistent(bad, Err(anyhow::anyhow!("failed"))).unwrap(),
            bad
        );
    }
}
