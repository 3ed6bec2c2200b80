//! Where a backup went: the AccountServer may be allowed to look after it there.

use std::env;
use std::ffi::OsString;
use std::path::absolute;

use keyfold_api::repositories::{BackupTool, Repository, RepositoryAddress};

use crate::profile::Profile;

/// The repository that this call of a tool backs up to, without a password; none where that is not known.
pub(crate) fn repository(tool: &[OsString], profile: Option<&Profile>) -> Option<Repository> {
    let adopted = profile.and_then(Profile::location);
    let (tool, location) = match BackupTool::named(&super::name(tool)) {
        Some(program) => {
            let adopted = adopted.filter(|(tool, _)| *tool == program);
            let location = named(program, tool)
                .or_else(|| env::var(variable(program)).ok())
                .or_else(|| adopted.map(|(_, location)| location.to_owned()));
            (program, location?)
        }
        // A script that runs the tool.
        None => adopted.map(|(tool, location)| (tool, location.to_owned()))?,
    };
    let address = RepositoryAddress::without_password(&from_everywhere(&location)?).ok()?;
    Some(Repository { tool, address })
}

fn variable(tool: BackupTool) -> &'static str {
    match tool {
        BackupTool::Restic => "RESTIC_REPOSITORY",
        BackupTool::Borg => "BORG_REPO",
    }
}

/// The repository among a tool's arguments.
fn named(tool: BackupTool, arguments: &[OsString]) -> Option<String> {
    let mut arguments = arguments.iter().skip(1).filter_map(|it| it.to_str());
    match tool {
        BackupTool::Restic => {
            while let Some(argument) = arguments.next() {
                if ["-r", "--repo"].contains(&argument) {
                    return arguments.next().map(str::to_owned);
                }
                if let Some(location) = argument.strip_prefix("--repo=") {
                    return Some(location.to_owned());
                }
            }
            None
        }
        BackupTool::Borg => {
            let mut locations = arguments.filter_map(|it| it.split_once("::"));
            let (location, _) = locations.find(|(location, _)| !location.starts_with('-'))?;
            (!location.is_empty()).then(|| location.to_owned())
        }
    }
}

/// A path that does not depend on where the tool was started; anything else as it is.
fn from_everywhere(location: &str) -> Option<String> {
    let path = location.strip_prefix("local:").unwrap_or(location);
    if path.contains(':') {
        return Some(location.to_owned());
    }
    absolute(path).ok()?.into_os_string().into_string().ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn told(tool: &[&str], profile: Option<&Profile>) -> Option<(BackupTool, String)> {
        let tool: Vec<OsString> = tool.iter().map(OsString::from).collect();
        let told = repository(&tool, profile)?;
        Some((told.tool, told.address.to_string()))
    }

    #[cfg(unix)]
    #[test]
    fn the_repository_is_found_where_the_tool_finds_it() {
        use BackupTool::{Borg, Restic};
        let restic = |at: &str| Some((Restic, at.to_owned()));
        let borg = |at: &str| Some((Borg, at.to_owned()));
        assert_eq!(
            told(&["restic", "-r", "/srv/a", "backup"], None),
            restic("/srv/a")
        );
        assert_eq!(
            told(&["restic", "--repo=local:/srv/a"], None),
            restic("/srv/a")
        );
        assert_eq!(
            told(
                &[
                    "/usr/bin/restic",
                    "--repo",
                    "rest:https://ann:secret@host/a"
                ],
                None
            ),
            restic("rest:https://ann@host/a")
        );
        assert_eq!(
            told(&["borg", "create", "/srv/b::{now}", "/home"], None),
            borg("/srv/b")
        );
        assert_eq!(
            told(&["borg", "create", "ssh://host/b::x"], None),
            borg("ssh://host/b")
        );
        let adopted = Profile::borg(PathBuf::from("borg"), "/srv/c".to_owned());
        assert_eq!(
            told(&["borg", "create", "::x"], Some(&adopted)),
            borg("/srv/c")
        );
        assert_eq!(told(&["backup.sh"], Some(&adopted)), borg("/srv/c"));
        assert_eq!(told(&["restic", "backup"], Some(&adopted)), None);
        assert_eq!(told(&["rclone", "sync"], None), None);
        let relative = told(&["restic", "-r", "a", "backup"], None).unwrap().1;
        assert!(relative.starts_with('/') && relative.ends_with("/a"));
    }
}
