//! Passwords for the command line: from the terminal, a file or standard input; never from arguments or environment.

use std::fs;
use std::io::{BufRead as _, IsTerminal as _, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// Where a new password comes from.
#[derive(Debug, Args)]
pub(super) struct NewPassword {
    /// Read the password from the first line of this file, `-` for standard input, instead of asking for it.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl NewPassword {
    /// Asks for the password twice, or reads it.
    pub(super) fn read(&self) -> anyhow::Result<SecretString> {
        match &self.password_file {
            Some(file) => first_line(file),
            None if stdin().is_terminal() => ask_twice(),
            None => bail!("there is no terminal to ask for the password; give --password-file"),
        }
    }
}

pub(super) fn first_line(file: &Path) -> anyhow::Result<SecretString> {
    let mut text = Zeroizing::new(String::new());
    if file == Path::new("-") {
        stdin().lock().read_line(&mut text)?;
    } else {
        *text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("the first line of the password file is empty; write the password there");
    }
    Ok(SecretString::from(line))
}

fn ask_twice() -> anyhow::Result<SecretString> {
    let password = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let again = Zeroizing::new(rpassword::prompt_password("Password again: ")?);
    if password != again {
        bail!("the two passwords differ; try again");
    }
    Ok(SecretString::from(password.as_str()))
}
