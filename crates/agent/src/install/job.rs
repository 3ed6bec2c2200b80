//! What is started, by whom and when.

use std::fmt;
use std::str::FromStr;

/// A backup that is made every day.
pub(super) struct Job {
    /// The Agent and its arguments.
    pub(super) command: Vec<String>,
    /// Whose it is; the system's own when none.
    pub(super) user: Option<String>,
    /// When, in the machine's own time.
    pub(super) at: TimeOfDay,
}

impl Job {
    /// What the tool is called.
    pub(super) fn tool(&self) -> &str {
        let mut words = self.command.iter().skip_while(|word| *word != "--").skip(1);
        let program = words.next().map_or("", String::as_str);
        std::path::Path::new(program)
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or(program)
    }
}

/// Hours and minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeOfDay {
    pub(super) hour: u8,
    pub(super) minute: u8,
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is not a time of day such as 02:30");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let number = |digits: &str, below: u8| {
            let number = digits.parse().ok().filter(|number| *number < below);
            number.filter(|_| digits.len() == 2).ok_or_else(wrong)
        };
        Ok(Self {
            hour: number(hour, 24)?,
            minute: number(minute, 60)?,
        })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// For XML, as text or as the value of an attribute.
pub(super) fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A job whose command is hard to quote.
    pub(in crate::install) fn awkward(user: Option<&str>) -> Job {
        let command = [
            "/opt/key fold/keyfold-agent",
            "backup",
            "--",
            "restic",
            "backup",
            "100% \"of\" $HOME <&> \\",
        ];
        Job {
            command: command.map(str::to_owned).to_vec(),
            user: user.map(str::to_owned),
            at: "02:05".parse().unwrap(),
        }
    }

    #[test]
    fn a_time_of_day_has_four_digits() {
        assert_eq!("23:59".parse::<TimeOfDay>().unwrap().to_string(), "23:59");
        for wrong in [
            "24:00", "12:60", "2:30", "02:3", "0230", "", "02:30:00", "-1:00",
        ] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
        assert_eq!(awkward(None).tool(), "restic");
    }
}
