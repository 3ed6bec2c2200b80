//! The first start: `POST /setup`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// `POST /setup` with what stands behind the `#` of the setup link, answered with the first platform admin as
/// [`User`](crate::sessions::User). The link works once.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct SetUp {
    /// The setup link's token.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub token: Zeroizing<String>,
    /// The name with which the admin will sign in.
    pub name: String,
    /// The name other people see.
    pub display_name: String,
    /// Their password.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    #[serde(serialize_with = "crate::secret::expose")]
    pub password: SecretString,
}
