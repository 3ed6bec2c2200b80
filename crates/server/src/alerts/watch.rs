//! The periodic look.

use std::collections::HashMap;
use std::time::Duration as Pause;

use keyfold_api::alerts::{AlertId, AlertKind};
use keyfold_core::id::AccountId;
use time::{Duration, OffsetDateTime};
use tokio::time::{MissedTickBehavior, interval};

use super::post;
use super::rules::{Rules, reached};
use crate::state::{Platform, Shared};
use crate::store::{AlertChange, Cause, KeyFare, OpenAlert, StoreError};

/// How often everything but accounts is looked at, and mail goes out.
const LOOK: Pause = Pause::from_mins(1);
/// How often all accounts are looked at, one part after the other.
const WALK: Duration = Duration::minutes(15);
/// So many accounts are a part.
const PART: u16 = 500;
/// So many changes are made at a time, while nobody else changes anything.
const CHANGES: usize = 100;
/// Who looks holds this row for so long, and holds it anew before each part.
const HELD: &str = "alerts";
const HOLD: Duration = Duration::minutes(5);
/// A credential that nobody used for so long is at rest.
const QUIET: Duration = Duration::days(7);
/// So long a closed alert is remembered, for whoever has not been told yet.
const REMEMBERED: Duration = Duration::days(30);

/// Looks for as long as the process lives.
pub async fn watch(platform: Shared) {
    let mut watch = Watch::new(&platform);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = watch.look(&platform).await {
            tracing::error!(%error, "alerts were not looked at; trying again in a minute");
        }
    }
}

/// Who looks, and when it looked at all accounts last.
pub struct Watch {
    holder: String,
    walked: Option<OffsetDateTime>,
}

impl Watch {
    /// One that has not looked yet.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        Self {
            holder: platform.entropy.token().to_string(),
            walked: None,
        }
    }

    /// Raises and closes what is due and sends mail, unless another AccountServer does.
    pub async fn look(&mut self, platform: &Platform) -> Result<(), StoreError> {
        if !self.holds(platform).await? {
            return Ok(());
        }
        let (store, now) = (&platform.store, platform.now());
        let rules = Rules::of(store.alert_rules().await?);
        let expires = AlertKind::CertificateExpires;
        let ahead = now + Duration::days(rules.most_days(expires).into()) + Duration::SECOND;
        let causes = store.certificates_ending(ahead).await?;
        compare(platform, &rules, expires, causes).await?;
        let causes = store.ended_credentials_used(now - QUIET).await?;
        compare(platform, &rules, AlertKind::EndedCredentialUsed, causes).await?;
        if self.walked.is_none_or(|walked| now - walked >= WALK) {
            self.walk(platform, &rules).await?;
            store.forget_alerts(now - REMEMBERED).await?;
            self.walked = Some(now);
        }
        post::send(platform, &rules).await
    }

    async fn holds(&self, platform: &Platform) -> Result<bool, StoreError> {
        let now = platform.now();
        let held = platform
            .store
            .hold_sink(HELD, &self.holder, now, now + HOLD);
        Ok(held.await?.is_some())
    }

    /// Looks at all accounts, as long as nobody else does.
    async fn walk(&self, platform: &Platform, rules: &Rules) -> Result<(), StoreError> {
        let mut after = None;
        while self.holds(platform).await? {
            let fares = platform.store.key_fares(after, PART).await?;
            let Some(last) = fares.last() else {
                break;
            };
            after = Some(last.account);
            note(platform, &fares).await?;
            let now = platform.now();
            let changes = fares
                .into_iter()
                .filter_map(|fare| change_of(platform, rules, fare, now))
                .collect();
            make(platform, changes).await?;
        }
        Ok(())
    }
}

/// Notes which keys are seen not captured for the first time, and which are captured again.
async fn note(platform: &Platform, fares: &[KeyFare]) -> Result<(), StoreError> {
    let accounts = |wanted: fn(&KeyFare) -> bool| -> Vec<AccountId> {
        let wanted = fares.iter().filter(|fare| wanted(fare));
        wanted.map(|fare| fare.account).collect()
    };
    let again = accounts(|fare| fare.captured && fare.uncaptured_since.is_some());
    let newly = accounts(|fare| !fare.captured && fare.uncaptured_since.is_none());
    platform.store.note_uncaptured(&again, None).await?;
    let now = platform.now();
    platform.store.note_uncaptured(&newly, Some(now)).await
}

fn change_of(
    platform: &Platform,
    rules: &Rules,
    fare: KeyFare,
    now: OffsetDateTime,
) -> Option<AlertChange> {
    let cause = (!fare.captured).then(|| Cause {
        subject: fare.account.to_string(),
        scope: fare.group,
        path: fare.path,
        account: Some(fare.account),
        certificate: None,
        at: fare.uncaptured_since.unwrap_or(now),
    });
    change(
        platform,
        rules,
        AlertKind::KeyNotCaptured,
        cause,
        fare.alert,
    )
}

/// Compares all causes of a kind with all open alerts of it.
async fn compare(
    platform: &Platform,
    rules: &Rules,
    kind: AlertKind,
    causes: Vec<Cause>,
) -> Result<(), StoreError> {
    let open = platform.store.open_alerts(kind).await?;
    let mut open: HashMap<String, OpenAlert> = open
        .into_iter()
        .map(|alert| (alert.subject.clone(), alert))
        .collect();
    let mut changes: Vec<AlertChange> = causes
        .into_iter()
        .filter_map(|cause| {
            let alert = open.remove(&cause.subject);
            change(platform, rules, kind, Some(cause), alert)
        })
        .collect();
    changes.extend(
        open.into_values()
            .map(|alert| AlertChange::Close { id: alert.id }),
    );
    make(platform, changes).await
}

/// What has to change about one subject.
fn change(
    platform: &Platform,
    rules: &Rules,
    kind: AlertKind,
    cause: Option<Cause>,
    open: Option<OpenAlert>,
) -> Option<AlertChange> {
    let due = cause.and_then(|cause| {
        let rule = rules.at(kind, &cause.path)?;
        let due = reached(kind, rule, cause.at, platform.now())?;
        Some((cause, due.day))
    });
    match (due, open) {
        (Some((cause, day)), None) => Some(AlertChange::Raise {
            id: platform.entropy.draw(AlertId::random),
            kind,
            cause,
            day,
        }),
        (Some((_, day)), Some(open)) if open.day != day => {
            Some(AlertChange::Reach { id: open.id, day })
        }
        (None, Some(open)) => Some(AlertChange::Close { id: open.id }),
        _ => None,
    }
}

async fn make(platform: &Platform, changes: Vec<AlertChange>) -> Result<(), StoreError> {
    let now = platform.now();
    for changes in changes.chunks(CHANGES) {
        platform.store.change_alerts(changes, now).await?;
    }
    Ok(())
}
