//! What a tool of the tests is called with. The key is given here as a person with a recovered key would, without an Agent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_tests::support::process::{Ran, run, succeed_with_input};

/// A tool in one of its modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Restic,
    BorgRepokey,
    BorgKeyfile,
    Rclone,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [
        Self::Restic,
        Self::BorgRepokey,
        Self::BorgKeyfile,
        Self::Rclone,
    ];

    /// As `key adopt --tool` has it.
    pub(super) fn tool(self) -> &'static str {
        match self {
            Self::Restic => "restic",
            Self::BorgRepokey | Self::BorgKeyfile => "borg",
            Self::Rclone => "rclone",
        }
    }

    /// As `key adopt --repository` has it.
    pub(super) fn repository(self, place: &Path) -> String {
        match self {
            Self::Rclone => "vault:".to_owned(),
            _ => place.display().to_string(),
        }
    }

    /// Makes the repository; none for rclone, which needs none.
    pub(super) fn init(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Restic => Some(&["restic", "init", "--quiet"]),
            Self::BorgRepokey => Some(&["borg", "init", "--encryption=repokey"]),
            Self::BorgKeyfile => Some(&["borg", "init", "--encryption=keyfile"]),
            Self::Rclone => None,
        }
    }

    /// Backs these files up.
    pub(super) fn backup(self, files: &Path) -> Vec<String> {
        let files = files.display().to_string();
        let words: &[&str] = match self {
            Self::Restic => &["restic", "backup", "--quiet", &files],
            Self::BorgRepokey | Self::BorgKeyfile => &["borg", "create", "::only", &files],
            Self::Rclone => &["rclone", "copy", &files, "vault:"],
        };
        words.iter().map(ToString::to_string).collect()
    }

    /// Whether the repository opens with this key on a machine that never saw it.
    pub(super) fn opens(self, place: &Path, key: &EncryptionKey) -> Result<bool> {
        let home = tempfile::tempdir()?;
        let words: &[&str] = match self {
            Self::Restic => &["restic", "cat", "config", "--no-lock", "--no-cache"],
            Self::BorgRepokey | Self::BorgKeyfile => &["borg", "list"],
            Self::Rclone => &["rclone", "lsf", "vault:"],
        };
        let ran = run(self
            .command(words, place, home.path(), key)?
            .current_dir(home.path()))?;
        Ok(ran.code == Some(0))
    }

    /// Restores what was backed up as `files`, and answers where it is.
    pub(super) fn restore(
        self,
        place: &Path,
        key: &EncryptionKey,
        files: &Path,
        to: &Path,
    ) -> Result<(Ran, PathBuf)> {
        fs::create_dir_all(to)?;
        let home = to.join("home");
        let target = to.join("files").display().to_string();
        let words: &[&str] = match self {
            Self::Restic => &["restic", "restore", "latest", "--target", &target],
            Self::BorgRepokey | Self::BorgKeyfile => &["borg", "extract", "::only"],
            Self::Rclone => &["rclone", "copy", "vault:", &target],
        };
        fs::create_dir_all(&target)?;
        let ran = run(self.command(words, place, &home, key)?.current_dir(&target))?;
        let below = files.strip_prefix("/")?;
        let restored = Path::new(&target);
        Ok((
            ran,
            if self == Self::Rclone {
                restored.to_owned()
            } else {
                restored.join(below)
            },
        ))
    }

    fn command(
        self,
        words: &[&str],
        place: &Path,
        home: &Path,
        key: &EncryptionKey,
    ) -> Result<Command> {
        let text = |name: &str| -> Result<&str> {
            let secret = key
                .secret(name)
                .with_context(|| format!("no secret {name}"))?;
            Ok(std::str::from_utf8(secret.value())?)
        };
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).envs(environment(place, home)?);
        match self {
            Self::Restic => command.env("RESTIC_PASSWORD", text(PASSWORD)?),
            Self::BorgRepokey => command.env("BORG_PASSPHRASE", text(PASSWORD)?),
            Self::BorgKeyfile => {
                let file = home.join("recovered-key");
                fs::write(
                    &file,
                    key.secret("borg-key").map_or(&b""[..], NamedSecret::value),
                )?;
                command
                    .env("BORG_PASSPHRASE", text(PASSWORD)?)
                    .env("BORG_KEY_FILE", file)
            }
            Self::Rclone => command
                .env("RCLONE_CONFIG_VAULT_PASSWORD", obscured(text(PASSWORD)?)?)
                .env("RCLONE_CONFIG_VAULT_PASSWORD2", obscured(text("salt")?)?),
        };
        Ok(command)
    }
}

/// Where the tool finds repository and its own files, which are below `home`.
pub(super) fn environment(place: &Path, home: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    fs::create_dir_all(home)?;
    let rclone = home.join("rclone.conf");
    fs::write(
        &rclone,
        format!("[vault]\ntype = crypt\nremote = {}\n", place.display()),
    )?;
    Ok(vec![
        ("HOME", home.to_owned()),
        ("XDG_CACHE_HOME", home.join("cache")),
        ("RESTIC_REPOSITORY", place.to_owned()),
        ("BORG_REPO", place.to_owned()),
        ("BORG_BASE_DIR", home.join("borg")),
        ("RCLONE_CONFIG", rclone),
    ])
}

fn obscured(password: &str) -> Result<String> {
    let mut obscure = Command::new("rclone");
    let ran = succeed_with_input(obscure.args(["obscure", "-"]), password.as_bytes())?;
    Ok(ran.stdout.trim().to_owned())
}
