//! A launchd job, as a property list.

use super::JobFile;
use super::job::{Job, xml};

/// The job's name.
pub(super) const LABEL: &str = "org.keyfold.agent";

#[expect(clippy::unnecessary_wraps, reason = "other systems can refuse a job")]
pub(super) fn files(job: &Job) -> anyhow::Result<Vec<JobFile>> {
    Ok(vec![JobFile {
        name: format!("{LABEL}.plist"),
        content: property_list(job).into_bytes(),
    }])
}

fn property_list(job: &Job) -> String {
    let words: Vec<_> = job
        .command
        .iter()
        .map(|word| format!("\t\t<string>{}</string>\n", xml(word)))
        .collect();
    let words = words.concat();
    let user = job.user.as_deref().map_or_else(String::new, |user| {
        format!("\t<key>UserName</key>\n\t<string>{}</string>\n", xml(user))
    });
    format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>Label</key>
\t<string>{LABEL}</string>
\t<key>ProgramArguments</key>
\t<array>
{words}\t</array>
{user}\t<key>StartCalendarInterval</key>
\t<dict>
\t\t<key>Hour</key>
\t\t<integer>{hour}</integer>
\t\t<key>Minute</key>
\t\t<integer>{minute}</integer>
\t</dict>
\t<key>ProcessType</key>
\t<string>Background</string>
\t<key>StandardErrorPath</key>
\t<string>/var/log/keyfold-agent.log</string>
</dict>
</plist>
",
        hour = job.at.hour,
        minute = job.at.minute,
    )
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::awkward;
    use super::*;

    #[test]
    fn every_word_of_the_command_is_a_string_of_its_own() {
        let list = property_list(&awkward(None));
        assert!(
            list.contains("\t\t<string>100% &quot;of&quot; $HOME &lt;&amp;&gt; \\</string>\n"),
            "{list}"
        );
        assert!(
            list.contains("<integer>2</integer>\n\t\t<key>Minute</key>\n\t\t<integer>5</integer>"),
            "{list}"
        );
        assert!(!list.contains("UserName"), "{list}");
        assert!(property_list(&awkward(Some("backup"))).contains("<string>backup</string>"));
    }
}
