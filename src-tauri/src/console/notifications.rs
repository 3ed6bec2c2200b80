//! Desktop notifications: what an administrator wants to know of while the window is behind others.
//!
//! An event of the platform says what to look at; here it is looked at, and decided whether anybody is told. A name stands
//! in a title alone, as [`shown`] shows it: a title is plain text to every desktop, what stands below it may be markup.

use std::collections::HashSet;
use std::sync::Arc;

use keyfold_api::alerts::{Alert, AlertKind};
use keyfold_api::certificates::UploadedCertificate;
use keyfold_api::client::{ClientError, UserClient};
use keyfold_api::events::Event;
use keyfold_api::pages::PageQuery;
use keyfold_api::requests::{Request, RequestId, RequestState};
use keyfold_api::sessions::Role;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use time::OffsetDateTime;

use super::{Console, blocking};
use crate::error::CommandError;
use crate::settings_file::Settings;
use crate::view::days_left;
use crate::view::names::shown;

/// More than this at once are told as one.
const SEVERAL: usize = 3;
/// Alerts that are looked at after an event.
const ALERTS: u16 = 100;

/// What a desktop shows for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// One line; the only place for a name.
    pub title: String,
    /// A sentence of our own.
    pub body: &'static str,
}

/// What the user of this session was told, or knew before.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Whose session it is, by sign-in name.
    user: String,
    requests: HashSet<RequestId>,
    certificates: HashSet<Fingerprint>,
    /// The newest change of an alert; none before it was asked for.
    alerts: Option<u64>,
}

impl Told {
    /// Told once that a request is signed and waits to be uploaded.
    fn signed(&mut self, request: &Request) -> Option<Notification> {
        let waits = matches!(
            request.state,
            RequestState::Signed {
                uploaded: false,
                ..
            }
        );
        (waits && self.requests.insert(request.id)).then(|| Notification {
            title: format!("{}: certificate signed", shown(&request.scope_name)),
            body: "Upload it, so that keys are captured from now on.",
        })
    }

    /// Told once that another certificate took the place of one, unless the user did it. `newest` has the newest first.
    fn replaced(
        &mut self,
        name: &str,
        activated: Fingerprint,
        newest: &[UploadedCertificate],
        by: &str,
    ) -> Option<Notification> {
        let [active, _, ..] = newest else {
            return None;
        };
        let is_news = active.fingerprint == activated && active.uploaded_by != by;
        (is_news && self.certificates.insert(activated)).then(|| Notification {
            title: format!("{}: certificate replaced", shown(name)),
            body: "Get the new certificate folder from whoever renewed it. Yours opens what was captured before.",
        })
    }

    /// Told of certificates that end within the days of their rule, as each of these days comes.
    fn ending(&mut self, alerts: &[Alert], now: OffsetDateTime) -> Vec<Notification> {
        let newest = alerts.iter().map(|alert| alert.number).max();
        let Some(before) = self
            .alerts
            .replace(newest.or(self.alerts).unwrap_or_default())
        else {
            return Vec::new();
        };
        let is_news =
            |alert: &&Alert| alert.number > before && alert.kind == AlertKind::CertificateExpires;
        let news: Vec<&Alert> = alerts.iter().filter(is_news).collect();
        let body = "Request a new one in good time.";
        if news.len() > SEVERAL {
            let title = format!("{} Group Certificates end soon", news.len());
            return vec![Notification { title, body }];
        }
        let told = news.into_iter().map(|alert| Notification {
            title: format!("{}: {}", shown(&alert.scope_name), ends(alert.at, now)),
            body,
        });
        told.collect()
    }
}

fn ends(at: OffsetDateTime, now: OffsetDateTime) -> String {
    match days_left(at, now) {
        days if days < 0 => "certificate has ended".to_owned(),
        0 => "certificate ends within a day".to_owned(),
        1 => "certificate ends in 1 day".to_owned(),
        days => format!("certificate ends in {days} days"),
    }
}

impl Console {
    /// Looks at what an event is about, and tells the desktop if the user wants to know. What cannot be asked is not told:
    /// the pages say that the connection is lost.
    pub(super) async fn notify_of(self: Arc<Self>, event: Event) {
        let Ok(user) = self.user() else {
            return;
        };
        let administers = matches!(user.user().role, Role::PlatformAdmin | Role::GroupAdmin);
        if !administers || !self.settings().notifications {
            return;
        }
        // One after the other, so that nothing is told twice.
        let mut told = self.told.lock().await;
        if told.user != user.user().name {
            *told = Told {
                user: user.user().name.clone(),
                ..Told::default()
            };
        }
        let news = news_of(&user, &mut told, event, self.now()).await;
        for notification in news.unwrap_or_default() {
            let desktop = Arc::clone(&self.desktop);
            blocking(move || desktop.notify(&notification)).await.ok();
        }
    }

    /// What the user set for this computer.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings::load(&self.places.settings_file)
    }

    /// Sets it anew.
    pub async fn change_settings(&self, settings: Settings) -> Result<Settings, CommandError> {
        let file = self.places.settings_file.clone();
        blocking(move || settings.save(&file)).await??;
        Ok(settings)
    }
}

async fn news_of(
    user: &UserClient,
    told: &mut Told,
    event: Event,
    now: OffsetDateTime,
) -> Result<Vec<Notification>, ClientError> {
    Ok(match event {
        Event::RequestChanged { request, .. } => {
            let request = user.request(request).await?;
            told.signed(&request).into_iter().collect()
        }
        Event::CertificateActivated { scope, certificate } => {
            let newest = user.certificates(scope, first(2)).await?.items;
            let name = name_of(user, scope).await?;
            let by = &user.user().display_name;
            told.replaced(&name, certificate, &newest, by)
                .into_iter()
                .collect()
        }
        Event::AlertsChanged { .. } | Event::Resync => {
            let alerts = user.alerts(user.user().scope, first(ALERTS)).await?;
            told.ending(&alerts.items, now)
        }
        _ => Vec::new(),
    })
}

fn first(limit: u16) -> PageQuery {
    PageQuery {
        limit: Some(limit),
        cursor: None,
    }
}

async fn name_of(user: &UserClient, scope: ScopeGuid) -> Result<String, ClientError> {
    Ok(user.scope(scope).await?.name)
}

#[cfg(test)]
mod tests;
