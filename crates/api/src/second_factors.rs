//! One's own second factor, TOTP (RFC 6238): `GET /sessions/current/second-factor`,
//! `POST /sessions/current/second-factor`, `PUT /sessions/current/second-factor`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// `GET /sessions/current/second-factor`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Whether one is set up.
    pub set_up: bool,
    /// Whether this session is answered little else until one is set up.
    pub must_be_set_up: bool,
    /// How many recovery codes were not used yet.
    pub recovery_codes_left: u32,
}

/// `POST /sessions/current/second-factor`, answered with [`NewSecondFactor`]. What is in use stays so until the new one is
/// confirmed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeginSecondFactor {
    /// The password, asked for again; absent for whoever signs in at the identity provider.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Password))]
    #[serde(
        default,
        serialize_with = "crate::secret::expose_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub password: Option<SecretString>,
    /// A code of the second factor in use, or a recovery code; absent when there is none.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Password))]
    #[serde(
        default,
        serialize_with = "crate::secret::expose_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<SecretString>,
}

/// A second factor that waits to be confirmed, shown this once.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct NewSecondFactor {
    /// `otpauth://totp/…`, which authenticator programs read: SHA-1, six digits, 30 seconds.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub url: Zeroizing<String>,
    /// The secret in it (base32, RFC 4648 §6), for whoever has to type it.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub secret: Zeroizing<String>,
}

/// `PUT /sessions/current/second-factor`, answered with [`RecoveryCodes`]. Every other session of the user ends.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct ConfirmSecondFactor {
    /// Six digits, from the program that has the new secret.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    #[serde(serialize_with = "crate::secret::expose")]
    pub code: SecretString,
}

/// What takes the place of a code when the program that makes them is lost, shown this once.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// Each works once. Those of before work no more.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub recovery_codes: Vec<Zeroizing<String>>,
}
