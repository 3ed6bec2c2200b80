//! Every way in which a question is refused, as problem details (RFC 9457).

mod answer;
mod conflicts;
mod table;

use keyfold_api::pages::MAX_LIMIT;
use keyfold_core::captured_key::{CaptureError, CountersignError};
use keyfold_core::csr::CsrError;
use keyfold_core::encryption_key::EncryptionKeyError;
use keyfold_core::group_certificate::ProfileError;
use keyfold_core::id::ScopeGuid;
use keyfold_core::signing_certificate::SignerError;

use crate::cache::PresentError;
use crate::oidc::OidcError;
use crate::passwords::PasswordError;
use crate::store::StoreError;

pub(crate) use answer::Code;
pub(crate) use table::Entry;

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
    /// A filter that no entry can pass, or one that is given twice.
    #[error("no entry is asked for like this; give each filter once, with a value that exists")]
    Filter,
    /// A cursor that is none, or one of another list.
    #[error("the cursor is not one of this list; begin with the first page again")]
    Cursor,
    /// No valid session or credential.
    #[error("sign in first; the session may have ended")]
    NotSignedIn,
    /// Unknown user or wrong password: which of the two is not told.
    #[error("user name or password is wrong; check both")]
    WrongCredentials,
    /// The present password, asked for again in a session, is wrong.
    #[error("the present password is wrong; check it")]
    WrongPassword,
    /// Too many wrong passwords or codes for one user.
    #[error("too many wrong passwords or codes for this user; wait {seconds} seconds")]
    TooManyAttempts {
        /// How long to wait.
        seconds: u64,
    },
    /// Nobody signs in at an identity provider here.
    #[error("this platform has no identity provider; sign in with your password")]
    NoIdentityProvider,
    /// The challenge is no SHA-256, or the port is none.
    #[error(
        "the sign-in cannot begin like this; check that Console and AccountServer have the same version"
    )]
    Challenge,
    /// The identity provider failed.
    #[error(transparent)]
    IdentityProvider(#[from] OidcError),
    /// The browser came back for a sign-in that nobody began, that is over, or that took too long.
    #[error("no sign-in is under way here; begin again in the Console")]
    NoSignIn,
    /// The identity provider sent the browser back without a code.
    #[error("the identity provider signed nobody in; try again, or ask its administrator")]
    NotSignedInThere,
    /// The identity provider knows the person, the platform does not.
    #[error(
        "the identity provider knows you, and this platform does not; ask its administrator to add you"
    )]
    NotKnownHere,
    /// The ticket is unknown, used up or too old, or the verifier is not the one that it was asked for with.
    #[error("this sign-in is over; begin again")]
    Ticket,
    /// Too many event streams of one user.
    #[error("too many event streams are open for this user; close a Console, then try again")]
    TooManyStreams,
    /// Too many people sign in at once.
    #[error("too many people are signing in; try again in a moment")]
    Busy,
    /// The role does not allow it.
    #[error("your role does not allow this; ask an administrator of the platform")]
    NotAllowed,
    /// A second factor is demanded of the user, who has none.
    #[error("your platform demands a second factor; set one up first")]
    NoSecondFactor,
    /// The user has a second factor, and no code was sent. A question rather than a denial.
    #[error("a code of your second factor is needed; read it from your authenticator program")]
    SecondFactorRequired,
    /// The code is wrong, too old, or was used already.
    #[error(
        "the code is not right, or was used before; wait for the next one and check the clock of the device that makes it"
    )]
    Code,
    /// There is no second factor to confirm.
    #[error("no second factor waits to be confirmed; begin again")]
    NoSecondFactorBegun,
    /// A platform admin on a part of the tree.
    #[error("a platform admin's scope is the root Collection; choose it, or another role")]
    NotRoot,
    /// Nobody would be left who administers the platform.
    #[error("this is the last platform admin; make another one first")]
    LastAdmin,
    /// There are users already.
    #[error("the platform is set up already; sign in")]
    AlreadySetUp,
    /// The setup link does not work.
    #[error(
        "the setup link was replaced or has expired; start the AccountServer again for a new one"
    )]
    SetupLink,
    /// A password that is refused.
    #[error("{0}")]
    Password(PasswordError),
    /// Settings out of bounds.
    #[error(
        "a session idles 60 seconds to its life, and lives 60 seconds to 30 days; choose other times"
    )]
    Settings,
    /// An alert rule out of bounds, or an address that is none.
    #[error(
        "a rule has 1 to 8 days of 1 to 1000 where its kind has days, none elsewhere, and up to 20 mail addresses; change it"
    )]
    AlertRule,
    /// It is not there, or not for this user to see.
    #[error("it does not exist, or it is not yours to see; refresh the view")]
    NotFound,
    /// The place it should go to is not there, or not for this user to see.
    #[error(
        "the place it should go to does not exist, or it is not yours to see; refresh the view"
    )]
    ParentNotFound,
    /// It lies in a scope that is not this user's to see. Told apart from [`NotFound`](Self::NotFound) by the audit log
    /// alone.
    #[error("it does not exist, or it is not yours to see; refresh the view")]
    Foreign(ScopeGuid),
    /// The place it should go to is not this user's to see.
    #[error(
        "the place it should go to does not exist, or it is not yours to see; refresh the view"
    )]
    ForeignParent(ScopeGuid),
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
    /// Too many scopes lie on its way to the root.
    #[error("at most 64 scopes lie on the way from the root down; choose a Collection further up")]
    TooDeep,
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
    /// An administrator ended the Agent's credential.
    #[error(
        "an administrator revoked this machine's credential; if the machine is yours, ask for a new enrolment string, and enrol it anew"
    )]
    CredentialRevoked,
    /// The Agent's credential was renewed, and the new one was used.
    #[error(
        "a newer credential took this one's place; if this machine did not ask for it, somebody copied its files: tell the administrator, and enrol it anew"
    )]
    CredentialSuperseded,
    /// The presented key is refused.
    #[error("{0}")]
    EncryptionKey(#[from] EncryptionKeyError),
    /// A secret is not base64.
    #[error("a secret is not base64; check that Agent and AccountServer have the same version")]
    SecretEncoding,
    /// The key was not taken into memory.
    #[error("{0}")]
    Present(#[from] PresentError),
    /// The key of an account that is captured end to end was presented. It is not kept.
    #[error(
        "this account is captured end to end, and its key was presented all the same; run `keyfold-agent end-to-end` on the machine"
    )]
    EndToEnd,
    /// What an Agent encrypted, for an account whose key is captured here.
    #[error(
        "this account is not captured end to end; run `keyfold-agent end-to-end` on the machine"
    )]
    NotEndToEnd,
    /// What an Agent encrypted is for a certificate that is not on its way to the root now.
    #[error(
        "another Group Certificate is active now, or the account was moved; fetch the certificates again"
    )]
    NotAbove,
    /// The time of capture is not now.
    #[error("the time of capture is not now; fetch the certificates again")]
    CaptureTime,
    /// What an Agent encrypted has not the right form.
    #[error("{0}")]
    Countersign(#[from] CountersignError),
    /// The key is not in memory any more.
    #[error(
        "the AccountServer has no longer the key of this backup in memory; start it again with the key, then end it"
    )]
    KeyNotInMemory,
    /// The backup ended with another outcome.
    #[error("this backup was reported as ended with another outcome; report the next one")]
    BackupEnded,
    /// The rules are out of bounds.
    #[error(
        "a job is done every 1 to 8784 hours, a check reads 0 to 100 percent, and a roll-up keeps something; choose other numbers"
    )]
    JobRules,
    /// No rule for such a job is in force.
    #[error("no rule for such jobs is in force here; give the Group or a Collection above it one")]
    NoJobRule,
    /// The account's Agent did not say where its repository is.
    #[error(
        "the account's Agent has not said where its repository is; let it back up with restic or borg"
    )]
    NoRepository,
    /// A job of this kind waits or runs.
    #[error("such a job waits or runs for this account already; wait for it, or cancel it")]
    JobUnderWay,
    /// The job has ended.
    #[error("the job has ended already; refresh the list")]
    JobEnded,
    /// What stands in the header is no idempotency key.
    #[error(
        "an Idempotency-Key has 1 to 128 visible ASCII characters, and at least 22 where no bearer token is sent; use a random UUID"
    )]
    IdempotencyKey,
    /// The key belongs to another question.
    #[error(
        "this Idempotency-Key was sent with another question before; use a new key for a new question"
    )]
    IdempotencyKeyReused,
    /// The first question with this key is not answered yet.
    #[error(
        "the first question with this Idempotency-Key is still being answered; ask again in a moment"
    )]
    IdempotencyKeyInUse,
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
