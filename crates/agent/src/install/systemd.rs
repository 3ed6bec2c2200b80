//! A service and its timer.

use super::JobFile;
use super::job::Job;

/// Which user may read every file without being root.
const UNPRIVILEGED: &str = "\
# Reads every file, and may do nothing else that others may not.
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
NoNewPrivileges=yes
";

#[expect(clippy::unnecessary_wraps, reason = "other systems can refuse a job")]
pub(super) fn files(job: &Job) -> anyhow::Result<Vec<JobFile>> {
    let file = |name: &str, content: String| JobFile {
        name: name.to_owned(),
        content: content.into_bytes(),
    };
    Ok(vec![
        file("keyfold-agent.service", service(job)),
        file("keyfold-agent.timer", timer(job)),
    ])
}

fn service(job: &Job) -> String {
    let command: Vec<_> = job.command.iter().map(|word| quoted(word)).collect();
    let command = command.join(" ");
    // Named even where it is root: systemd sets HOME for a named user only.
    let user = job.user.as_deref().unwrap_or("root");
    let capabilities = if user == "root" { "" } else { UNPRIVILEGED };
    let warnings = match job.tool() {
        "restic" => "SuccessExitStatus=3\n",
        "borg" => "SuccessExitStatus=1\n",
        _ => "",
    };
    format!(
        "\
[Unit]
Description=Backup with the encryption key that keyfold-agent keeps
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
ExecStart={command}
{warnings}Nice=10
IOSchedulingClass=idle
{capabilities}"
    )
}

fn timer(job: &Job) -> String {
    format!(
        "\
[Unit]
Description=Daily backup by keyfold-agent

[Timer]
OnCalendar=*-*-* {}:00
# Many machines do not ask the AccountServer in the same minute, and one that was off makes up for it.
RandomizedDelaySec=30min
Persistent=true

[Install]
WantedBy=timers.target
",
        job.at
    )
}

/// Inside double quotes, with systemd's specifiers and variables taken literally.
fn quoted(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::awkward;
    use super::*;

    #[test]
    fn every_word_of_the_command_is_taken_as_it_is() {
        let unit = service(&awkward(None));
        let line = r#"ExecStart="/opt/key fold/keyfold-agent" "backup" "--" "restic" "backup" "100%% \"of\" $$HOME <&> \\""#;
        assert!(unit.contains(line), "{unit}");
        assert!(
            unit.contains("\nUser=root\n") && unit.contains("\nSuccessExitStatus=3\n"),
            "{unit}"
        );
        assert!(!unit.contains("AmbientCapabilities"), "{unit}");
        let unit = service(&awkward(Some("backup")));
        assert!(
            unit.contains("\nUser=backup\n")
                && unit.contains("AmbientCapabilities=CAP_DAC_READ_SEARCH\n")
        );
        assert!(timer(&awkward(None)).contains("\nOnCalendar=*-*-* 02:05:00\n"));
    }
}
