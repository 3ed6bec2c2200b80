//! Accounts: list, create, rename, move, delete, and the one-time token with which an Agent enrols.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::accounts::{Account, EnrolmentToken, KeyState, NewAccount};
use keyfold_api::agents::Enrolment;
use keyfold_api::audit::Action;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::scopes::Change;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde_json::Value;
use time::Duration;

use super::scopes::checked;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named};
use crate::clock::token_hash;
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{ChangeAccounts, SeeAccounts};
use crate::state::{Platform, Shared};
use crate::store::AccountRow;
use crate::{access, words};

/// An enrolment token works so long.
const ENROLMENT_LIFE: Duration = Duration::days(7);

/// Accounts below a scope, at any depth.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/accounts",
    operation_id = "list_accounts",
    tag = "accounts",
    security(("session" = ["SeeAccounts"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The accounts.", body = Page<Account>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<Account>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let part = platform.store.accounts_of(scope, paging.slice()?).await?;
    page(part, |row| view(&platform, row)).map(Answer)
}

/// One account.
#[utoipa::path(
    get,
    path = "/accounts/{id}",
    operation_id = "show_account",
    tag = "accounts",
    security(("session" = ["SeeAccounts"])),
    params(("id" = AccountId, Path)),
    responses((status = 200, description = "The account.", body = Account)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(id): Named<AccountId>,
) -> Result<Answer<Account>, Refusal> {
    let row = access::account(&platform, &user, id).await?;
    Ok(Answer(view(&platform, row)))
}

/// Creates an account.
#[utoipa::path(
    post,
    path = "/accounts",
    operation_id = "create_account",
    tag = "accounts",
    security(("session" = ["ChangeAccounts"])),
    request_body = NewAccount,
    responses((status = 201, description = "Created.", body = Account)),
    extensions(("x-problems" = json!(["name-refused", "parent-is-collection", "parent-not-found", "not-found"]))),
)]
pub(super) async fn create(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAccounts>,
    asked: Asked,
    Json(new): Json<NewAccount>,
) -> Result<(StatusCode, Answer<Account>), Refusal> {
    words::name(&new.name)?;
    access::place(&platform, &user, new.group).await?;
    let id = platform.entropy.draw(AccountId::random);
    let act = asked
        .by(&user, Action::CreateAccount)
        .account(id)
        .scope(new.group)
        .named(&new.name);
    platform
        .store
        .insert_account(id, &new.name, new.group, &act)
        .await?;
    Ok((StatusCode::CREATED, Answer(one(&platform, id).await?)))
}

/// Renames or moves an account.
#[utoipa::path(
    patch,
    path = "/accounts/{id}",
    operation_id = "change_account",
    tag = "accounts",
    security(("session" = ["ChangeAccounts"])),
    params(("id" = AccountId, Path)),
    request_body = Change,
    responses((status = 200, description = "Changed.", body = Account)),
    extensions(("x-problems" = json!(["name-refused", "parent-is-collection", "parent-not-found"]))),
)]
pub(super) async fn change(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAccounts>,
    asked: Asked,
    Named(id): Named<AccountId>,
    Json(change): Json<Change>,
) -> Result<Answer<Account>, Refusal> {
    access::account(&platform, &user, id).await?;
    let change = checked(&platform, &user, &change).await?;
    let act = asked.by(&user, Action::RenameAccount).account(id);
    platform.store.change_account(id, change, &act).await?;
    one(&platform, id).await.map(Answer)
}

/// Deletes an account of which no key is captured.
#[utoipa::path(
    delete,
    path = "/accounts/{id}",
    operation_id = "delete_account",
    tag = "accounts",
    security(("session" = ["ChangeAccounts"])),
    params(("id" = AccountId, Path)),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["has-captured-keys"]))),
)]
pub(super) async fn delete(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAccounts>,
    asked: Asked,
    Named(id): Named<AccountId>,
) -> Result<StatusCode, Refusal> {
    access::account(&platform, &user, id).await?;
    let act = asked.by(&user, Action::DeleteAccount).account(id);
    platform.store.delete_account(id, &act).await?;
    platform.cache.evict_account(id);
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the credential of the account's Agent, and an enrolment that waits: for a machine that was lost or stolen.
#[utoipa::path(
    delete,
    path = "/accounts/{id}/agent",
    operation_id = "revoke_agent",
    tag = "accounts",
    security(("session" = ["ChangeAccounts"])),
    params(("id" = AccountId, Path)),
    responses((status = 204, description = "No credential of this account works.")),
)]
pub(super) async fn revoke_agent(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAccounts>,
    asked: Asked,
    Named(id): Named<AccountId>,
) -> Result<StatusCode, Refusal> {
    access::account(&platform, &user, id).await?;
    let act = asked.by(&user, Action::RevokeAgent).account(id);
    platform
        .store
        .revoke_agent(id, platform.now(), &act)
        .await?;
    tracing::info!(account = %id, user = user.name, "agent revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// Makes the one-time token with which an Agent enrols. The body is an object, so far empty.
#[utoipa::path(
    post,
    path = "/accounts/{id}/enrolment-tokens",
    operation_id = "create_enrolment_token",
    tag = "accounts",
    security(("session" = ["ChangeAccounts"])),
    params(("id" = AccountId, Path)),
    request_body = Object,
    responses((status = 201, description = "Made; shown this once.", body = EnrolmentToken)),
)]
pub(super) async fn create_enrolment(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAccounts>,
    asked: Asked,
    Named(id): Named<AccountId>,
    Json(_): Json<Value>,
) -> Result<(StatusCode, Answer<EnrolmentToken>), Refusal> {
    let account = access::account(&platform, &user, id).await?;
    let token = platform.entropy.token();
    let expires_at = platform.now() + ENROLMENT_LIFE;
    let act = asked
        .by(&user, Action::MakeEnrolment)
        .account(id)
        .scope(account.group)
        .named(&account.name);
    platform
        .store
        .keep_enrolment_token(id, &token_hash(&token), expires_at, &act)
        .await?;
    let enrolment = Enrolment {
        server: platform.public_url.clone(),
        authority: platform.trust.root().fingerprint(),
        token: token.to_string(),
    };
    let enrolment = enrolment
        .to_text()
        .map_err(|_| Refusal::Internal("an enrolment has no text form"))?;
    Ok((
        StatusCode::CREATED,
        Answer(EnrolmentToken {
            enrolment,
            expires_at,
        }),
    ))
}

async fn one(platform: &Platform, id: AccountId) -> Result<Account, Refusal> {
    let row = platform.store.account(id).await?.ok_or(Refusal::NotFound)?;
    Ok(view(platform, row))
}

fn view(platform: &Platform, row: AccountRow) -> Account {
    Account {
        id: row.id,
        key_state: key_state(platform, &row),
        name: row.name,
        group: row.group,
        key_id: row.key_id,
        last_backup_at: row.last_backup_at,
        captured_to: row.captured_to,
        enrolled: row.enrolled,
        disclosed_at: row.disclosed_at,
        end_to_end: row.end_to_end,
    }
}

/// Whether the account's present key could be recovered.
pub(super) fn key_state(platform: &Platform, row: &AccountRow) -> KeyState {
    if !row.captured_to.is_empty() {
        KeyState::Captured
    } else if row
        .key_id
        .is_some_and(|key_id| platform.cache.holds(row.id, key_id))
    {
        KeyState::InMemory
    } else if row.last_backup_at.is_some() {
        KeyState::NeedsBackup
    } else {
        KeyState::Never
    }
}
