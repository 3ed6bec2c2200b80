//! Installs what a chore needs and the machine lacks, through the system's own package manager.

mod managers;
mod python;
mod tools;

use anyhow::bail;
use clap::ValueEnum;

use self::managers::Manager;
use self::tools::{TOOLS, Tool};
use crate::workspace::Workspace;

/// What `cargo xtask setup` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For which chore
    #[arg(long = "for", value_enum, default_value = "tests")]
    pub(crate) need: Need,
}

/// Which chore the tools are for; each needs what those above it need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Need {
    /// `cargo xtask demo --headless`
    Story,
    /// `cargo xtask demo`: the window too
    Window,
    /// `cargo xtask test`: other backup tools, browsers and displays too
    Tests,
}

/// Installs what is missing for `need` and says so; quiet when nothing is.
///
/// # Errors
/// If something is still missing afterwards, with the names of what is.
pub(crate) fn install(workspace: &Workspace, need: Need) -> anyhow::Result<()> {
    install_tools(need)?;
    if need == Need::Tests && cfg!(unix) {
        python::install(workspace)?;
    }
    Ok(())
}

fn install_tools(need: Need) -> anyhow::Result<()> {
    let missing = missing(need);
    if missing.is_empty() {
        return Ok(());
    }
    for tool in &missing {
        println!("setup: {} is missing ({})", tool.name, tool.purpose);
    }
    match Manager::of_this_machine() {
        Some(manager) => manager.install(&missing)?,
        None => println!("setup: none of apt, dnf, pacman, brew and winget is here"),
    }
    let still: Vec<_> = self::missing(need).iter().map(|tool| tool.name).collect();
    if still.is_empty() {
        println!("setup: everything is here now");
        return Ok(());
    }
    bail!(
        "still missing: {}; install it by hand, then call this again",
        still.join(", ")
    );
}

fn missing(need: Need) -> Vec<&'static Tool> {
    let wanted = TOOLS
        .iter()
        .filter(|tool| tool.need <= need && tool.is_for_this_system());
    wanted.filter(|tool| !tool.probe.finds()).collect()
}
