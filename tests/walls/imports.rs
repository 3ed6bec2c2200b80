//! Who may import whom: DESIGN's arrows, followed to their ends.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Dependency, DependencyKind, Package};

/// Our crates and which of our crates each may name. Nobody may name a leaf.
const ARROWS: [(&str, &[&str]); 10] = [
    ("keyfold-core", &[]),
    ("keyfold-keystore", &["keyfold-core"]),
    ("keyfold-api", &["keyfold-core"]),
    ("keyfold-server", &["keyfold-api", "keyfold-core"]),
    ("keyfold-authority", &["keyfold-api", "keyfold-core"]),
    ("keyfold-agent", &["keyfold-api", "keyfold-core"]),
    ("keyfold-console", LIBRARIES),
    ("keyfold-postgres", &[]),
    ("keyfold-tests", LIBRARIES_AND_POSTGRES),
    ("xtask", LIBRARIES_AND_POSTGRES),
];

/// What every crate's tests may import, and no program.
const FOR_TESTS: [&str; 1] = ["keyfold-postgres"];

const LIBRARIES: &[&str] = &[
    "keyfold-keystore",
    "keyfold-api",
    "keyfold-authority",
    "keyfold-core",
];

const LIBRARIES_AND_POSTGRES: &[&str] = &[
    "keyfold-keystore",
    "keyfold-api",
    "keyfold-authority",
    "keyfold-core",
    "keyfold-postgres",
];

/// Foreign crates, by how their names begin, that live in one of ours alone.
const AT_HOME: [(&str, &str); 6] = [
    ("sqlx", "keyfold-server"),
    ("axum", "keyfold-server"),
    ("tower", "keyfold-server"),
    ("tauri", "keyfold-console"),
    ("specta", "keyfold-console"),
    ("wry", "keyfold-console"),
];

/// What core may not import: it has no files, network, clock or tasks.
const NOT_IN_CORE: [&str; 10] = [
    "tokio",
    "reqwest",
    "rustls",
    "directories",
    "notify",
    "rustix",
    "windows-sys",
    "ureq",
    "axum",
    "futures",
];

/// Each crate of the workspace with the names of what it imports, for building and tests too.
pub(crate) struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    pub(crate) fn of(packages: &[Package]) -> Self {
        let imports = |package: &Package| {
            let counted = package.dependencies.iter().filter(|it| !is_for_tests(it));
            let names = counted.map(|it| it.name.clone());
            (package.name.to_string(), names.collect())
        };
        Self(packages.iter().map(imports).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// One line for each import that crosses a wall, and each crate without a place.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (importer, imports) in &self.0 {
            let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == importer) else {
                complaints.push(format!("{importer} has no place in tests/walls/imports.rs"));
                continue;
            };
            for import in imports {
                let is_ours = self.0.contains_key(import);
                if is_ours && !allowed.contains(&import.as_str()) {
                    complaints.push(format!("{importer} may not import {import}"));
                }
                if let Some(home) = home_of(import)
                    && home != importer
                {
                    complaints.push(format!("{import} belongs in {home}, not in {importer}"));
                }
                if importer == "keyfold-core" && NOT_IN_CORE.contains(&import.as_str()) {
                    complaints.push(format!("keyfold-core is sans I/O, {import} is not"));
                }
            }
        }
        complaints
    }
}

fn is_for_tests(dependency: &Dependency) -> bool {
    let is_development = dependency.kind == DependencyKind::Development;
    is_development && FOR_TESTS.contains(&dependency.name.as_str())
}

fn home_of(import: &str) -> Option<&'static str> {
    let is_family = |family: &str| {
        let rest = import.strip_prefix(family);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let found = AT_HOME.iter().find(|(family, _)| is_family(family));
    found.map(|(_, home)| *home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(edges: &[(&str, &[&str])]) -> Vec<String> {
        let names = |imports: &[&str]| imports.iter().map(ToString::to_string).collect();
        let graph = edges
            .iter()
            .map(|(name, imports)| (name.to_string(), names(imports)));
        Graph(graph.collect()).complaints()
    }

    #[test]
    fn accepts_the_arrows() {
        let fine: [(&str, &[&str]); 3] = [
            ("keyfold-core", &["der", "rsa"]),
            ("keyfold-api", &["keyfold-core", "reqwest"]),
            (
                "keyfold-server",
                &["keyfold-api", "sqlx", "axum", "axum-server", "tower-http"],
            ),
        ];
        assert_eq!(complaints(&fine), Vec::<String>::new());
    }

    #[test]
    fn refuses_an_arrow_that_is_not_drawn() {
        for (importer, import) in [
            ("keyfold-core", "keyfold-api"),
            ("keyfold-server", "keyfold-keystore"),
            ("keyfold-agent", "keyfold-keystore"),
            ("keyfold-console", "keyfold-server"),
            ("keyfold-tests", "keyfold-agent"),
            ("keyfold-server", "keyfold-postgres"),
        ] {
            let found = complaints(&[(importer, &[import]), (import, &[])]);
            assert_eq!(found, [format!("{importer} may not import {import}")]);
        }
    }

    #[test]
    fn refuses_what_lives_elsewhere() {
        assert_eq!(complaints(&[("keyfold-api", &["sqlx-core"])]).len(), 1);
        assert_eq!(
            complaints(&[("keyfold-agent", &["tauri-plugin-dialog"])]).len(),
            1
        );
        assert_eq!(complaints(&[("keyfold-core", &["tokio"])]).len(), 1);
        assert_eq!(complaints(&[("keyfold-extra", &[])]).len(), 1);
    }
}
