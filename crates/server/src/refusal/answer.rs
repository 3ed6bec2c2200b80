//! A refusal as the answer that the asker gets, and as what the logs have of it.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use keyfold_api::problem::Problem;

use super::{Entry, Refusal};
use crate::audit::denials::Denied;
use crate::cache::PresentError;

/// The code of a refusal, beside its answer: for the numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code(pub(crate) &'static str);

impl Refusal {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        self.entry().code
    }

    /// What the audit log has to know of it.
    fn denied(&self, status: StatusCode, why: &'static str) -> Option<Denied> {
        let scope = match self {
            Self::Foreign(scope) | Self::ForeignParent(scope) => Some(*scope),
            _ => None,
        };
        let is_question = matches!(self, Self::SecondFactorRequired);
        let denied = scope.is_some() || (status == StatusCode::FORBIDDEN && !is_question);
        denied.then_some(Denied { why, scope })
    }

    /// The code, for an answer that is no problem document.
    pub(crate) fn into_logged_code(self) -> &'static str {
        let code = self.code();
        self.log(code);
        code
    }

    /// Failures that are not the asker's: logged once, here.
    fn log(&self, code: &str) {
        match self {
            Self::Store(error) => tracing::error!(code, %error, "refused"),
            Self::Internal(what) => tracing::error!(code, what, "refused"),
            Self::IdentityProvider(_)
            | Self::Signer(_)
            | Self::Capture(_)
            | Self::Present(PresentError::NoRoom) => {
                tracing::error!(code, error = %self, "refused");
            }
            _ => tracing::debug!(code, "refused"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Entry {
            status,
            code,
            title,
            ..
        } = self.entry();
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
        if let Some(denied) = self.denied(status, code) {
            response.extensions_mut().insert(denied);
        }
        response.extensions_mut().insert(Code(code));
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let wait = match self {
            Self::TooManyAttempts { seconds } => Some(seconds),
            Self::IdempotencyKeyInUse => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
