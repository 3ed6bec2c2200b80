//! Refusals of the platform, and of the way to it.

use keyfold_api::client::{ClientError, TrustError};
use keyfold_api::problem::Problem;

use super::from_core::certificate_code;
use super::{CommandError, codes};

/// The codes of the platform's problems that the UI words one by one.
pub(super) const CODES: &[&str] = &[];

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Address { address } => {
                Self::new(codes::BAD_ADDRESS).with("address", address)
            }
            ClientError::Unreachable { server, reason } => {
                Self::because(codes::PLATFORM_UNREACHABLE, &reason).with("server", server)
            }
            ClientError::Untrusted { server, reason } => untrusted(&reason).with("server", server),
            ClientError::Problem(problem) => problem.into(),
            ClientError::Protocol { server, what } => Self::new(codes::PLATFORM_NOT_UNDERSTOOD)
                .with("server", server)
                .with("what", what),
            ClientError::Setup(reason) => Self::because(codes::TLS_SETUP, &reason),
        }
    }
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        let detail = problem.detail.unwrap_or(problem.title);
        let worded = CODES.iter().copied().find(|code| *code == problem.code);
        match worded.or_else(|| certificate_code(&problem.code)) {
            Some(code) => Self::because(code, &detail),
            None => Self::because(codes::PLATFORM_REFUSED, &detail).with("code", problem.code),
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
