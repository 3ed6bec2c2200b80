//! Extensions that requests and certificates have in common (RFC 5280 section 4.2).

use der::Decode as _;
use der::oid::ObjectIdentifier;
use thiserror::Error;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::codes::codes;
use crate::id::ScopeGuid;

/// Why no scope could be read from a `SubjectAltName` extension (RFC 5280 section 4.2.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScopeNameRefusal {
    /// There is no `SubjectAltName`, or no URI in it.
    #[error("it names no scope; make the request in the Console, which writes the GUID into it")]
    Missing,
    /// More than one URI.
    #[error("it names more than one scope; make one request for each scope")]
    Several,
    /// The URI is not `urn:uuid:` with a canonical GUID.
    #[error(
        "its scope is not written as urn:uuid:<GUID in lower case>; make the request in the Console"
    )]
    NotGuid,
    /// The extension does not decode.
    #[error("its alternative name is damaged; make the request again in the Console")]
    Malformed,
}

codes! {
    ScopeNameRefusal {
        Self::Missing => "scope-missing",
        Self::Several => "scope-several",
        Self::NotGuid => "scope-not-guid",
        Self::Malformed => "scope-malformed",
    }
}

/// The extension with this identifier, if it is there.
pub(crate) fn find(extensions: &[Extension], id: ObjectIdentifier) -> Option<&Extension> {
    extensions.iter().find(|extension| extension.extn_id == id)
}

/// The identifier that stands there twice, if any does.
pub(crate) fn repeated(extensions: &[Extension]) -> Option<ObjectIdentifier> {
    let mut rest = extensions;
    while let [first, others @ ..] = rest {
        if find(others, first.extn_id).is_some() {
            return Some(first.extn_id);
        }
        rest = others;
    }
    None
}

/// Reads the scope from the one URI of the alternative name.
pub(crate) fn scope(extensions: &[Extension]) -> Result<ScopeGuid, ScopeNameRefusal> {
    let extension = find(extensions, const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME)
        .ok_or(ScopeNameRefusal::Missing)?;
    let names = SubjectAltName::from_der(extension.extn_value.as_bytes())
        .map_err(|_| ScopeNameRefusal::Malformed)?;
    let mut uris = names.0.iter().filter_map(|name| match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.as_str()),
        _ => None,
    });
    match (uris.next(), uris.next()) {
        (None, _) => Err(ScopeNameRefusal::Missing),
        (Some(uri), None) => ScopeGuid::from_urn(uri).map_err(|_| ScopeNameRefusal::NotGuid),
        (Some(_), Some(_)) => Err(ScopeNameRefusal::Several),
    }
}
