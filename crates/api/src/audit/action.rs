use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Makes the enum, its list and its codes from one table.
macro_rules! actions {
    ($($(#[doc = $words:literal])+ $name:ident = $code:literal,)+) => {
        /// What was done, or tried. The codes are stable: an entry is never written again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[doc = $words])+ #[serde(rename = $code)] $name,)+
        }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

actions! {
    /// The platform was founded; `scope` is its root.
    FoundPlatform = "found-platform",
    /// A person signed in, or tried to; `user` is who, if there is one of that name.
    SignIn = "sign-in",
    /// A person signed out.
    SignOut = "sign-out",
    /// Somebody asked for what they may not have or see; `detail.route` is what.
    Ask = "ask",
    /// A Collection or Group was made in `within`.
    CreateScope = "create-scope",
    /// A scope got another name; `detail.former_name` is the old one.
    RenameScope = "rename-scope",
    /// A scope went from `within` to `detail.to`.
    MoveScope = "move-scope",
    /// A scope was deleted from `within`.
    DeleteScope = "delete-scope",
    /// An account was made.
    CreateAccount = "create-account",
    /// An account got another name; `detail.former_name` is the old one.
    RenameAccount = "rename-account",
    /// An account went from `within` to `scope`.
    MoveAccount = "move-account",
    /// An account was deleted.
    DeleteAccount = "delete-account",
    /// An enrolment string was made for an account.
    MakeEnrolment = "make-enrolment",
    /// An Agent enrolled with such a string, or tried to; `detail.host_name` is the machine's name for itself.
    EnrolAgent = "enrol-agent",
    /// An Agent asked for its next credential.
    RenewCredential = "renew-credential",
    /// The credentials of an account's Agent were revoked.
    RevokeAgent = "revoke-agent",
    /// Somebody used a credential that was revoked, or in whose place a newer one was used: a thief, or the machine that
    /// it was stolen from; `by` is whose it was.
    UseEndedCredential = "use-ended-credential",
    /// An Agent chose end-to-end capture, or ended it; `detail.on` is which.
    ChooseEndToEnd = "choose-end-to-end",
    /// A request for a Group Certificate was submitted.
    SubmitRequest = "submit-request",
    /// An officer handed the signed certificate over.
    SignRequest = "sign-request",
    /// An officer rejected a request.
    RejectRequest = "reject-request",
    /// A Group Certificate became active; `detail.replaces` is the one before it.
    UploadCertificate = "upload-certificate",
    /// A captured key was handed out.
    FetchCapturedKey = "fetch-captured-key",
    /// The account was marked “key disclosed”: its present key, or the last one captured, is in people's hands; `detail.key_id`
    /// is which.
    MarkDisclosed = "mark-disclosed",
    /// A key that nobody was shown took the place of one that was, and is captured: the mark went away; `detail.key_id` is
    /// the new one.
    AnswerDisclosure = "answer-disclosure",
    /// What is done with repositories in a scope changed; `detail` has all of it.
    ChangeJobRules = "change-job-rules",
    /// A scope inherits again what is done with repositories.
    DeleteJobRules = "delete-job-rules",
    /// Somebody asked for a job; `detail.job` is which, `detail.kind` of what kind.
    AskForJob = "ask-for-job",
    /// A job began on `detail.server`.
    StartJob = "start-job",
    /// A job ended; `detail.state` says how: `done`, `failed`, `skipped`, `cancelled`, or `waiting` for another attempt.
    EndJob = "end-job",
    /// Somebody cancelled a job.
    CancelJob = "cancel-job",
    /// A user was added; `detail.role` is what they may do in `scope`.
    AddUser = "add-user",
    /// A user's password was set.
    SetPassword = "set-password",
    /// A user's name, rights or demands changed; `detail` says which, with what they are now.
    ChangeUser = "change-user",
    /// A user was deleted.
    DeleteUser = "delete-user",
    /// A user's sessions were ended, or the one that `detail.session` names.
    EndSessions = "end-sessions",
    /// A second factor was set up.
    SetSecondFactor = "set-second-factor",
    /// A user's second factor was taken away.
    ResetSecondFactor = "reset-second-factor",
    /// What holds for the whole platform changed; `detail` has all of it.
    ChangeSettings = "change-settings",
    /// A scope's rule for alerts was set, or taken away (`detail.inherited`); `detail` has all of it.
    ChangeAlertRule = "change-alert-rule",
    /// The setup link was used; `user` is the first platform admin.
    SetUp = "set-up",
}

// utoipa's derive does not see codes that come out of a macro.
#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Action {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("What was done, or tried. The codes are stable."))
            .enum_values(Some(Self::ALL.iter().map(|action| action.code())))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Action {}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// A code that names no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such action; docs/FORMATS.md lists them")]
pub struct UnknownAction;

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(code: &str) -> Result<Self, UnknownAction> {
        let mut all = Self::ALL.iter().copied();
        all.find(|action| action.code() == code)
            .ok_or(UnknownAction)
    }
}
