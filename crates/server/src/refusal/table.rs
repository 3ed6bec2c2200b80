//! One table of statuses, codes and words.

use axum::http::StatusCode;
use keyfold_core::csr::CsrError;
use keyfold_core::encryption_key::EncryptionKeyError;
use keyfold_core::group_certificate::ProfileError;

use super::Refusal;
use crate::cache::PresentError;

/// What every occurrence of a refusal has in common.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// Stable, kebab-case.
    pub(crate) code: &'static str,
    /// A few words.
    pub(crate) title: &'static str,
    /// The enum of core that the refusal wraps, or nothing.
    pub(crate) group: &'static str,
}

/// Writes `entry` and `entries` from one table, so that no code can be answered and not be listed. What follows the
/// semicolon are variants that wrap a refusal of core and answer its code.
macro_rules! table {
    (
        $($variant:pat => $status:ident $code:literal $title:literal,)+;
        $($wrapper:pat => $wrapped:ident $title_of_all:literal $reason:ident: $inner:ty,)+
    ) => {
        impl Refusal {
            /// Status, stable code, and the same words for every occurrence.
            pub(super) fn entry(&self) -> Entry {
                let (status, code, title, group) = match self {
                    $($variant => (StatusCode::$status, $code, $title, ""),)+
                    $($wrapper => (StatusCode::$wrapped, $reason.code(), $title_of_all, stringify!($inner)),)+
                };
                Entry { status, code, title, group }
            }

            /// Every entry; a code that two refusals of core share is there twice.
            pub(crate) fn entries() -> Vec<Entry> {
                let mut entries = vec![
                    $(Entry { status: StatusCode::$status, code: $code, title: $title, group: "" },)+
                ];
                $(entries.extend(<$inner>::codes().into_iter().map(|code| Entry {
                    status: StatusCode::$wrapped,
                    code,
                    title: $title_of_all,
                    group: stringify!($inner),
                }));)+
                entries
            }
        }
    };
}

table! {
    Self::NoRoute => NOT_FOUND "no-such-route" "No such route",
    Self::Method => METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed",
    Self::Body { .. } => BAD_REQUEST "body-malformed" "Malformed body",
    Self::NotJson => UNSUPPORTED_MEDIA_TYPE "body-not-json" "Not JSON",
    Self::BodyTooLarge => PAYLOAD_TOO_LARGE "body-too-large" "Body too large",
    Self::BodyBroken => BAD_REQUEST "body-broken" "Incomplete body",
    Self::Limit => BAD_REQUEST "limit-refused" "Limit refused",
    Self::Filter => BAD_REQUEST "filter-refused" "Filter refused",
    Self::Cursor => BAD_REQUEST "cursor-refused" "Cursor refused",
    Self::NotSignedIn => UNAUTHORIZED "not-signed-in" "Not signed in",
    Self::WrongCredentials => UNAUTHORIZED "wrong-credentials" "Wrong credentials",
    Self::WrongPassword => FORBIDDEN "wrong-password" "Wrong password",
    Self::TooManyAttempts { .. } => TOO_MANY_REQUESTS "too-many-attempts" "Too many attempts",
    Self::NoIdentityProvider => NOT_FOUND "no-identity-provider" "No identity provider",
    Self::Challenge => UNPROCESSABLE_ENTITY "challenge-refused" "Sign-in refused",
    Self::IdentityProvider(_) => BAD_GATEWAY "identity-provider-failed" "Identity provider failed",
    Self::NoSignIn => NOT_FOUND "sign-in-not-under-way" "No sign-in under way",
    Self::NotSignedInThere => FORBIDDEN "not-signed-in-there" "Not signed in at the identity provider",
    Self::NotKnownHere => FORBIDDEN "not-known-here" "Not known here",
    Self::Ticket => UNAUTHORIZED "ticket-refused" "Sign-in over",
    Self::TooManyStreams => TOO_MANY_REQUESTS "too-many-streams" "Too many event streams",
    Self::Busy => SERVICE_UNAVAILABLE "busy" "Busy",
    Self::NotAllowed => FORBIDDEN "not-allowed" "Not allowed",
    Self::NoSecondFactor => FORBIDDEN "second-factor-not-set-up" "Second factor not set up",
    Self::SecondFactorRequired => FORBIDDEN "second-factor-required" "Second factor required",
    Self::Code => UNPROCESSABLE_ENTITY "code-refused" "Code refused",
    Self::NoSecondFactorBegun => CONFLICT "second-factor-not-begun" "No second factor begun",
    Self::NotRoot => CONFLICT "platform-admin-not-on-root" "A platform admin's scope is the root",
    Self::LastAdmin => CONFLICT "last-platform-admin" "The last platform admin stays",
    Self::AlreadySetUp => CONFLICT "already-set-up" "Already set up",
    Self::SetupLink => UNAUTHORIZED "setup-link-refused" "Setup link refused",
    Self::Password(_) => UNPROCESSABLE_ENTITY "password-refused" "Password refused",
    Self::AlertRule => UNPROCESSABLE_ENTITY "alert-rule-refused" "Alert rule refused",
    Self::Settings => UNPROCESSABLE_ENTITY "settings-refused" "Settings refused",
    Self::NotFound | Self::Foreign(_) => NOT_FOUND "not-found" "Not found",
    Self::ParentNotFound | Self::ForeignParent(_) => NOT_FOUND "parent-not-found" "Place not found",
    Self::Name => UNPROCESSABLE_ENTITY "name-refused" "Name refused",
    Self::Reason => UNPROCESSABLE_ENTITY "reason-refused" "Reason refused",
    Self::ParentIsGroup => CONFLICT "parent-is-group" "A Group holds accounts only",
    Self::ParentIsCollection => CONFLICT "parent-is-collection" "A Collection holds no accounts",
    Self::Cycle => CONFLICT "moved-into-itself" "Moved into itself",
    Self::TooDeep => CONFLICT "too-deep" "Too deep",
    Self::Root => CONFLICT "root-stays" "The root stays",
    Self::NotEmpty => CONFLICT "not-empty" "Not empty",
    Self::HasCapturedKeys => CONFLICT "has-captured-keys" "Captured keys depend on it",
    Self::NameTaken => CONFLICT "name-taken" "Name in use",
    Self::AnotherKeyPair => UNPROCESSABLE_ENTITY "another-key-pair" "Certificate for another key pair",
    Self::NotWaiting => CONFLICT "request-not-waiting" "Request no longer waits",
    Self::ReplacesAnother => CONFLICT "certificate-replaces-another" "Another certificate is active",
    Self::Superseded => CONFLICT "certificate-superseded" "Certificate superseded",
    Self::CredentialRevoked => UNAUTHORIZED "credential-revoked" "Credential revoked",
    Self::CredentialSuperseded => UNAUTHORIZED "credential-superseded" "Credential superseded",
    Self::Enrolment => UNAUTHORIZED "enrolment-refused" "Enrolment refused",
    Self::SecretEncoding => UNPROCESSABLE_ENTITY "secret-not-base64" "Encryption key refused",
    Self::Present(PresentError::AnotherKey) => CONFLICT "key-id-in-use" "Key id in use",
    Self::Present(PresentError::NoRoom) => SERVICE_UNAVAILABLE "no-locked-memory" "No locked memory",
    Self::KeyNotInMemory => CONFLICT "key-not-in-memory" "Key not in memory",
    Self::EndToEnd => CONFLICT "end-to-end" "Captured end to end",
    Self::NotEndToEnd => CONFLICT "not-end-to-end" "Not captured end to end",
    Self::NotAbove => CONFLICT "certificate-not-above" "Certificate not above the account",
    Self::CaptureTime => UNPROCESSABLE_ENTITY "capture-time-refused" "Capture time refused",
    Self::Countersign(_) => UNPROCESSABLE_ENTITY "envelope-refused" "Envelope refused",
    Self::IdempotencyKey => BAD_REQUEST "idempotency-key-refused" "Idempotency-Key refused",
    Self::IdempotencyKeyReused => UNPROCESSABLE_ENTITY "idempotency-key-reused" "Idempotency-Key reused",
    Self::IdempotencyKeyInUse => CONFLICT "idempotency-key-in-use" "Idempotency-Key in use",
    Self::BackupEnded => CONFLICT "backup-ended" "Backup ended already",
    Self::JobRules => UNPROCESSABLE_ENTITY "job-rules-refused" "Rules refused",
    Self::NoJobRule => CONFLICT "no-job-rule" "No rule in force",
    Self::NoRepository => CONFLICT "no-repository" "Repository not known",
    Self::JobUnderWay => CONFLICT "job-under-way" "Job under way",
    Self::JobEnded => CONFLICT "job-ended" "Job ended already",
    Self::Signer(_) => SERVICE_UNAVAILABLE "capture-signer-refused" "Keys cannot be captured",
    Self::Capture(_) => INTERNAL_SERVER_ERROR "capture-failed" "Capture failed",
    Self::Store(_) => INTERNAL_SERVER_ERROR "store-failed" "Database failed",
    Self::Internal(_) => INTERNAL_SERVER_ERROR "internal" "Internal error",
    Self::Timeout => SERVICE_UNAVAILABLE "timeout" "Took too long",
    ;
    Self::Csr(error) => UNPROCESSABLE_ENTITY "Request refused" error: CsrError,
    Self::Profile(error) => UNPROCESSABLE_ENTITY "Certificate refused" error: ProfileError,
    Self::EncryptionKey(error) => UNPROCESSABLE_ENTITY "Encryption key refused" error: EncryptionKeyError,
}
