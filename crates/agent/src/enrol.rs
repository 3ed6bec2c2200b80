//! `enrol`: spends an enrolment string.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, ensure};
use keyfold_api::agents::{Enrol, Enrolment};
use keyfold_api::client::Client;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::backup::say;
use crate::cli::EnrolArgs;
use crate::enrolment::{self, KeptEnrolment};
use crate::key_file::{self, Slot};
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
    let text = enrolment_text(args)?;
    let Enrolment {
        server,
        authority,
        token,
    } = Enrolment::from_text(&text)?;
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
    if let Err(error) = kept.client()?.account().await {
        say(&format!(
            "the enrolment is kept, but could not be tried: {error}"
        ));
    }
    println!(
        "Enrolled for the account “{}” at {}.",
        kept.account_name, kept.server
    );
    if key_file::read(state, Slot::Present)?.is_none() {
        println!("Now set its key: `keyfold-agent key generate`, or `keyfold-agent key set`.");
    }
    Ok(())
}

fn enrolment_text(args: &EnrolArgs) -> anyhow::Result<Zeroizing<String>> {
    match &args.file {
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
