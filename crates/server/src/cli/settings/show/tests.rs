use std::path::Path;

use super::super::file::SettingsFile;
use super::*;

const DOCUMENTED: &str = include_str!("../../../../../../assets/keyfold-server.toml");

#[test]
fn the_documented_example_is_the_programs_own() {
    assert_eq!(
        example(),
        DOCUMENTED,
        "`keyfold-server config --example > assets/keyfold-server.toml` writes it anew"
    );
}

/// What the documented example says when every default in it is no comment any more.
#[test]
fn the_documented_defaults_are_the_programs_own() {
    let is_setting = |line: &&str| line.starts_with(|it: char| it.is_ascii_lowercase());
    let lines: Vec<&str> = DOCUMENTED
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(is_setting)
        .collect();
    let settings = settings();
    let file =
        SettingsFile::parse(&lines.join("\n"), Path::new("example.toml"), &settings).unwrap();
    let mut with_default = 0;
    for setting in &settings {
        let documented = file.values(setting).unwrap_or_default();
        assert_eq!(documented, defaults(setting), "{}", name_of(setting));
        with_default += usize::from(!documented.is_empty());
        assert!(
            DOCUMENTED.contains(&format!("{} = ", name_of(setting))),
            "{} is documented",
            name_of(setting)
        );
    }
    assert!(with_default >= 5, "{with_default}");
}

#[test]
fn passwords_in_addresses_are_not_shown() {
    for (value, expected) in [
        ("127.0.0.1:8443", "127.0.0.1:8443"),
        ("https://backups.example.org", "https://backups.example.org"),
        (
            "postgres://keyfold:hunter2@db.example.org/keyfold",
            "postgres://keyfold:***@db.example.org/keyfold",
        ),
        (
            "postgres://db.example.org/keyfold?password=hunter2",
            "postgres://db.example.org/keyfold?***",
        ),
    ] {
        assert_eq!(shown(value), expected);
    }
}
