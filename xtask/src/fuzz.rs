//! Runs the targets of fuzz/: libFuzzer on the stable compiler, without cargo-fuzz.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use cargo_metadata::MetadataCommand;

use crate::program;
use crate::workspace::Workspace;

/// Coverage feedback for libFuzzer, from flags that the stable compiler takes.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks \
    --cfg fuzzing";

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Only this target; all of them otherwise
    target: Option<String>,
}

/// Builds and runs the targets one after the other; what they learn stays in the target directory.
///
/// # Errors
/// If a target crashes, runs out of memory or time; the input is kept and named.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    let targets = targets(workspace, arguments.target.as_deref())?;
    let release = build(workspace)?;
    for target in targets {
        let learned = workspace.target().join("fuzz-corpus").join(&target);
        let crashes = workspace.target().join("fuzz-crashes").join(&target);
        fs::create_dir_all(&learned)?;
        fs::create_dir_all(&crashes)?;
        let mut fuzzer = std::process::Command::new(release.join(&target));
        fuzzer
            .arg(format!("-max_total_time={}", arguments.seconds))
            .args(["-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .arg(&learned)
            .stderr(Stdio::piped());
        let seeds = workspace.path("tests/vectors").join(&target);
        if seeds.is_dir() {
            fuzzer.arg(seeds);
        }
        let output = fuzzer
            .output()
            .with_context(|| format!("cannot start {target}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            eprintln!("{said}");
            bail!("{target} failed; its input lies in {}", crashes.display());
        }
        println!(
            "{target}: {} in {} s, no crash",
            runs(&said),
            arguments.seconds
        );
    }
    Ok(())
}

/// The binaries of fuzz/Cargo.toml, or the one asked for.
fn targets(workspace: &Workspace, only: Option<&str>) -> anyhow::Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.path("fuzz/Cargo.toml"))
        .no_deps()
        .exec()?;
    let all = metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets);
    let mut names: Vec<_> = all
        .filter(|target| target.is_bin())
        .map(|target| target.name.clone())
        .collect();
    names.sort_unstable();
    if let Some(only) = only {
        if !names.iter().any(|name| name == only) {
            bail!(
                "there is no fuzz target {only}; there are {}",
                names.join(", ")
            );
        }
        names.retain(|name| name == only);
    }
    Ok(names)
}

/// Builds all targets and answers the folder they lie in.
fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let host = host_triple()?;
    let target = workspace.target().join("fuzz");
    let mut cargo = program::cargo(&workspace.path("fuzz"));
    // A named target keeps the flags away from build scripts and macros.
    cargo
        .args([
            "build",
            "--release",
            "--bins",
            "--target",
            &host,
            "--target-dir",
        ])
        .arg(&target)
        .env("RUSTFLAGS", COVERAGE);
    program::succeed(&mut cargo)?;
    Ok(target.join(host).join("release"))
}

fn host_triple() -> anyhow::Result<String> {
    let output = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .context("cannot start rustc")?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// "123 runs" from libFuzzer's last line.
fn runs(said: &str) -> String {
    let count = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    format!("{} runs", count.map_or("?", str::trim))
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn reads_the_number_of_runs() {
        let said = "#1\tINITED\nDone 9 runs in 1 second(s)\nstat::number_of_executed_units: 9\nstat::x: 1\n";
        assert_eq!(runs(said), "9 runs");
        assert_eq!(runs("nothing"), "? runs");
    }
}
