//! Identifiers: GUIDs of scopes, accounts and keys, in the one spelling that Keyfold accepts.

use std::fmt;
use std::str::FromStr;

#[doc(no_inline)]
pub use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

const URN_PREFIX: &str = "urn:uuid:";

/// A string that is not a GUID in the canonical spelling.
///
/// The offending text is not repeated: it may be anything, of any length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "this is not a GUID; write 36 characters in lower case with hyphens, for example \
     7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f"
)]
pub struct InvalidGuid;

/// A UUID (RFC 9562) that was written in the canonical 36-character lower-case form.
///
/// Neither the nil nor the max UUID is one: they stand for "nothing" and "everything" in too many programs.
/// Use it through the newtypes that [`uuid_newtype!`](crate::uuid_newtype) makes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CanonicalUuid(Uuid);

impl CanonicalUuid {
    /// The least one in their order: where a range begins.
    pub const LEAST: Self = Self(Uuid::from_u128(1));

    /// Draws a random UUID (version 4, RFC 9562 section 5.4).
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl FromStr for CanonicalUuid {
    type Err = InvalidGuid;

    fn from_str(text: &str) -> Result<Self, InvalidGuid> {
        let uuid = Uuid::try_parse(text).map_err(|_| InvalidGuid)?;
        let canonical = *uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *text;
        if !canonical || uuid.is_nil() || uuid.is_max() {
            return Err(InvalidGuid);
        }
        Ok(Self(uuid))
    }
}

impl TryFrom<String> for CanonicalUuid {
    type Error = InvalidGuid;

    fn try_from(text: String) -> Result<Self, InvalidGuid> {
        text.parse()
    }
}

impl From<CanonicalUuid> for String {
    fn from(uuid: CanonicalUuid) -> Self {
        uuid.to_string()
    }
}

impl fmt::Display for CanonicalUuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), formatter)
    }
}

impl fmt::Debug for CanonicalUuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Makes an identifier type: `uuid_newtype!(AccountId, "A backup client.")`.
///
/// The type is `Copy`, ordered and hashable; it parses, displays and (de)serializes as the canonical string
/// alone. The calling crate needs `serde` among its dependencies.
#[macro_export]
macro_rules! uuid_newtype {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name($crate::id::CanonicalUuid);

        $crate::uuid_schema!($name, $doc);

        impl $name {
            /// The least identifier in their order: where a range begins.
            pub const LEAST: Self = Self($crate::id::CanonicalUuid::LEAST);

            /// Draws a new identifier (UUID version 4).
            pub fn random<R: $crate::id::CryptoRng + ?Sized>(rng: &mut R) -> Self {
                Self($crate::id::CanonicalUuid::random(rng))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::InvalidGuid;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, formatter)
            }
        }
    };
}

/// The schema of an identifier type, when the feature `schema` is on: its schema is a string in the canonical spelling.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! uuid_schema {
    ($name:ident, $doc:literal) => {
        impl $crate::schema::PartialSchema for $name {
            fn schema() -> $crate::schema::RefOr<$crate::schema::Schema> {
                $crate::schema::text($doc, $crate::schema::UUID)
            }
        }

        impl $crate::schema::ToSchema for $name {}
    };
}

/// Nothing, when the feature `schema` is off.
#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! uuid_schema {
    ($name:ident, $doc:literal) => {};
}

uuid_newtype!(
    ScopeGuid,
    "The GUID of a Group or Collection; rename and move keep it."
);
uuid_newtype!(AccountId, "A backup client and its encryption key.");
uuid_newtype!(
    KeyId,
    "One encryption key of an account; the Agent makes it when the key is set."
);

impl ScopeGuid {
    /// Writes the GUID as the URI that certificates carry: `urn:uuid:<GUID>` (RFC 9562 section 4).
    #[must_use]
    pub fn to_urn(self) -> String {
        format!("{URN_PREFIX}{self}")
    }

    /// Reads what [`to_urn`](Self::to_urn) writes, in lower case only.
    pub fn from_urn(urn: &str) -> Result<Self, InvalidGuid> {
        urn.strip_prefix(URN_PREFIX).ok_or(InvalidGuid)?.parse()
    }
}

/// What a scope is.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    /// Holds Collections and Groups.
    Collection,
    /// Holds Accounts.
    Group,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    const GUID: &str = "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f";

    #[test]
    fn third_party_inputs_are_judged_as_their_index_says() {
        let inputs: serde_json::Value = serde_json::from_str(include_str!(
            "../../../tests/vectors/third-party/ids/guid_inputs.json"
        ))
        .unwrap();
        for good in inputs["good"].as_array().unwrap() {
            let text = good.as_str().unwrap();
            assert_eq!(text.parse::<ScopeGuid>().unwrap().to_string(), text);
        }
        let bad = inputs["bad"].as_array().unwrap();
        assert!(bad.len() > 40);
        for text in bad.iter().map(|bad| bad.as_str().unwrap()) {
            assert_eq!(text.parse::<ScopeGuid>(), Err(InvalidGuid), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(
                serde_json::from_str::<ScopeGuid>(&json).is_err(),
                "{text:?}"
            );
            assert_eq!(
                ScopeGuid::from_urn(&format!("urn:uuid:{text}")),
                Err(InvalidGuid)
            );
        }
    }

    #[test]
    fn a_urn_has_one_spelling() {
        let scope: ScopeGuid = GUID.parse().unwrap();
        assert_eq!(scope.to_urn(), format!("urn:uuid:{GUID}"));
        assert_eq!(ScopeGuid::from_urn(&scope.to_urn()), Ok(scope));
        for urn in [
            GUID,
            &format!("URN:UUID:{GUID}"),
            &format!("urn:uuid:urn:uuid:{GUID}"),
        ] {
            assert_eq!(ScopeGuid::from_urn(urn), Err(InvalidGuid), "{urn}");
        }
    }

    #[test]
    fn json_is_the_plain_string() {
        let scope: ScopeGuid = GUID.parse().unwrap();
        assert_eq!(
            serde_json::to_string(&scope).unwrap(),
            format!("\"{GUID}\"")
        );
        assert_eq!(
            serde_json::to_string(&ScopeKind::Group).unwrap(),
            "\"group\""
        );
    }

    proptest! {
        #[test]
        fn a_random_guid_is_version_4_and_survives_text(seed: u64) {
            let id = AccountId::random(&mut StdRng::seed_from_u64(seed));
            prop_assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
            prop_assert_eq!(&id.to_string()[14..15], "4");
        }

        #[test]
        fn whatever_parses_is_spelled_as_given(text in "[0-9a-fA-F-]{36}|\\PC{0,40}") {
            if let Ok(id) = text.parse::<KeyId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
