//! Captured keys: list them, fetch one with a reason.

use axum::Json as Answer;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::audit::{Act, Action};
use keyfold_api::captured_keys::{CapturedKeyId, CapturedKeySummary, RecoverCapturedKey, Recovery};
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::sessions::User;
use keyfold_core::id::{AccountId, ScopeGuid};
use secrecy::SecretString;

use crate::attempts::Trying;
use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::RecoverKeys;
use crate::second_factors::demand;
use crate::state::{Platform, Shared};
use crate::{access, words};

/// Of the account's captured keys those whose certificate's scope the user administers: nobody recovers with a
/// certificate from above.
#[utoipa::path(
    get,
    path = "/accounts/{id}/captured-keys",
    operation_id = "list_captured_keys_of_account",
    tag = "captured-keys",
    security(("session" = ["RecoverKeys"])),
    params(("id" = AccountId, Path), PageQuery),
    responses((status = 200, description = "The captured keys, without their content.", body = Page<CapturedKeySummary>)),
)]
pub(super) async fn list_of_account(
    State(platform): State<Shared>,
    May { user, .. }: May<RecoverKeys>,
    Named(account): Named<AccountId>,
    paging: Paging,
) -> Result<Answer<Page<CapturedKeySummary>>, Refusal> {
    access::account(&platform, &user, account).await?;
    let part = platform
        .store
        .captured_of_account(account, user.scope, paging.slice()?)
        .await?;
    page(part, |summary| summary).map(Answer)
}

/// Keys captured to the certificates of a scope and of those below it.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/captured-keys",
    operation_id = "list_captured_keys_of_scope",
    tag = "captured-keys",
    security(("session" = ["RecoverKeys"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The captured keys, without their content.", body = Page<CapturedKeySummary>)),
)]
pub(super) async fn list_of_scope(
    State(platform): State<Shared>,
    May { user, .. }: May<RecoverKeys>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<CapturedKeySummary>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let part = platform
        .store
        .captured_below(scope, paging.slice()?)
        .await?;
    page(part, |summary| summary).map(Answer)
}

/// Records who fetches which key and why, and marks the account; only when that is durable, the captured key is answered.
#[utoipa::path(
    post,
    path = "/captured-keys/{id}/recoveries",
    operation_id = "recover_captured_key",
    tag = "captured-keys",
    security(("session" = ["RecoverKeys"])),
    params(("id" = CapturedKeyId, Path)),
    request_body = RecoverCapturedKey,
    responses((status = 200, description = "Recorded; the captured key.", body = Recovery)),
    extensions(("x-problems" = json!(["code-refused", "reason-refused", "second-factor-required", "too-many-attempts"]))),
)]
pub(super) async fn recover(
    State(platform): State<Shared>,
    May { user, session, .. }: May<RecoverKeys>,
    asked: Asked,
    Named(id): Named<CapturedKeyId>,
    Json(recover): Json<RecoverCapturedKey>,
) -> Result<Answer<Recovery>, Refusal> {
    words::reason(&recover.reason)?;
    let captured = platform
        .store
        .captured_key(id)
        .await?
        .ok_or(Refusal::NotFound)?;
    access::scope(&platform, &user, captured.summary.scope).await?;
    let summary = &captured.summary;
    let act = asked
        .by(&user, Action::FetchCapturedKey)
        .captured_key(id)
        .account(summary.account)
        .named(&summary.account_name)
        .scope(summary.scope)
        .certificate(summary.certificate)
        .why(&recover.reason)
        .with("key_id", summary.key_id);
    if platform.store.settings().await?.second_factor_at_recovery {
        prove(&platform, &user, session, recover.code.as_ref(), &act).await?;
    }
    platform
        .store
        .disclose(summary.account, summary.key_id, &act)
        .await?;
    tracing::info!(captured_key = %id, user = user.name, "captured key fetched");
    Ok(Answer(Recovery {
        summary: captured.summary,
        captured_key: STANDARD.encode(captured.content),
    }))
}

/// Takes a code of the second factor from a person in a session: whoever found the Console open does not have it.
async fn prove(
    platform: &Platform,
    user: &User,
    session: Vec<u8>,
    code: Option<&SecretString>,
    act: &Act,
) -> Result<(), Refusal> {
    let row = platform.store.user(&user.name).await?;
    if !row.is_some_and(|row| row.second_factor) {
        return Err(Refusal::NoSecondFactor);
    }
    let trying = Trying::Session(session);
    platform.attempts.begin(&trying, platform.now())?;
    let demanded = demand(platform, &user.name, code).await;
    platform.attempts.told(&trying, &demanded);
    if matches!(demanded, Err(Refusal::Code)) {
        denials::record(platform, act.clone().denied("code-refused")).await;
    }
    demanded?;
    platform.attempts.succeeded(&trying);
    Ok(())
}
