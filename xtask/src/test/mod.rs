//! `cargo xtask test`: everything that must hold before a change lands.

mod count;
mod steps;

use std::process::ExitCode;
use std::time::Instant;

use self::count::Count;
use self::steps::STEPS;
use crate::workspace::Workspace;

/// Runs every step, also after one has failed, and counts; the last line is `N passed, N failed`.
pub(crate) fn run(workspace: &Workspace) -> ExitCode {
    let mut total = Count::default();
    let mut lines = Vec::new();
    for step in STEPS {
        println!("\n=== {}", step.name);
        let start = Instant::now();
        let count = (step.run)(workspace).unwrap_or_else(|error| {
            eprintln!("{}: {error:#}", step.name);
            Count::FAILED
        });
        total += count;
        lines.push(format!(
            "{:28} {:5} passed {:4} failed {:6.1} s",
            step.name,
            count.passed,
            count.failed,
            start.elapsed().as_secs_f64()
        ));
    }
    println!("\n=== Summary\n{}", lines.join("\n"));
    println!("{total}");
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
