//! `end-to-end`: a person says which scopes may have the key, and sees what comes of it.

use anyhow::{Context as _, Result, ensure};
use keyfold_api::client::AgentClient;
use time::OffsetDateTime;

use super::pinned::{self, Pinned};
use super::{Own, Verdict, above, judge};
use crate::cli::EndToEndArgs;
use crate::enrolment;
use crate::key_file::{self, Slot};
use crate::renewal;
use crate::say::say;
use crate::state::StateDirectory;

/// Changes whom the key is encrypted to, and shows it.
pub(crate) async fn command(state: &StateDirectory, args: &EndToEndArgs) -> Result<()> {
    if args.off {
        return switch_off(state).await;
    }
    let was_on = change(state, args).await?;
    let Some(enrolment) = enrolment::read(state)? else {
        println!("End-to-end capture is on, from the enrolment of this machine on.");
        return Ok(());
    };
    let own = Own::of(&enrolment);
    let platform = renewal::client(state, enrolment).await?;
    if !was_on {
        warn_if_presented(state, &platform).await?;
    }
    platform.choose_end_to_end(true).await?;
    show(state, &platform, own).await
}

/// Answers whether it was on before.
async fn change(state: &StateDirectory, args: &EndToEndArgs) -> Result<bool> {
    let _lock = pinned::lock(state).await?;
    let before = pinned::read(state)?;
    let was_on = before.is_some();
    ensure!(
        was_on || !args.to.is_empty(),
        "end-to-end capture is off; switch it on with `keyfold-agent end-to-end --to GUID`, with the GUID that the \
         scope's admin tells you"
    );
    let mut pinned = before.unwrap_or_else(Pinned::new);
    for scope in &args.to {
        pinned.add(*scope);
    }
    for scope in &args.not_to {
        pinned.remove(*scope);
    }
    pinned::write(state, &pinned)?;
    Ok(was_on)
}

async fn switch_off(state: &StateDirectory) -> Result<()> {
    if let Some(enrolment) = enrolment::read(state)? {
        let platform = renewal::client(state, enrolment).await?;
        platform.choose_end_to_end(false).await?;
    }
    pinned::forget(state)?;
    println!("End-to-end capture is off: the next backup presents the key to the AccountServer.");
    Ok(())
}

async fn show(state: &StateDirectory, platform: &AgentClient, own: Own) -> Result<()> {
    let above = above(platform).await?;
    let mut pinned =
        pinned::read(state)?.context("end-to-end capture was switched off meanwhile")?;
    // What is seen here is not remembered: nothing is encrypted.
    let verdicts = judge::all(
        &above,
        &mut pinned,
        own.authority,
        OffsetDateTime::now_utc(),
    )?;
    for (certificate, verdict) in above.certificates.iter().zip(&verdicts) {
        println!("{}: {verdict}", judge::named(certificate));
    }
    for scope in pinned.guids() {
        if above.certificates.iter().all(|it| it.scope != scope) {
            println!(
                "{scope}: the AccountServer knows no active certificate of it above this account"
            );
        }
    }
    if !verdicts.iter().any(|it| matches!(it, Verdict::Passes(_))) {
        println!("So nobody could recover the key.");
    }
    Ok(())
}

/// What was presented before stays known to the AccountServer.
async fn warn_if_presented(state: &StateDirectory, platform: &AgentClient) -> Result<()> {
    let present = key_file::read(state, Slot::Present)?.map(|key| key.id);
    if present.is_some() && platform.account().await?.key_id == present {
        println!(
            "The AccountServer has had the present key; `keyfold-agent key rotate` makes one that it never has."
        );
    }
    Ok(())
}

/// After an enrolment: tells the AccountServer what holds on this machine, or does as it says, which keeps the key from it.
pub(crate) async fn settle(
    state: &StateDirectory,
    told: bool,
    platform: &AgentClient,
) -> Result<()> {
    if pinned::read(state)?.is_some() {
        // The first backup tells it again if it is not told now.
        if let Err(error) = platform.choose_end_to_end(true).await {
            say(&format!(
                "the AccountServer is not told of end-to-end capture yet: {error}"
            ));
        }
    } else if told {
        pinned::write(state, &Pinned::new())?;
        say(
            "this account is captured end to end; say which scopes may have its key with `keyfold-agent end-to-end --to GUID`",
        );
    }
    Ok(())
}
