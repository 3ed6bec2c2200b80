//! Secrets come from the terminal or a file, never from arguments or the environment.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_authority::Authority;
use keyfold_core::passphrase::Passphrase;
use zeroize::Zeroizing;

const MAX_LINE: u64 = 4096;

/// Where the passphrase of the root key comes from.
#[derive(Args)]
pub(super) struct PassphraseSource {
    /// Read the passphrase from the first line of FILE (- for standard input) instead of the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseSource {
    /// The passphrase of an Authority that is there.
    pub(super) fn passphrase(&self) -> anyhow::Result<Passphrase> {
        let typed = secret(
            "Passphrase of the Authority: ",
            self.passphrase_file.as_deref(),
        )?;
        Ok(Passphrase::new(String::clone(&typed))?)
    }

    /// A new passphrase, typed twice.
    pub(super) fn new_passphrase(&self) -> anyhow::Result<Passphrase> {
        let typed = secret(
            "New passphrase for the Authority: ",
            self.passphrase_file.as_deref(),
        )?;
        if self.passphrase_file.is_none() {
            let again = secret("The same once more: ", None)?;
            if *typed != *again {
                bail!("the two passphrases differ; nothing was made, start again");
            }
        }
        Ok(Passphrase::new(String::clone(&typed))?)
    }

    pub(super) fn open(&self, directory: &Path) -> anyhow::Result<Authority> {
        if !directory.join("root.pem").exists() {
            bail!(
                "there is no Authority in {}; make one with init, or say --dir",
                directory.display()
            );
        }
        Ok(Authority::open(directory, &self.passphrase()?)?)
    }
}

/// Asks at the terminal, or reads the first line of a file.
pub(super) fn secret(prompt: &str, file: Option<&Path>) -> anyhow::Result<Zeroizing<String>> {
    match file {
        None => rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .context("there is no terminal to ask at; give the secret in a file (see --help)"),
        Some(path) if path == Path::new("-") => first_line(&mut io::stdin().lock()),
        Some(path) => File::open(path)
            .map_err(anyhow::Error::from)
            .and_then(|file| first_line(&mut BufReader::new(file)))
            .with_context(|| format!("no secret could be read from {}", path.display())),
    }
}

fn first_line(from: &mut impl BufRead) -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::with_capacity(usize::try_from(MAX_LINE)?));
    from.take(MAX_LINE).read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    if line.is_empty() {
        bail!("the first line is empty; write the secret there");
    }
    Ok(line)
}
