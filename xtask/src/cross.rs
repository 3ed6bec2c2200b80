//! Windows and macOS from a Debian machine: lints, tests under Wine, type checks.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::program;
use crate::ui;
use crate::workspace::Workspace;

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const MACOS: &str = "aarch64-apple-darwin";

/// What `cargo xtask cross` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the tools lie that Debian has no package for
    #[arg(long, value_name = "FOLDER", default_value = "/opt/cross")]
    tools: PathBuf,
}

/// Sets the machine up (as root, once), then tests, lints and checks.
///
/// # Errors
/// At the first step that fails.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    if env::consts::OS != "linux" || !program::on_path("apt-get") {
        bail!("this needs Debian or a relative of it; elsewhere, build for that system itself");
    }
    let steps: [(&str, Step); 4] = [
        ("Set up", Cross::set_up),
        (
            "Windows: tests of core and keystore under Wine",
            Cross::test_under_wine,
        ),
        ("Windows: clippy, everything", Cross::lint_for_windows),
        ("macOS: types, everything", Cross::check_for_macos),
    ];
    ui::build(workspace)?;
    let cross = Cross {
        root: workspace.root().to_owned(),
        target: workspace.target().join("cross"),
        tools: arguments.tools.clone(),
    };
    for (name, step) in steps {
        println!("=== {name}");
        let start = Instant::now();
        step(&cross).with_context(|| name.to_owned())?;
        println!(
            "=== {name}: passed in {:.0} s",
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// One thing that `cargo xtask cross` does.
type Step = fn(&Cross) -> anyhow::Result<()>;

struct Cross {
    root: PathBuf,
    target: PathBuf,
    tools: PathBuf,
}

impl Cross {
    fn set_up(&self) -> anyhow::Result<()> {
        let mut script = Command::new("bash");
        script
            .arg(self.root.join("xtask/cross-setup.sh"))
            .arg(&self.tools);
        program::succeed(&mut script)
    }

    fn lint_for_windows(&self) -> anyhow::Result<()> {
        let mut cargo = self.cargo();
        cargo.args([
            "clippy",
            "--target",
            WINDOWS,
            "--workspace",
            "--all-targets",
            "--locked",
        ]);
        program::succeed(cargo.args(["--", "-D", "warnings"]))
    }

    fn test_under_wine(&self) -> anyhow::Result<()> {
        let prefix = self.target.join("wine");
        fs::create_dir_all(&prefix)?;
        let mut cargo = self.cargo();
        cargo.args(["test", "--target", WINDOWS, "--locked", "--no-fail-fast"]);
        cargo.args(["--package", "keyfold-core", "--package", "keyfold-keystore"]);
        cargo.env(
            "CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER",
            self.tools.join("wine-run"),
        );
        program::succeed(cargo.env("WINEPREFIX", prefix))
    }

    fn check_for_macos(&self) -> anyhow::Result<()> {
        let mut cargo = self.cargo();
        cargo.args(["check", "--target", MACOS, "--workspace", "--locked"]);
        cargo.env("CC_aarch64_apple_darwin", self.tools.join("fakecc"));
        program::succeed(cargo.env("AR_aarch64_apple_darwin", "/usr/bin/ar"))
    }

    /// Debian's own cargo and rustc, whose sysroot holds the other systems' standard libraries.
    fn cargo(&self) -> Command {
        let mut path = OsString::from("/usr/bin:");
        path.push(env::var_os("PATH").unwrap_or_default());
        let mut cargo = Command::new("/usr/bin/cargo");
        cargo
            .current_dir(&self.root)
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", &self.target);
        // What rustup's cargo set for us would lead Debian's cargo back to rustup's rustc.
        for name in [
            "CARGO",
            "RUSTC",
            "RUSTDOC",
            "RUSTUP_TOOLCHAIN",
            "LD_LIBRARY_PATH",
        ] {
            cargo.env_remove(name);
        }
        cargo
    }
}
