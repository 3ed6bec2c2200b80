//! Where a setting comes from: a flag wins over the environment, that over the settings file, that over the default.
//!
//! clap does the first two and the last; the file's values take the place of the defaults.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args as _, Command, CommandFactory as _, FromArgMatches as _};

use super::Settings;
use super::file::SettingsFile;
use crate::cli::Cli;

/// Its name in the data directory, where it is found without being named.
const FILE_NAME: &str = "keyfold-server.toml";
/// The flag that names it.
const FILE_FLAG: &str = "config";
const PREFIX: &str = "KEYFOLD_";

/// A command line that was read, and what it was read from.
pub(crate) struct Layers {
    matches: ArgMatches,
    file: Option<(PathBuf, SettingsFile)>,
    settings: Vec<Arg>,
}

impl Layers {
    /// Reads the process's command line, its environment and the settings file. Ends the process, as clap does, when
    /// there is only help to show, or an argument is refused.
    pub(crate) fn of_this_process() -> anyhow::Result<(Cli, Self)> {
        let settings = settings();
        let command = with_environment(Cli::command(), &settings);
        let first = without_requirements(command.clone()).get_matches();
        let file = match file_of(&first) {
            Some(path) => {
                let file = SettingsFile::read(&path, &settings)?;
                Some((path, file))
            }
            None => None,
        };
        let command = match &file {
            Some((_, file)) => with_file(command, &settings, file),
            None => command,
        };
        let matches = command.get_matches();
        let cli = Cli::from_arg_matches(&matches).context("the command line was not understood")?;
        let layers = Self {
            matches,
            file,
            settings,
        };
        Ok((cli, layers))
    }

    /// All settings, in the order of their documentation.
    pub(super) fn settings(&self) -> &[Arg] {
        &self.settings
    }

    /// The settings file, where there is one.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref().map(|(path, _)| path)
    }

    /// A setting's values and where they come from; `None` when it is not set.
    pub(super) fn origin(&self, setting: &Arg) -> Option<(Vec<String>, &'static str)> {
        let matches = innermost(&self.matches);
        let id = setting.get_id().as_str();
        let values = matches.try_get_raw(id).ok()??;
        let in_file = self
            .file
            .as_ref()
            .is_some_and(|(_, file)| file.values(setting).is_some());
        let origin = match matches.value_source(id)? {
            ValueSource::CommandLine => "flag",
            ValueSource::EnvVariable => "environment",
            _ if in_file => "file",
            _ => "default",
        };
        let values = values.map(|value| value.to_string_lossy().into_owned());
        Some((values.collect(), origin))
    }

    /// Says which variables of the environment look like settings and are none.
    pub(crate) fn warn_of_strangers(&self) {
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            let known = |setting: &Arg| name == variable(setting);
            if !name.starts_with(PREFIX) || self.settings.iter().any(known) {
                continue;
            }
            let close = self.settings.iter().map(variable);
            if let Some(close) = close
                .into_iter()
                .find(|it| strsim::damerau_levenshtein(it, &name) <= 2)
            {
                tracing::warn!(%name, "no setting has this name; did you mean {close}?");
            }
        }
    }
}

/// Every setting: what all commands take, and what `serve` takes.
pub(super) fn settings() -> Vec<Arg> {
    let everywhere = Cli::command();
    let everywhere = everywhere
        .get_arguments()
        .filter(|argument| argument.get_id() != FILE_FLAG);
    let serving = Settings::augment_args(Command::new("serve"));
    everywhere.chain(serving.get_arguments()).cloned().collect()
}

/// A setting's name, on the command line and in the file.
pub(super) fn name_of(setting: &Arg) -> &str {
    setting.get_long().unwrap_or_default()
}

/// A setting's name in the environment.
pub(super) fn variable(setting: &Arg) -> String {
    format!(
        "{PREFIX}{}",
        name_of(setting).replace('-', "_").to_uppercase()
    )
}

/// Changes every argument of the command, and of its subcommands, that is a setting.
fn each_setting(command: Command, settings: &[Arg], change: &impl Fn(Arg) -> Arg) -> Command {
    let is_setting = |argument: &Arg| settings.iter().any(|it| it.get_id() == argument.get_id());
    command
        .mut_args(|argument| {
            if is_setting(&argument) {
                change(argument)
            } else {
                argument
            }
        })
        .mut_subcommands(|command| each_setting(command, settings, change))
}

fn with_environment(command: Command, settings: &[Arg]) -> Command {
    each_setting(command, settings, &|setting| {
        let variable = variable(&setting);
        setting.env(variable)
    })
}

pub(super) fn with_file(command: Command, settings: &[Arg], file: &SettingsFile) -> Command {
    each_setting(command, settings, &|setting| match file.values(&setting) {
        Some(values) => {
            let values: Vec<OsString> = values.iter().map(OsString::from).collect();
            setting.default_values(values).required(false)
        }
        None => setting,
    })
}

/// The first reading only wants to know where the settings file is, which may hold what is required.
fn without_requirements(command: Command) -> Command {
    command
        .mut_args(|argument| argument.required(false))
        .mut_subcommands(without_requirements)
}

fn file_of(matches: &ArgMatches) -> Option<PathBuf> {
    let matches = innermost(matches);
    let path = |id| matches.try_get_one::<PathBuf>(id).ok().flatten();
    let usual = || {
        let file = path("data_dir")?.join(FILE_NAME);
        file.exists().then_some(file)
    };
    path(FILE_FLAG).cloned().or_else(usual)
}

fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::Command as Subcommand;

    /// `keyfold-server serve` with this settings file and these flags.
    fn serve(file: &str, flags: &[&str]) -> Result<Settings, String> {
        let settings = settings();
        let file = SettingsFile::parse(file, Path::new("keyfold-server.toml"), &settings)
            .map_err(|error| error.to_string())?;
        let line = ["keyfold-server", "serve"].iter().chain(flags);
        let matches = with_file(Cli::command(), &settings, &file)
            .try_get_matches_from(line)
            .map_err(|error| error.to_string())?;
        match Cli::from_arg_matches(&matches).unwrap().command {
            Subcommand::Serve(settings) => Ok(*settings),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_that_over_the_default() {
        let file = r#"
            data-dir = "/var/lib/keyfold"
            listen = "0.0.0.0:443"
            shutdown-grace = "7s"
            header-timeout = "2m"
            intermediate = ["one.pem", "two.pem"]
        "#;
        let settings = serve(file, &["--listen", "127.0.0.1:9"]).unwrap();
        assert_eq!(settings.data_dir.path(), Path::new("/var/lib/keyfold"));
        assert_eq!(settings.network.listen.to_string(), "127.0.0.1:9");
        assert_eq!(settings.limits.shutdown_grace.as_secs(), 7);
        assert_eq!(settings.limits.header_timeout.as_secs(), 120);
        assert_eq!(settings.trust_files().intermediates.len(), 2);
    }

    #[test]
    fn what_no_setting_takes_is_refused_by_name() {
        for (file, words) in [
            (
                "lisen = 'x'",
                "has a key `lisen`, which is no setting; the nearest one is `listen`",
            ),
            ("public_url = 'x'", "the nearest one is `public-url`"),
            ("config = 'x'", "which is no setting"),
            ("[listen]\nport = 1", "`listen` is a text, a number"),
            (
                "listen = 'nowhere'",
                "invalid value 'nowhere' for '--listen",
            ),
            (
                "header-timeout = 'soon'",
                "invalid value 'soon' for '--header-timeout",
            ),
            (
                "listen = ['127.0.0.1:1', '127.0.0.1:2']",
                "cannot be used multiple times",
            ),
            ("listen = ", "is not TOML"),
        ] {
            let refused = serve(file, &["--data-dir", "x"]).unwrap_err();
            assert!(refused.starts_with("keyfold-server.toml"), "{refused}");
            assert!(refused.contains(words), "{refused}");
            assert!(!refused.contains("Usage"), "{refused}");
        }
    }

    #[test]
    fn what_is_required_may_stand_in_the_file_only() {
        assert!(serve("", &[]).unwrap_err().contains("--data-dir"));
        serve("data-dir = 'x'", &[]).unwrap();
    }
}
