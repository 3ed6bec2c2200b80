//! Where an account's backups lie, as its Agent says.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// Most characters of an address.
const MOST: usize = 1024;

/// A repository, with the program that reads it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// The program.
    pub tool: BackupTool,
    /// Where it is, as the program takes it.
    #[cfg_attr(feature = "schema", schema(value_type = String, min_length = 1, max_length = 1024))]
    pub address: RepositoryAddress,
}

/// A program whose repositories the AccountServer can process.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupTool {
    /// restic.
    Restic,
    /// borg.
    Borg,
}

impl BackupTool {
    /// What the program is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Restic => "restic",
            Self::Borg => "borg",
        }
    }

    /// The program of that name, if it is one of them.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Restic, Self::Borg]
            .into_iter()
            .find(|tool| tool.name() == name)
    }
}

/// An address without a password: 1 to 1024 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RepositoryAddress(String);

/// The text is no address that may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a repository's address has 1 to 1024 characters, no control characters and no password; leave the password out"
)]
pub struct InvalidAddress;

impl RepositoryAddress {
    /// The address that a tool was given, without the password in it.
    ///
    /// # Errors
    /// When it is too long, empty or has control characters.
    pub fn without_password(text: &str) -> Result<Self, InvalidAddress> {
        let Some((before, mut url)) = url_in(text) else {
            return text.to_owned().try_into();
        };
        // A URL that has a password can be without one.
        let _ = url.set_password(None);
        format!("{before}{url}").try_into()
    }

    /// As the tool takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The URL with a password in an address, and what stands before it (`rest:`, `s3:`).
fn url_in(text: &str) -> Option<(&str, Url)> {
    let scheme = text[..text.find("://")?]
        .rfind(|it: char| !it.is_ascii_alphanumeric())
        .map_or(0, |before| before + 1);
    let (before, url) = text.split_at_checked(scheme)?;
    let url = Url::parse(url).ok()?;
    url.password().is_some().then_some((before, url))
}

impl TryFrom<String> for RepositoryAddress {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        let plausible = (1..=MOST).contains(&text.chars().count())
            && !text.chars().any(char::is_control)
            && url_in(&text).is_none();
        plausible.then_some(Self(text)).ok_or(InvalidAddress)
    }
}

impl From<RepositoryAddress> for String {
    fn from(address: RepositoryAddress) -> Self {
        address.0
    }
}

impl fmt::Display for RepositoryAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_travels() {
        for (given, kept) in [
            ("/srv/backups/a", "/srv/backups/a"),
            (
                "rest:https://ann:secret@host:8000/a/",
                "rest:https://ann@host:8000/a/",
            ),
            ("sftp://ann:secret@host//srv/a", "sftp://ann@host//srv/a"),
            ("sftp:ann@host:/srv/a", "sftp:ann@host:/srv/a"),
            ("rest:https://host/a", "rest:https://host/a"),
        ] {
            let address = RepositoryAddress::without_password(given).unwrap();
            assert_eq!(address.as_str(), kept);
            assert!(RepositoryAddress::try_from(kept.to_owned()).is_ok());
            assert_eq!(
                given == kept,
                RepositoryAddress::try_from(given.to_owned()).is_ok()
            );
        }
        for refused in ["", "a\nb", &"x".repeat(MOST + 1)] {
            assert!(RepositoryAddress::without_password(refused).is_err());
        }
    }
}
