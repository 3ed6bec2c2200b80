//! The command line by which tools ask for the key, quoted so that restic's and borg's splitters both read it.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::key_file::Slot;

/// `keyfold-agent --config-dir … password-command`, for the key in this slot.
pub(super) fn for_slot(directory: &Path, slot: Slot) -> anyhow::Result<String> {
    let command = command(directory)?;
    Ok(match slot {
        Slot::Present => command,
        Slot::Next | Slot::Former => format!("{command} --slot {}", slot.name()),
    })
}

/// The same, answered in turn.
pub(super) fn in_turn(directory: &Path) -> anyhow::Result<String> {
    Ok(format!("{} --in-turn", command(directory)?))
}

fn command(directory: &Path) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("cannot find keyfold-agent's own path")?;
    Ok(format!(
        "{} --config-dir {} password-command",
        quoted(&program)?,
        quoted(directory)?
    ))
}

/// Inside single quotes both splitters take every character as it is; inside double quotes all that is neither a
/// double quote nor, for borg (POSIX), a backslash.
fn quoted(path: &Path) -> anyhow::Result<String> {
    let text = path
        .to_str()
        .with_context(|| format!("the path “{}” is not Unicode", path.display()))?;
    if !text.contains('\'') && !text.ends_with('\\') {
        return Ok(format!("'{text}'"));
    }
    if !text.contains(['"', '\\']) {
        return Ok(format!("\"{text}\""));
    }
    bail!(
        "the path “{text}” cannot be quoted for restic and borg; keep keyfold-agent and its files under a plainer one"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(path: &str) -> Option<String> {
        quoted(Path::new(path)).ok()
    }

    #[test]
    fn every_path_is_quoted_or_refused() {
        assert_eq!(
            quote("/opt/my files/$x").as_deref(),
            Some("'/opt/my files/$x'")
        );
        assert_eq!(
            quote(r"C:\Program Files\agent.exe").as_deref(),
            Some(r"'C:\Program Files\agent.exe'")
        );
        assert_eq!(quote("/data/o'neil").as_deref(), Some("\"/data/o'neil\""));
        assert_eq!(quote("/data/o'neil \"jr\""), None);
        assert_eq!(quote(r"C:\o'neil"), None);
    }
}
