//! Refusals of the platform, and of the way to it.

use keyfold_api::client::{ClientError, TrustError};
use keyfold_api::problem::Problem;

use super::{CommandError, codes};

/// The platform's problems that a Console meets; any other becomes [`codes::PLATFORM_REFUSED`].
pub(super) const CODES: &[&str] = &[
    "alert-rule-refused",
    "busy",
    "capture-failed",
    "capture-signer-refused",
    "certificate-replaces-another",
    "certificate-superseded",
    "code-refused",
    "has-captured-keys",
    "idempotency-key-in-use",
    "identity-provider-failed",
    "moved-into-itself",
    "name-refused",
    "name-taken",
    "no-identity-provider",
    "not-allowed",
    "not-empty",
    "not-found",
    "not-known-here",
    "not-signed-in-there",
    "parent-is-collection",
    "parent-is-group",
    "parent-not-found",
    "reason-refused",
    "root-stays",
    "second-factor-not-begun",
    "second-factor-not-set-up",
    "second-factor-required",
    "store-failed",
    "ticket-refused",
    "timeout",
    "too-deep",
    "too-many-attempts",
    "too-many-streams",
    "wrong-credentials",
    "wrong-password",
];

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Address { address } => {
                Self::new(codes::BAD_ADDRESS).with("address", address)
            }
            ClientError::Unreachable { server, reason } => {
                Self::because(codes::PLATFORM_UNREACHABLE, &reason)
                    .with("server", server.trim_end_matches('/'))
            }
            ClientError::Untrusted { server, reason } => {
                untrusted(&reason).with("server", server.trim_end_matches('/'))
            }
            ClientError::Problem(problem) => problem.into(),
            ClientError::Protocol { server, what } => Self::new(codes::PLATFORM_NOT_UNDERSTOOD)
                .with("server", server.trim_end_matches('/'))
                .with("what", what),
            ClientError::Setup(reason) => Self::because(codes::TLS_SETUP, &reason),
        }
    }
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        let detail = problem.detail.unwrap_or(problem.title);
        match CODES.iter().find(|code| **code == problem.code) {
            Some(code) => Self::because(code, &detail),
            None => Self::because(codes::PLATFORM_REFUSED, &detail).with("code", problem.code),
        }
    }
}

impl CommandError {
    /// A refusal of which nothing but the code is known.
    pub(crate) fn of_problem(code: &str) -> Self {
        match CODES.iter().find(|known| **known == code) {
            Some(known) => Self::new(known),
            None => Self::new(codes::PLATFORM_REFUSED)
                .with("code", code.chars().take(64).collect::<String>()),
        }
    }
}

fn untrusted(reason: &TrustError) -> CommandError {
    let code = match reason {
        TrustError::RootNotPresented { .. } => codes::PLATFORM_WRONG_AUTHORITY,
        TrustError::NotIssuedByRoot => codes::PLATFORM_NOT_ISSUED_BY_AUTHORITY,
        TrustError::Expired => codes::PLATFORM_CERTIFICATE_EXPIRED,
        TrustError::NotValidYet => codes::PLATFORM_CERTIFICATE_NOT_VALID_YET,
        TrustError::WrongHost => codes::PLATFORM_WRONG_HOST,
        TrustError::Invalid(_) => codes::PLATFORM_CERTIFICATE_INVALID,
    };
    CommandError::because(code, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: &str) -> CommandError {
        CommandError::from(Problem {
            kind: format!("urn:keyfold:problem:{code}"),
            code: code.to_owned(),
            title: "Title".to_owned(),
            status: 409,
            detail: None,
        })
    }

    #[test]
    fn known_problems_keep_their_code_and_others_are_quoted() {
        assert_eq!(problem("not-empty").code, "not-empty");
        let unknown = problem("from-the-future");
        assert_eq!(unknown.code, codes::PLATFORM_REFUSED);
        assert_eq!(unknown.params["code"], "from-the-future");
        assert_eq!(unknown.params["reason"], "Title");
    }

    #[test]
    fn whoever_is_not_the_platform_is_named_with_the_reason() {
        let error = CommandError::from(ClientError::Untrusted {
            server: "https://backups.example.org/".to_owned(),
            reason: TrustError::WrongHost,
        });
        assert_eq!(error.code, codes::PLATFORM_WRONG_HOST);
        assert_eq!(error.params["server"], "https://backups.example.org");
    }
}
