//! Which repositories the AccountServer works in: those under a prefix that whoever runs it allows.
//!
//! An account's address comes from its Agent, which nobody here trusts. Everything in front of the path (program, user,
//! host, port) must be what the prefix says, letter for letter; behind it there are plain names only.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use keyfold_api::repositories::{BackupTool, Repository};
use url::Url;

/// A prefix under which repositories are worked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedRepository {
    kind: Kind,
    prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An absolute path, for both tools.
    Path,
    /// `sftp:`, `rest:` and `s3:` of restic.
    Restic,
    /// borg's `ssh://`.
    Borg,
}

/// The setting is no prefix of repositories.
#[derive(Debug, thiserror::Error)]
#[error(
    "write an absolute path, sftp:user@host:, sftp://user@host/…, rest:https://host/…, s3:https://host/… or \
     ssh://user@host/…"
)]
pub(crate) struct NoPrefix;

impl AllowedRepository {
    /// The address for the tool, if this prefix allows it; a path without symbolic links.
    pub(super) fn admits(&self, repository: &Repository) -> Option<String> {
        let fits = match self.kind {
            Kind::Path => true,
            Kind::Restic => repository.tool == BackupTool::Restic,
            Kind::Borg => repository.tool == BackupTool::Borg,
        };
        let address = repository.address.as_str();
        let rest = address.strip_prefix(&self.prefix)?;
        let apart = rest.is_empty() || rest.starts_with('/') || self.prefix.ends_with(['/', ':']);
        if !fits || !apart || !is_plain(rest) {
            return None;
        }
        match self.kind {
            Kind::Path => really_below(Path::new(&self.prefix), Path::new(address)),
            Kind::Restic | Kind::Borg => Some(address.to_owned()),
        }
    }
}

impl FromStr for AllowedRepository {
    type Err = NoPrefix;

    fn from_str(text: &str) -> Result<Self, NoPrefix> {
        let kind = if text.starts_with('/') {
            is_plain(text).then_some(Kind::Path)
        } else if let Some(rest) = text.strip_prefix("sftp:") {
            let is_known = match rest.strip_prefix("//") {
                Some(_) => names_host(text, "sftp"),
                None => names_user_and_host(rest),
            };
            is_known.then_some(Kind::Restic)
        } else if let Some(rest) = text.strip_prefix("rest:") {
            (names_host(rest, "https") || names_host(rest, "http")).then_some(Kind::Restic)
        } else if let Some(rest) = text.strip_prefix("s3:") {
            (names_host(rest, "https") || names_host(rest, "http")).then_some(Kind::Restic)
        } else {
            names_host(text, "ssh").then_some(Kind::Borg)
        };
        let kind = kind.ok_or(NoPrefix)?;
        let prefix = text.to_owned();
        Ok(Self { kind, prefix })
    }
}

/// Names with `/` between them, none of which leads up, is an option or means something to a tool or a shell.
fn is_plain(rest: &str) -> bool {
    let plain = |it: char| it.is_alphanumeric() || "._-+=@, /".contains(it);
    let mut names = rest.split('/').filter(|name| !name.is_empty());
    rest.chars().all(plain)
        && names.all(|name| name != "." && name != ".." && !name.starts_with('-'))
}

/// `scheme://[user@]host[:port][/path]`, without a password or anything that follows a path.
fn names_host(text: &str, scheme: &str) -> bool {
    let Some(rest) = text
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix("://"))
    else {
        return false;
    };
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let named = url.host_str().is_some_and(|host| !host.is_empty());
    let bare = url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    // `ssh` takes what begins with a hyphen for an option.
    named && bare && !rest.starts_with('-') && !rest.contains("@-")
}

/// `user@host:[path]`.
fn names_user_and_host(text: &str) -> bool {
    let Some((place, path)) = text.split_once(':') else {
        return false;
    };
    let is_name = |name: &str| {
        let letters = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
        !name.is_empty() && !name.starts_with('-') && name.chars().all(letters)
    };
    let (user, host) = place.split_once('@').unwrap_or(("", place));
    (user.is_empty() || is_name(user)) && is_name(host) && is_plain(path)
}

/// Where the path leads, if that lies where the prefix leads.
fn really_below(prefix: &Path, path: &Path) -> Option<String> {
    let (prefix, path) = (fs::canonicalize(prefix).ok()?, fs::canonicalize(path).ok()?);
    let is_below = path.starts_with(prefix) && path.is_dir();
    is_below.then(|| path.to_str().map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(prefix: &str, tool: BackupTool, address: &str) -> Option<String> {
        let address = address.to_owned().try_into().ok()?;
        prefix
            .parse::<AllowedRepository>()
            .unwrap()
            .admits(&Repository { tool, address })
    }

    #[test]
    fn what_lies_under_the_prefix_is_admitted() {
        use BackupTool::{Borg, Restic};
        for (prefix, tool, address) in [
            ("sftp:backup@host:", Restic, "sftp:backup@host:/srv/a"),
            ("sftp:backup@host:/srv", Restic, "sftp:backup@host:/srv/a"),
            (
                "sftp://backup@host:2222//srv",
                Restic,
                "sftp://backup@host:2222//srv/a",
            ),
            (
                "rest:https://host:8000/",
                Restic,
                "rest:https://host:8000/ann/",
            ),
            ("rest:https://host", Restic, "rest:https://host/ann"),
            (
                "s3:https://s3.example.org/bucket",
                Restic,
                "s3:https://s3.example.org/bucket/ann",
            ),
            ("ssh://backup@host/srv", Borg, "ssh://backup@host/srv/ann"),
        ] {
            assert_eq!(admitted(prefix, tool, address).as_deref(), Some(address));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        use BackupTool::{Borg, Restic};
        for (prefix, tool, address) in [
            ("sftp:backup@host:", Restic, "sftp:root@host:/srv/a"),
            ("sftp:backup@host:/srv", Restic, "sftp:backup@host:/srv2/a"),
            (
                "sftp:backup@host:/srv",
                Restic,
                "sftp:backup@host:/srv/../etc",
            ),
            (
                "sftp:backup@host:",
                Restic,
                "sftp:backup@host:-oProxyCommand=sh",
            ),
            (
                "rest:https://host",
                Restic,
                "rest:https://host.evil.example/a",
            ),
            (
                "rest:https://host",
                Restic,
                "rest:https://host@evil.example/a",
            ),
            ("rest:https://host/", Restic, "rest:https://host/a?b"),
            ("rest:https://host/", Restic, "rest:https://host/%2e%2e/a"),
            ("ssh://backup@host/srv", Restic, "ssh://backup@host/srv/ann"),
            (
                "ssh://backup@host/srv",
                Borg,
                "ssh://backup@host/srv/{hostname}",
            ),
            ("ssh://backup@host/srv", Borg, "ssh://backup@host/srv/a::b"),
            ("rest:https://host/", Borg, "rest:https://host/a"),
            ("/srv/backups", Restic, "rclone:remote:a"),
        ] {
            assert_eq!(admitted(prefix, tool, address), None, "{address}");
        }
        for refused in [
            "",
            "srv",
            "/srv/../etc",
            "sftp:",
            "sftp:-oProxyCommand=sh@host:",
            "sftp:ann@-host:",
            "sftp://-oProxyCommand=sh/",
            "ssh://ann@-oProxyCommand=sh/",
            "rest:ftp://host/",
            "rest:https://",
            "rest:https://ann:secret@host/",
            "rclone:remote:",
            "s3:bucket",
            "ssh://host/a?b",
        ] {
            assert!(refused.parse::<AllowedRepository>().is_err(), "{refused}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_leads_nowhere_else() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for name in ["allowed/one", "other"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        std::os::unix::fs::symlink(at("other"), at("allowed/link")).unwrap();
        std::os::unix::fs::symlink(at("allowed"), at("way")).unwrap();
        let admitted = |prefix: &str, name: &str| {
            let (prefix, address) = (at(prefix), at(name));
            admitted(
                prefix.to_str().unwrap(),
                BackupTool::Restic,
                address.to_str().unwrap(),
            )
        };
        let one = fs::canonicalize(at("allowed/one")).unwrap();
        assert_eq!(admitted("allowed", "allowed/one").as_deref(), one.to_str());
        assert_eq!(admitted("way", "way/one").as_deref(), one.to_str());
        for refused in [
            "allowed/link",
            "allowed/two",
            "other",
            "allowed/../other",
            "allowedly",
        ] {
            assert_eq!(admitted("allowed", refused), None, "{refused}");
        }
    }
}
