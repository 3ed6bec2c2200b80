//! The licence and ban lists of deny.toml over cargo metadata, for machines without cargo-deny.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, bail};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::program;
use crate::workspace::Workspace;

/// What we read of deny.toml.
#[derive(Deserialize)]
struct Policy {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    /// Who may import it all the same.
    #[serde(default)]
    wrappers: BTreeSet<String>,
    reason: String,
}

/// One crate of the dependency graph.
struct Dependency {
    name: String,
    licence: Option<String>,
}

/// Runs cargo-deny if it is there; else checks what can be checked without its advisory database.
///
/// # Errors
/// If a dependency's licence is not on the list, or the dependency is banned.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    if program::on_path("cargo-deny") {
        let mut deny = program::cargo(workspace.root());
        return program::succeed(deny.args(["deny", "--workspace", "check"]));
    }
    println!("cargo-deny is not here: licences and bans are checked, advisories are not");
    let mut policy: Policy = toml::from_str(&fs::read_to_string(workspace.path("deny.toml"))?)?;
    let dependencies = dependencies(workspace)?;
    let is_there = |name: &str| dependencies.iter().any(|it| it.name == name);
    for ban in std::mem::take(&mut policy.bans.deny) {
        let may_be_there = !ban.wrappers.is_empty() && is_there(&ban.name);
        if !may_be_there || !importers(workspace, &ban.name)?.is_subset(&ban.wrappers) {
            policy.bans.deny.push(ban);
        }
    }
    let complaints = complaints(&policy, &dependencies);
    if complaints.is_empty() {
        println!("{} dependencies meet deny.toml", dependencies.len());
        return Ok(());
    }
    bail!("deny.toml is not met:\n{}", complaints.join("\n"));
}

/// What cargo really compiles, for any system; the lock file names more than that.
fn dependencies(workspace: &Workspace) -> anyhow::Result<Vec<Dependency>> {
    let tree = tree(workspace, &["--prefix", "none", "--format", "{p}|{l}"])?;
    let lines: BTreeSet<_> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    Ok(lines
        .into_iter()
        .filter_map(Dependency::from_line)
        .collect())
}

/// Which crates import this one.
fn importers(workspace: &Workspace, name: &str) -> anyhow::Result<BTreeSet<String>> {
    let tree = tree(
        workspace,
        &["--invert", name, "--depth", "1", "--prefix", "depth"],
    )?;
    let lines = tree.lines().filter_map(|line| line.strip_prefix('1'));
    Ok(lines
        .filter_map(|line| Some(line.split(' ').next()?.to_owned()))
        .collect())
}

fn tree(workspace: &Workspace, arguments: &[&str]) -> anyhow::Result<String> {
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["tree", "--locked", "--workspace", "--target", "all"]);
    let output = cargo
        .args(arguments)
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {said}", program::line_of(&cargo));
    }
    Ok(String::from_utf8(output.stdout)?)
}

impl Dependency {
    /// Reads `name v1.2.3|licence`; `None` for a line break or a crate of our own.
    fn from_line(line: &str) -> Option<Self> {
        let (package, licence) = line.split_once('|')?;
        let is_ours = package.contains(" (");
        (!is_ours || package.ends_with("(proc-macro)")).then(|| Self {
            name: package.split(' ').next().unwrap_or(package).to_owned(),
            licence: (!licence.is_empty()).then(|| licence.to_owned()),
        })
    }
}

fn complaints(policy: &Policy, dependencies: &[Dependency]) -> Vec<String> {
    let of_one = |dependency: &Dependency| {
        let name = &dependency.name;
        if let Some(ban) = policy.bans.deny.iter().find(|ban| ban.name == *name) {
            return Some(format!("{name}: banned ({})", ban.reason));
        }
        let Some(licence) = &dependency.licence else {
            return Some(format!("{name}: names no licence"));
        };
        match Expression::parse_mode(licence, ParseMode::LAX) {
            Err(_) => Some(format!("{name}: cannot read its licence {licence:?}")),
            Ok(it) if it.evaluate(|one| policy.licenses.allows(one)) => None,
            Ok(_) => Some(format!("{name}: {licence} is not allowed")),
        }
    };
    dependencies.iter().filter_map(of_one).collect()
}

impl Licences {
    fn allows(&self, licence: &LicenseReq) -> bool {
        self.allow.contains(&licence.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_about(name: &str, licence: Option<&str>) -> Vec<String> {
        let policy = toml::from_str(
            "[licenses]\nallow = ['MIT', 'Apache-2.0 WITH LLVM-exception']\n\
             [bans]\ndeny = [{ crate = 'openssl', reason = 'two TLS stacks' }]",
        );
        let licence = licence.map(str::to_owned);
        complaints(
            &policy.unwrap(),
            &[Dependency {
                name: name.to_owned(),
                licence,
            }],
        )
    }

    #[test]
    fn reads_the_lines_of_the_tree() {
        let of = |line| Dependency::from_line(line).map(|it| (it.name, it.licence));
        let mit = || Some("MIT".to_owned());
        assert_eq!(of("serde v1.0.1|MIT"), Some(("serde".to_owned(), mit())));
        assert_eq!(
            of("a v1.0.1 (proc-macro)|MIT"),
            Some(("a".to_owned(), mit()))
        );
        assert_eq!(of("a v1.0.1|"), Some(("a".to_owned(), None)));
        assert_eq!(of("ours v1.0.1 (/src/ours)|MIT"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn accepts_a_choice_that_offers_an_allowed_licence() {
        assert!(complaints_about("a", Some("MIT OR GPL-3.0-only")).is_empty());
        assert!(complaints_about("a", Some("Apache-2.0 WITH LLVM-exception")).is_empty());
        assert!(complaints_about("a", Some("MIT/Unlicense")).is_empty());
    }

    #[test]
    fn refuses_anything_else() {
        assert_eq!(complaints_about("a", Some("GPL-3.0-only")).len(), 1);
        assert_eq!(complaints_about("a", Some("MIT AND GPL-3.0-only")).len(), 1);
        assert_eq!(complaints_about("a", Some("Apache-2.0")).len(), 1);
        assert_eq!(complaints_about("a", Some("as you like")).len(), 1);
        assert_eq!(complaints_about("a", None).len(), 1);
        assert_eq!(
            complaints_about("openssl", Some("MIT"))[0],
            "openssl: banned (two TLS stacks)"
        );
    }
}
