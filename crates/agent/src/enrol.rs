//! `enrol`: spends an enrolment string.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use keyfold_api::agents::{Enrol, Enrolment};
use keyfold_api::client::Client;
use keyfold_core::id::KeyId;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::cli::EnrolArgs;
use crate::end_to_end;
use crate::enrolment::{self, KeptEnrolment};
use crate::generated;
use crate::key_file::{self, KeptKey, Slot};
use crate::say::say;
use crate::state::StateDirectory;

/// Far above any enrolment string.
const MAX_TEXT: u64 = 16 << 10;

/// Joins this machine to the account that the enrolment string names.
pub(crate) async fn enrol(state: &StateDirectory, args: &EnrolArgs) -> anyhow::Result<()> {
    if let Some(kept) = enrolment::read(state)? {
        ensure!(
            args.replace,
            "this machine is enrolled already, for the account “{}”; to enrol it anew, add --replace",
            kept.account_name
        );
    }
    let text = enrolment_text(args.file.as_deref())?;
    let kept = spend(state, &text).await?;
    println!(
        "Enrolled for the account “{}” at {}.",
        kept.account_name, kept.server
    );
    if key_file::read(state, Slot::Present)?.is_none() {
        println!("Now set its key: `keyfold-agent key generate`, or `keyfold-agent key set`.");
    }
    Ok(())
}

/// Enrols a machine that is not enrolled yet with the string in this file, which is removed then, and makes a key where
/// there is none. It may have come with the image of the machine.
pub(crate) async fn at_first_run(
    state: &StateDirectory,
    file: &Path,
    with_salt: bool,
) -> anyhow::Result<()> {
    if enrolment::read(state)?.is_none() {
        let text = enrolment_text(Some(file))?;
        let kept = spend(state, &text).await?;
        say(&format!(
            "enrolled for the account “{}” at {}",
            kept.account_name, kept.server
        ));
        if let Err(error) = std::fs::remove_file(file) {
            say(&format!(
                "“{}” is spent, but cannot be removed: {error}",
                file.display()
            ));
        }
    }
    if key_file::read(state, Slot::Present)?.is_none() {
        let id = KeyId::random(&mut rand::rng());
        let key = generated::new(with_salt)?;
        let made = KeptKey {
            id,
            key,
            generated: true,
        };
        key_file::write(state, Slot::Present, &made)?;
        say(&format!("made a key, with the number {id}"));
    }
    Ok(())
}

/// Spends an enrolment string.
async fn spend(state: &StateDirectory, text: &str) -> anyhow::Result<KeptEnrolment> {
    let Enrolment {
        server,
        authority,
        token,
    } = Enrolment::from_text(text)?;
    let enrol = Enrol {
        token,
        host_name: host_name(),
    };
    let enrolled = Client::new(&server, authority)?.enrol(&enrol).await?;
    let kept = KeptEnrolment::new(
        server,
        authority,
        enrolled.account,
        enrolled.account_name,
        enrolled.credential,
        OffsetDateTime::now_utc(),
    );
    enrolment::write(state, &kept)?;
    // The first use ends the credential that the account had before.
    let platform = kept.client()?;
    end_to_end::settle(state, enrolled.end_to_end, &platform).await?;
    if let Err(error) = platform.account().await {
        say(&format!(
            "the enrolment is kept, but could not be tried: {error}"
        ));
    }
    Ok(kept)
}

fn enrolment_text(file: Option<&Path>) -> anyhow::Result<Zeroizing<String>> {
    match file {
        Some(path) => {
            let text = File::open(path).and_then(bounded);
            text.with_context(|| {
                format!("cannot read the enrolment string from “{}”", path.display())
            })
        }
        None if io::stdin().is_terminal() => rpassword::prompt_password("Enrolment string: ")
            .map(Zeroizing::new)
            .context("cannot read the enrolment string"),
        None => bounded(io::stdin().lock())
            .context("cannot read the enrolment string from standard input"),
    }
}

fn bounded(source: impl io::Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(MAX_TEXT).read_to_string(&mut text)?;
    Ok(text)
}

/// This machine's name, for the AccountServer's audit log.
fn host_name() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    if name.is_empty() {
        "unknown".to_owned()
    } else {
        name
    }
}
