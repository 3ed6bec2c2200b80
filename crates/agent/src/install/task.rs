//! A task of Windows' Task Scheduler, as XML in UTF-16, which is what `schtasks` reads.

use super::JobFile;
use super::job::{Job, xml};

/// The file that `schtasks /Create /XML` is given.
pub(super) const FILE: &str = "keyfold-agent.xml";
/// The system itself.
const SYSTEM: &str = "S-1-5-18";

pub(super) fn files(job: &Job) -> anyhow::Result<Vec<JobFile>> {
    let marked = std::iter::once(0xfeff);
    let text = definition(job)?;
    let units = marked.chain(text.encode_utf16());
    Ok(vec![JobFile {
        name: FILE.to_owned(),
        content: units.flat_map(u16::to_le_bytes).collect(),
    }])
}

fn definition(job: &Job) -> anyhow::Result<String> {
    let Some((program, arguments)) = job.command.split_first() else {
        anyhow::bail!("the job has no command");
    };
    let arguments: Vec<_> = arguments.iter().map(|word| quoted(word)).collect();
    let (user, logon) = match &job.user {
        None => (SYSTEM, ""),
        // Without a password that Windows would have to keep.
        Some(user) => (user.as_str(), "\n      <LogonType>S4U</LogonType>"),
    };
    Ok(format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-16\"?>
<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">
  <RegistrationInfo>
    <Description>Daily backup by keyfold-agent</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{at}:00</StartBoundary>
      <RandomDelay>PT30M</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id=\"Author\">
      <UserId>{user}</UserId>{logon}
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>8</Priority>
  </Settings>
  <Actions Context=\"Author\">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
",
        at = job.at,
        user = xml(user),
        program = xml(program),
        arguments = xml(&arguments.join(" ")),
    ))
}

/// As `CommandLineToArgvW` reads it: backslashes count only before a double quote.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for c in word.chars() {
        if c == '"' {
            quoted.push_str(&"\\".repeat(backslashes + 1));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        quoted.push(c);
    }
    quoted.push_str(&"\\".repeat(backslashes));
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::awkward;
    use super::*;

    #[test]
    fn arguments_are_quoted_for_windows() {
        assert_eq!(quoted("plain"), r#""plain""#);
        assert_eq!(quoted(r"C:\My Files\"), r#""C:\My Files\\""#);
        assert_eq!(quoted(r#"a"b"#), r#""a\"b""#);
        assert_eq!(quoted(r#"a\"b"#), r#""a\\\"b""#);
    }

    #[test]
    fn a_task_is_xml_in_utf_16() {
        let task = definition(&awkward(None)).unwrap();
        assert!(task.contains("<UserId>S-1-5-18</UserId>"), "{task}");
        assert!(
            task.contains("<Command>/opt/key fold/keyfold-agent</Command>"),
            "{task}"
        );
        assert!(
            task.contains(
                "&quot;100% \\&quot;of\\&quot; $HOME &lt;&amp;&gt; \\\\&quot;</Arguments>"
            ),
            "{task}"
        );
        assert!(task.contains("T02:05:00<"), "{task}");
        let files = files(&awkward(Some("backup"))).unwrap();
        assert_eq!(files[0].content[..4], [0xff, 0xfe, b'<', 0]);
    }
}
