//! People: `GET /users`, `POST /users`, `GET /users/{name}`, `PATCH /users/{name}`, `DELETE /users/{name}`,
//! `PUT /users/{name}/password`, `DELETE /users/{name}/second-factor`, `GET /users/{name}/sessions`,
//! `DELETE /users/{name}/sessions`, `DELETE /users/{name}/sessions/{id}`.

use keyfold_core::id::ScopeGuid;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::sessions::{Role, User};

/// A user, as those who manage users see them.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedUser {
    /// Who, and their rights.
    #[serde(flatten)]
    pub user: User,
    /// How they sign in.
    pub way_in: WayIn,
    /// Whether they may not sign in for now.
    pub disabled: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// Whether they need one, whatever holds for their role.
    pub second_factor_required: bool,
}

/// How a user signs in.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayIn {
    /// With a password.
    Password,
    /// At the organisation's identity provider.
    OpenIdConnect,
}

/// `POST /users`, answered with [`ManagedUser`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct NewUser {
    /// The name the user signs in with.
    pub name: String,
    /// The name other people see.
    pub display_name: String,
    /// What they may do: nothing that who adds them may not.
    pub role: Role,
    /// Where they may do it.
    pub scope: ScopeGuid,
    /// Their first password; none: they sign in at the identity provider, under the name it gives them.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Password))]
    #[serde(
        default,
        serialize_with = "crate::secret::expose_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub password: Option<SecretString>,
}

/// `PATCH /users/{name}`, answered with [`ManagedUser`]; what is absent stays. New rights end the user's sessions.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// The name other people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What they may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Where they may do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeGuid>,
    /// Whether they may not sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether they need a second factor, whatever holds for their role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_required: Option<bool>,
}

/// `PUT /users/{name}/password`: ends every session of the user.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct ResetPassword {
    /// The new one.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    #[serde(serialize_with = "crate::secret::expose")]
    pub password: SecretString,
}
