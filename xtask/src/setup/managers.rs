//! The package managers and how each is told to install something.

use std::io::{self, IsTerminal};
use std::process::Command;

use super::tools::{Packages, Tool};
use crate::program;

/// A system's package manager.
#[derive(Clone, Copy)]
pub(crate) enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
    Winget,
}

impl Manager {
    /// The first that this machine has.
    pub(crate) fn of_this_machine() -> Option<Self> {
        let known = [
            ("apt-get", Self::Apt),
            ("dnf", Self::Dnf),
            ("pacman", Self::Pacman),
            ("brew", Self::Brew),
            ("winget", Self::Winget),
        ];
        let found = known.into_iter().find(|(name, _)| program::on_path(name));
        found.map(|(_, manager)| manager)
    }

    /// Installs the packages of `tools`, each command announced before it runs.
    pub(crate) fn install(self, tools: &[&Tool]) -> anyhow::Result<()> {
        let mut packages: Vec<_> = tools
            .iter()
            .flat_map(|tool| self.packages_in(&tool.packages).split_whitespace())
            .collect();
        packages.sort_unstable();
        packages.dedup();
        if packages.is_empty() {
            return Ok(());
        }
        for mut command in self.commands(&packages) {
            println!("setup: {}", program::line_of(&command));
            program::succeed(&mut command)?;
        }
        Ok(())
    }

    fn packages_in(self, packages: &Packages) -> &'static str {
        match self {
            Self::Apt => packages.apt,
            Self::Dnf => packages.dnf,
            Self::Pacman => packages.pacman,
            Self::Brew => packages.brew,
            Self::Winget => packages.winget,
        }
    }

    fn commands(self, packages: &[&str]) -> Vec<Command> {
        let with_packages = |mut command: Command| {
            command.args(packages);
            command
        };
        match self {
            Self::Apt => vec![
                as_root(&["apt-get", "-q", "update"]),
                with_packages(as_root(&[
                    "env",
                    "DEBIAN_FRONTEND=noninteractive",
                    "apt-get",
                    "-q",
                    "-y",
                    "--no-install-recommends",
                    "install",
                ])),
            ],
            Self::Dnf => vec![with_packages(as_root(&["dnf", "-y", "install"]))],
            Self::Pacman => vec![with_packages(as_root(&[
                "pacman",
                "--noconfirm",
                "--needed",
                "-S",
            ]))],
            Self::Brew => {
                let mut brew = Command::new("brew");
                brew.arg("install");
                vec![with_packages(brew)]
            }
            Self::Winget => packages.iter().map(|package| winget(package)).collect(),
        }
    }
}

fn winget(package: &str) -> Command {
    let mut command = Command::new("winget");
    command.args(["install", "--exact", "--id", package]);
    command.args(["--accept-package-agreements", "--accept-source-agreements"]);
    command
}

/// `line` itself for root, else through sudo, which asks for a password only where somebody is
/// there to type it.
fn as_root(line: &[&str]) -> Command {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut words = line.to_vec();
    if !root {
        let sudo: &[&str] = if io::stdin().is_terminal() {
            &["sudo"]
        } else {
            &["sudo", "-n"]
        };
        words.splice(0..0, sudo.iter().copied());
    }
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}
