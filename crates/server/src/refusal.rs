//! Every way in which a question is refused, as problem details (RFC 9457): one table of codes, statuses and words.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use keyfold_api::pages::MAX_LIMIT;
use keyfold_api::problem::Problem;
use keyfold_core::captured_key::CaptureError;
use keyfold_core::csr::CsrError;
use keyfold_core::encryption_key::EncryptionKeyError;
use keyfold_core::group_certificate::ProfileError;
use keyfold_core::signing_certificate::SignerError;

use crate::cache::PresentError;
use crate::store::{Conflict, StoreError};

/// Why a question is refused. What it displays is what people read: it never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such route.
    #[error(
        "there is nothing at this address; check that Console or Agent and AccountServer have the same version"
    )]
    NoRoute,
    /// The route does not take this method.
    #[error(
        "this address does not take this method; check that Console or Agent and AccountServer have the same version"
    )]
    Method,
    /// The body is not what the route takes. The position alone is told: the body may hold a secret.
    #[error(
        "the body is not what this address takes (line {line}, column {column}); check that both sides have the same version"
    )]
    Body {
        /// Line of the JSON text, from 1.
        line: usize,
        /// Column of the JSON text, from 1.
        column: usize,
    },
    /// The body is not JSON.
    #[error("the body must be sent as application/json")]
    NotJson,
    /// The body is larger than the route takes.
    #[error("the body is larger than this address takes; send less")]
    BodyTooLarge,
    /// The body broke off.
    #[error("the body broke off; send it again")]
    BodyBroken,
    /// A page of a size that is not given.
    #[error("a page has 1 to {MAX_LIMIT} items; ask for that many, or leave the limit out")]
    Limit,
    /// A cursor that is none, or one of another list.
    #[error("the cursor is not one of this list; begin with the first page again")]
    Cursor,
    /// No valid session or credential.
    #[error("sign in first; the session may have ended")]
    NotSignedIn,
    /// Unknown user or wrong password: which of the two is not told.
    #[error("user name or password is wrong; check both")]
    WrongCredentials,
    /// Too many wrong passwords for one user.
    #[error("too many wrong passwords for this user; wait {seconds} seconds")]
    TooManyAttempts {
        /// How long to wait.
        seconds: u64,
    },
    /// Too many people sign in at once.
    #[error("too many people are signing in; try again in a moment")]
    Busy,
    /// The role does not allow it.
    #[error("your role does not allow this; ask an administrator of the platform")]
    NotAllowed,
    /// It is not there, or not for this user to see.
    #[error("it does not exist, or it is not yours to see; refresh the view")]
    NotFound,
    /// The place it should go to is not there, or not for this user to see.
    #[error(
        "the place it should go to does not exist, or it is not yours to see; refresh the view"
    )]
    ParentNotFound,
    /// A name that is refused.
    #[error("a name has 1 to 200 characters and no control characters; choose another one")]
    Name,
    /// A reason that is refused.
    #[error("a reason has 1 to 1000 characters and is not blank; say why")]
    Reason,
    /// Nothing lies in a Group but accounts.
    #[error("a Group holds accounts only; choose a Collection")]
    ParentIsGroup,
    /// Accounts lie in Groups.
    #[error("a Collection holds no accounts itself; choose a Group")]
    ParentIsCollection,
    /// A Collection cannot lie in itself.
    #[error("a Collection cannot be moved into itself; choose a Collection outside of it")]
    Cycle,
    /// The root can be renamed, nothing else.
    #[error("the platform's root Collection can be renamed, but neither moved nor deleted")]
    Root,
    /// It is not empty.
    #[error(
        "it is not empty; move or delete what it holds first, and the users whose rights begin there"
    )]
    NotEmpty,
    /// Captured keys depend on it.
    #[error("captured keys depend on it, and deleting it would make them useless; keep it")]
    HasCapturedKeys,
    /// The name of a user is in use.
    #[error("this name is in use; choose another one")]
    NameTaken,
    /// The request is refused.
    #[error("{0}")]
    Csr(#[from] CsrError),
    /// The certificate does not meet the profile.
    #[error("{0}")]
    Profile(#[from] ProfileError),
    /// The certificate is for another key pair than the request's.
    #[error("the certificate is for another key pair than the request; sign the request itself")]
    AnotherKeyPair,
    /// The request was decided or replaced.
    #[error("the request no longer waits for a decision; refresh the list")]
    NotWaiting,
    /// Another certificate is active than the admin was told.
    #[error(
        "another certificate is active now than the one you were told of; look at it, then upload again"
    )]
    ReplacesAnother,
    /// A superseded certificate stays superseded.
    #[error(
        "a later certificate took this one's place, and it stays so; request a new certificate"
    )]
    Superseded,
    /// The enrolment token does not work.
    #[error("the enrolment was used, replaced or has expired; make a new one in the Console")]
    Enrolment,
    /// The presented key is refused.
    #[error("{0}")]
    EncryptionKey(#[from] EncryptionKeyError),
    /// A secret is not base64.
    #[error("a secret is not base64; check that Agent and AccountServer have the same version")]
    SecretEncoding,
    /// The key was not taken into memory.
    #[error("{0}")]
    Present(#[from] PresentError),
    /// The key is not in memory any more.
    #[error(
        "the AccountServer has no longer the key of this backup in memory; start it again with the key, then end it"
    )]
    KeyNotInMemory,
    /// The backup ended with another outcome.
    #[error("this backup was reported as ended with another outcome; report the next one")]
    BackupEnded,
    /// The capture signer's certificate is not valid.
    #[error("keys cannot be captured: {0}")]
    Signer(#[from] SignerError),
    /// Capturing failed.
    #[error("the key could not be captured: {0}")]
    Capture(#[from] CaptureError),
    /// The store failed; the log says how.
    #[error("the AccountServer could not do it; look at its log, then try again")]
    Store(StoreError),
    /// Something failed that never should; the log says what.
    #[error("the AccountServer could not do it; look at its log, then try again")]
    Internal(&'static str),
    /// The answer took too long.
    #[error("the AccountServer took too long; try again")]
    Timeout,
}

impl Refusal {
    /// Status, stable code, and the same words for every occurrence.
    fn entry(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::NoRoute => (S::NOT_FOUND, "no-such-route", "No such route"),
            Self::Method => (
                S::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
            ),
            Self::Body { .. } => (S::BAD_REQUEST, "body-malformed", "Malformed body"),
            Self::NotJson => (S::UNSUPPORTED_MEDIA_TYPE, "body-not-json", "Not JSON"),
            Self::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, "body-too-large", "Body too large"),
            Self::BodyBroken => (S::BAD_REQUEST, "body-broken", "Incomplete body"),
            Self::Limit => (S::BAD_REQUEST, "limit-refused", "Limit refused"),
            Self::Cursor => (S::BAD_REQUEST, "cursor-refused", "Cursor refused"),
            Self::NotSignedIn => (S::UNAUTHORIZED, "not-signed-in", "Not signed in"),
            Self::WrongCredentials => (S::UNAUTHORIZED, "wrong-credentials", "Wrong credentials"),
            Self::TooManyAttempts { .. } => (
                S::TOO_MANY_REQUESTS,
                "too-many-attempts",
                "Too many attempts",
            ),
            Self::Busy => (S::SERVICE_UNAVAILABLE, "busy", "Busy"),
            Self::NotAllowed => (S::FORBIDDEN, "not-allowed", "Not allowed"),
            Self::NotFound => (S::NOT_FOUND, "not-found", "Not found"),
            Self::ParentNotFound => (S::NOT_FOUND, "parent-not-found", "Place not found"),
            Self::Name => (S::UNPROCESSABLE_ENTITY, "name-refused", "Name refused"),
            Self::Reason => (S::UNPROCESSABLE_ENTITY, "reason-refused", "Reason refused"),
            Self::ParentIsGroup => (
                S::CONFLICT,
                "parent-is-group",
                "A Group holds accounts only",
            ),
            Self::ParentIsCollection => (
                S::CONFLICT,
                "parent-is-collection",
                "A Collection holds no accounts",
            ),
            Self::Cycle => (S::CONFLICT, "moved-into-itself", "Moved into itself"),
            Self::Root => (S::CONFLICT, "root-stays", "The root stays"),
            Self::NotEmpty => (S::CONFLICT, "not-empty", "Not empty"),
            Self::HasCapturedKeys => (
                S::CONFLICT,
                "has-captured-keys",
                "Captured keys depend on it",
            ),
            Self::NameTaken => (S::CONFLICT, "name-taken", "Name in use"),
            Self::Csr(error) => (S::UNPROCESSABLE_ENTITY, error.code(), "Request refused"),
            Self::Profile(error) => (S::UNPROCESSABLE_ENTITY, error.code(), "Certificate refused"),
            Self::AnotherKeyPair => (
                S::UNPROCESSABLE_ENTITY,
                "another-key-pair",
                "Certificate for another key pair",
            ),
            Self::NotWaiting => (
                S::CONFLICT,
                "request-not-waiting",
                "Request no longer waits",
            ),
            Self::ReplacesAnother => (
                S::CONFLICT,
                "certificate-replaces-another",
                "Another certificate is active",
            ),
            Self::Superseded => (
                S::CONFLICT,
                "certificate-superseded",
                "Certificate superseded",
            ),
            Self::Enrolment => (S::UNAUTHORIZED, "enrolment-refused", "Enrolment refused"),
            Self::EncryptionKey(error) => (
                S::UNPROCESSABLE_ENTITY,
                error.code(),
                "Encryption key refused",
            ),
            Self::SecretEncoding => (
                S::UNPROCESSABLE_ENTITY,
                "secret-not-base64",
                "Encryption key refused",
            ),
            Self::Present(PresentError::AnotherKey) => {
                (S::CONFLICT, "key-id-in-use", "Key id in use")
            }
            Self::Present(PresentError::NoRoom) => (
                S::SERVICE_UNAVAILABLE,
                "no-locked-memory",
                "No locked memory",
            ),
            Self::KeyNotInMemory => (S::CONFLICT, "key-not-in-memory", "Key not in memory"),
            Self::BackupEnded => (S::CONFLICT, "backup-ended", "Backup ended already"),
            Self::Signer(_) => (
                S::SERVICE_UNAVAILABLE,
                "capture-signer-refused",
                "Keys cannot be captured",
            ),
            Self::Capture(_) => (S::INTERNAL_SERVER_ERROR, "capture-failed", "Capture failed"),
            Self::Store(_) => (S::INTERNAL_SERVER_ERROR, "store-failed", "Database failed"),
            Self::Internal(_) => (S::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
            Self::Timeout => (S::SERVICE_UNAVAILABLE, "timeout", "Took too long"),
        }
    }

    /// Failures that are not the asker's: logged once, here.
    fn log(&self, code: &str) {
        match self {
            Self::Store(error) => tracing::error!(code, %error, "refused"),
            Self::Internal(what) => tracing::error!(code, what, "refused"),
            Self::Signer(_) | Self::Capture(_) | Self::Present(PresentError::NoRoom) => {
                tracing::error!(code, error = %self, "refused");
            }
            _ => tracing::debug!(code, "refused"),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let StoreError::Conflict(conflict) = error else {
            return Self::Store(error);
        };
        match conflict {
            Conflict::Missing => Self::NotFound,
            Conflict::ParentMissing => Self::ParentNotFound,
            Conflict::ParentIsGroup => Self::ParentIsGroup,
            Conflict::ParentIsCollection => Self::ParentIsCollection,
            Conflict::Cycle => Self::Cycle,
            Conflict::Root => Self::Root,
            Conflict::NotEmpty => Self::NotEmpty,
            Conflict::HasCapturedKeys => Self::HasCapturedKeys,
            Conflict::NameTaken => Self::NameTaken,
            Conflict::NotWaiting => Self::NotWaiting,
            Conflict::ReplacesAnother => Self::ReplacesAnother,
            Conflict::Superseded => Self::Superseded,
            Conflict::BackupEnded => Self::BackupEnded,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, title) = self.entry();
        self.log(code);
        let problem = Problem {
            kind: format!("urn:keyfold:problem:{code}"),
            code: code.to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: Some(self.to_string()),
        };
        // A Problem holds strings and a number: it always has a JSON form.
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Self::TooManyAttempts { seconds } = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
