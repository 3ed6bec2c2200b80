//! Alerts by mail: to each recipient one mail with everything that is new to them, and an hour of rest after it.

use time::Duration;

use super::digest::Digest;
use super::rules::Rules;
use super::view::views;
use crate::operation::Labelled;
use crate::state::Platform;
use crate::store::{AlertRow, StoreError};

/// A recipient gets no second mail within so long.
const REST: Duration = Duration::hours(1);
/// After a failure it is tried again so much later.
const RETRY: Duration = Duration::minutes(5);
/// While something is looked up or sent, nobody else sends it.
const BRIEF: Duration = Duration::seconds(30);
/// So many changes are looked at for one mail.
const MOST: u32 = 5000;

/// Sends what is due to everybody whom a rule names. A recipient who cannot be reached holds up no other.
pub(super) async fn send(platform: &Platform, rules: &Rules) -> Result<(), StoreError> {
    if platform.mail.is_none() {
        return Ok(());
    }
    for recipient in rules.recipients() {
        send_to(platform, rules, recipient).await?;
    }
    Ok(())
}

async fn send_to(platform: &Platform, rules: &Rules, recipient: &str) -> Result<(), StoreError> {
    let (store, now) = (&platform.store, platform.now());
    let Some(mail) = &platform.mail else {
        return Ok(());
    };
    let row = format!("mail:{recipient}");
    let holder = platform.entropy.token();
    let hold = |long: Duration| store.hold_sink(&row, &holder, now, now + long);
    let Some(sent) = hold(BRIEF).await? else {
        return Ok(());
    };
    let rows = store.alerts_after(sent, MOST).await?;
    let Some(last) = rows.last().map(|row| row.number) else {
        return Ok(());
    };
    let new = views(platform, new_to(rules, recipient, rows)).await?;
    if new.is_empty() {
        return store.sent(&row, &holder, last).await;
    }
    hold(RETRY).await?;
    let name = store.platform().await?.map(|(name, _)| name);
    let digest = Digest::of(&name.unwrap_or_default(), &new, now, &platform.public_url);
    let (alerts, token) = (new.len(), platform.entropy.token());
    match mail.send(recipient, digest, now, &token).await {
        Ok(()) => {
            store.sent(&row, &holder, last).await?;
            hold(REST).await?;
            tracing::info!(recipient, alerts, "alerts sent by mail");
        }
        Err(error) => {
            tracing::warn!(recipient, alerts, %error, "alerts not sent by mail; trying again in five minutes");
            let of = Labelled { of: "mail" };
            let failures = &platform.operation.metrics.sending_failures;
            failures.get_or_create(&of).inc();
        }
    }
    Ok(())
}

/// What is open still, and what a rule wants the recipient to know of.
fn new_to(rules: &Rules, recipient: &str, rows: Vec<AlertRow>) -> Vec<AlertRow> {
    let named = |row: &AlertRow| {
        let rule = rules.at(row.kind, &row.path);
        rule.is_some_and(|rule| rule.recipients.iter().any(|one| one == recipient))
    };
    rows.into_iter()
        .filter(|row| row.closed_at.is_none() && named(row))
        .collect()
}
