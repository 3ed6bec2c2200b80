//! Why a question to the AccountServer has no answer.

use keyfold_core::fingerprint::Fingerprint;

use crate::problem::Problem;

/// The AccountServer did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not `https://host[:port]`.
    #[error(
        "“{address}” is not the address of an AccountServer; it looks like https://backups.example.org:8443"
    )]
    Address {
        /// What was given.
        address: String,
    },
    /// No connection, or it broke off before the answer came; what was asked may or may not have been done.
    #[error(
        "cannot reach the AccountServer at {server}: {reason}; check the address and the network, then try again"
    )]
    Unreachable {
        /// Its address.
        server: String,
        /// What the operating system or HTTP says.
        reason: String,
    },
    /// Whoever answers at this address did not prove to be the AccountServer. Nothing was sent to them.
    #[error("the computer that answers at {server} is not to be trusted: {reason}")]
    Untrusted {
        /// The address.
        server: String,
        /// What is wrong with its certificate.
        reason: TrustError,
    },
    /// The AccountServer refused, and says why.
    #[error("{}", .0.detail.as_deref().unwrap_or(&.0.title))]
    Problem(Problem),
    /// The answer is not one that this version understands.
    #[error(
        "the AccountServer at {server} gave an answer that Keyfold does not understand ({what}); check that both have the same version"
    )]
    Protocol {
        /// Its address.
        server: String,
        /// What was unexpected; never the answer itself.
        what: String,
    },
    /// TLS could not be set up on this computer.
    #[error("TLS cannot be set up on this computer: {0}; reinstall Keyfold")]
    Setup(String),
}

impl ClientError {
    /// The code of the problem, when the AccountServer refused.
    #[must_use]
    pub fn problem_code(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.code),
            _ => None,
        }
    }
}

/// What is wrong with a server's certificate, seen from the pinned Authority root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The chain that it presented does not contain the pinned root.
    #[error(
        "it does not present the Authority root certificate with fingerprint {expected}; compare the fingerprint with the Authority's, and ask who runs the AccountServer whether it presents that root"
    )]
    RootNotPresented {
        /// The pinned fingerprint.
        expected: Fingerprint,
    },
    /// The pinned root did not sign the server's certificate.
    #[error("its certificate was not issued by the Authority; ask who runs the AccountServer")]
    NotIssuedByRoot,
    /// The server's certificate is past its validity.
    #[error("its certificate has expired; ask who runs the AccountServer to renew it")]
    Expired,
    /// The server's certificate is not valid yet.
    #[error("its certificate is not valid yet; check this computer's clock")]
    NotValidYet,
    /// The server's certificate is for another host.
    #[error("its certificate is for another host name; check the address")]
    WrongHost,
    /// Anything else that path validation refuses (RFC 5280 §6).
    #[error("{0}; ask who runs the AccountServer")]
    Invalid(String),
}
