//! `config`: which settings are in force and where each comes from, or a file with all of them to begin with.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use toml::Value;
use url::Url;

use super::Settings;
use super::layers::{Layers, name_of, settings};

/// Print the settings in force, and where each comes from.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(flatten)]
    settings: AnySettings,
    /// Print a settings file instead, with every setting, what it is for and its default.
    #[arg(long)]
    example: bool,
}

/// Takes every setting and requires none: only [`Layers`] looks at them.
#[derive(Debug)]
struct AnySettings;

impl Args for AnySettings {
    fn augment_args(command: Command) -> Command {
        Settings::augment_args(command).mut_args(|setting| setting.required(false))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AnySettings {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}

impl Config {
    pub(crate) fn run(&self, layers: &Layers) {
        let text = if self.example {
            example()
        } else {
            in_force(layers)
        };
        print!("{text}");
    }
}

/// Every setting as a line of TOML; passwords in addresses are not shown.
fn in_force(layers: &Layers) -> String {
    let mut text = String::new();
    if let Some(file) = layers.file() {
        let _ = writeln!(text, "# settings file: {}", file.display());
    }
    for setting in layers.settings() {
        let name = name_of(setting);
        let _ = match layers.origin(setting) {
            Some((values, origin)) => {
                let values: Vec<String> = values.iter().map(|value| shown(value)).collect();
                writeln!(text, "{name} = {}  # {origin}", toml(setting, &values))
            }
            None => writeln!(text, "# {name} is not set"),
        };
    }
    text
}

/// A settings file in which every line is a comment: what each setting is for, and its default.
pub(super) fn example() -> String {
    let mut text = String::from(
        "# Settings of the AccountServer, with their defaults. `keyfold-server config --example` prints this file.\n\
         #\n\
         # A flag wins over the environment, that over this file. Flag, variable and key have one name: `public-url`\n\
         # here, `--public-url` on the command line, `KEYFOLD_PUBLIC_URL` in the environment, where the values of a\n\
         # list are separated by commas. `keyfold-server config` prints what is in force.\n",
    );
    let mut heading = "";
    for setting in &settings() {
        let its_heading = setting.get_help_heading().unwrap_or("General");
        if its_heading != heading {
            heading = its_heading;
            let _ = writeln!(text, "\n## {heading}");
        }
        let help = setting.get_help().map(ToString::to_string);
        let _ = writeln!(text, "\n# {}", help.unwrap_or_default());
        let defaults = defaults(setting);
        let name = name_of(setting);
        let _ = if defaults.is_empty() {
            writeln!(text, "# {name} = {}", placeholder(setting))
        } else {
            writeln!(text, "#{name} = {}", toml(setting, &defaults))
        };
    }
    text
}

fn defaults(setting: &Arg) -> Vec<String> {
    if matches!(setting.get_action(), ArgAction::SetTrue) {
        return vec!["false".to_owned()];
    }
    let values = setting.get_default_values().iter();
    values
        .map(|value| value.to_string_lossy().into_owned())
        .collect()
}

fn placeholder(setting: &Arg) -> String {
    let names = setting.get_value_names().unwrap_or_default();
    let name = names.first().map(ToString::to_string).unwrap_or_default();
    toml(setting, &[name])
}

/// A list where the setting is one; numbers and truths without quotes.
fn toml(setting: &Arg, values: &[String]) -> String {
    let mut values = values.iter().map(|value| match value.parse::<i64>() {
        Ok(number) => Value::Integer(number),
        Err(_) if matches!(setting.get_action(), ArgAction::SetTrue) => {
            Value::Boolean(value == "true")
        }
        Err(_) => Value::String(value.clone()),
    });
    if matches!(setting.get_action(), ArgAction::Append) {
        Value::Array(values.collect()).to_string()
    } else {
        values
            .next()
            .map(|value| value.to_string())
            .unwrap_or_default()
    }
}

/// A value without the secrets that an address may carry: its password, and what stands behind `?`.
fn shown(value: &str) -> String {
    let Ok(mut url) = Url::parse(value) else {
        return value.to_owned();
    };
    if url.password().is_none() && url.query().is_none() {
        return value.to_owned();
    }
    if url.password().is_some() {
        // Fails for an address that has no place for a password only, and this one has a password.
        let _ = url.set_password(Some("***"));
    }
    if url.query().is_some() {
        url.set_query(Some("***"));
    }
    url.into()
}

#[cfg(test)]
mod tests;
