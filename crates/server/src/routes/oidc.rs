//! Signing in at the organisation's identity provider: the Console begins, the browser comes back, the Console ends.

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::audit::Action;
use keyfold_api::oidc::{BeginOidcSignIn, OidcSignIn, UseOidcTicket};
use keyfold_api::sessions::Session;
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;
use url::form_urlencoded;

use super::sessions;
use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::clock::token_hash;
use crate::oidc::IdentityProvider;
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::OidcSignInRow;

/// How long a person may take at the provider.
const SIGN_IN_LIFE: Duration = Duration::minutes(10);
/// How long the Console may take from the browser's return.
const TICKET_LIFE: Duration = Duration::minutes(2);

/// Begins a sign-in at the identity provider.
#[utoipa::path(
    post,
    path = "/oidc/sign-ins",
    operation_id = "begin_oidc_sign_in",
    tag = "sessions",
    request_body = BeginOidcSignIn,
    responses((status = 201, description = "Begun: the browser opens the address.", body = OidcSignIn)),
    extensions(("x-problems" = json!(["busy", "challenge-refused", "identity-provider-failed", "no-identity-provider"]))),
)]
pub(super) async fn begin(
    State(platform): State<Shared>,
    Json(begin): Json<BeginOidcSignIn>,
) -> Result<(StatusCode, Answer<OidcSignIn>), Refusal> {
    let provider = provider(&platform)?;
    let challenge = URL_SAFE_NO_PAD.decode(&begin.challenge);
    let challenge = challenge.ok().filter(|it| it.len() == SHA256.output_len());
    let (Some(challenge), 1..) = (challenge, begin.port) else {
        return Err(Refusal::Challenge);
    };
    let now = platform.now();
    let token = || SecretString::from(platform.entropy.token().as_str());
    let fresh = provider.begin(now, token).await?;
    let sign_in = OidcSignInRow {
        state: token_hash(fresh.state.expose_secret()),
        nonce: fresh.nonce,
        verifier: fresh.verifier.expose_secret().to_owned(),
        challenge,
        port: begin.port,
        expires_at: now + SIGN_IN_LIFE,
    };
    if !platform.store.begin_oidc_sign_in(&sign_in, now).await? {
        return Err(Refusal::Busy);
    }
    let answer = OidcSignIn {
        url: fresh.url,
        expires_at: sign_in.expires_at,
    };
    Ok((StatusCode::CREATED, Answer(answer)))
}

/// Where the identity provider sends the browser, which is sent on to the Console on its own computer.
#[utoipa::path(
    get,
    path = "/oidc/callback",
    operation_id = "return_from_identity_provider",
    tag = "sessions",
    params(
        ("state" = String, Query, description = "Names the sign-in."),
        ("code" = Option<String>, Query, description = "Absent when the provider refused."),
    ),
    responses((status = 303, description = "To `http://127.0.0.1:<port>/`, with `ticket` or `problem`.")),
    extensions(("x-problems" = json!(["no-identity-provider", "not-known-here", "not-signed-in-there", "sign-in-not-under-way"]))),
)]
pub(super) async fn callback(
    State(platform): State<Shared>,
    asked: Asked,
    address: Uri,
) -> Result<Response, Refusal> {
    let provider = provider(&platform)?;
    let (mut state, mut code) = (None, None);
    for (name, value) in form_urlencoded::parse(address.query().unwrap_or_default().as_bytes()) {
        match &*name {
            "state" => state = Some(token_hash(&value)),
            "code" => code = Some(value.into_owned()),
            _ => {}
        }
    }
    let state = state.ok_or(Refusal::NoSignIn)?;
    let returned = platform
        .store
        .return_oidc_sign_in(&state, platform.now())
        .await?;
    let sign_in = returned.ok_or(Refusal::NoSignIn)?;
    let port = sign_in.port;
    let (name, value) = match ticket(&platform, provider, sign_in, code).await {
        Ok(ticket) => ("ticket", ticket.expose_secret().to_owned()),
        Err(refusal) => {
            let code = refusal.into_logged_code();
            denials::record(&platform, asked.nobody(Action::SignIn).denied(code)).await;
            ("problem", code.to_owned())
        }
    };
    Ok(Redirect::to(&format!("http://127.0.0.1:{port}/?{name}={value}")).into_response())
}

/// Begins a session for whoever came back from the identity provider.
#[utoipa::path(
    post,
    path = "/oidc/sessions",
    operation_id = "use_oidc_ticket",
    tag = "sessions",
    request_body = UseOidcTicket,
    responses((status = 200, description = "Signed in.", body = Session)),
    extensions(("x-problems" = json!(["no-identity-provider", "ticket-refused"]))),
)]
pub(super) async fn use_ticket(
    State(platform): State<Shared>,
    asked: Asked,
    Json(ticket): Json<UseOidcTicket>,
) -> Result<Answer<Session>, Refusal> {
    provider(&platform)?;
    let this_use = token_hash(&platform.entropy.token());
    let granted = platform
        .store
        .use_oidc_ticket(&token_hash(&ticket.ticket), &this_use, platform.now())
        .await?;
    let (name, challenge) = granted.ok_or(Refusal::Ticket)?;
    if digest(&SHA256, ticket.verifier.as_bytes()).as_ref() != challenge {
        return Err(Refusal::Ticket);
    }
    let known = platform.store.user(&name).await?;
    let user = known.filter(|row| !row.disabled).ok_or(Refusal::Ticket)?;
    // What is asked beside a password is the provider's matter.
    sessions::begin(&platform, asked, user.user, true)
        .await
        .map(Answer)
}

async fn ticket(
    platform: &Platform,
    provider: &IdentityProvider,
    sign_in: OidcSignInRow,
    code: Option<String>,
) -> Result<SecretString, Refusal> {
    let code = code.ok_or(Refusal::NotSignedInThere)?;
    let now = platform.now();
    let identity = provider
        .finish(code, sign_in.nonce, sign_in.verifier.into(), now)
        .await?;
    let ticket = platform.entropy.token();
    let granted = platform
        .store
        .grant_oidc_ticket(
            &sign_in.state,
            &identity,
            &token_hash(&ticket),
            now + TICKET_LIFE,
        )
        .await?;
    if granted {
        Ok(SecretString::from(ticket.as_str()))
    } else {
        Err(Refusal::NotKnownHere)
    }
}

fn provider(platform: &Platform) -> Result<&IdentityProvider, Refusal> {
    platform
        .identity_provider
        .as_ref()
        .ok_or(Refusal::NoIdentityProvider)
}
