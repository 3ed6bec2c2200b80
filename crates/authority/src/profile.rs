//! What stands in the certificates that the Authority issues. Nothing of it comes from a request but scope and name.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use der::asn1::Ia5String;
use der::oid::ObjectIdentifier;
use keyfold_core::group_certificate::KEY_RECOVERY_AGENT;
use keyfold_core::id::ScopeGuid;
use keyfold_core::signing_certificate::DOCUMENT_SIGNING;
use spki::SubjectPublicKeyInfoRef;
use x509_cert::builder::Result;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::Name;

use crate::error::HostError;

const SERVER_AUTH: ObjectIdentifier = const_oid::db::rfc5280::ID_KP_SERVER_AUTH;

/// How an AccountServer is called: a DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A DNS name.
    Name(String),
    /// An IP address.
    Address(IpAddr),
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> std::result::Result<Self, HostError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            Ok(Self::Name(text.to_ascii_lowercase()))
        } else {
            Err(HostError(text.to_owned()))
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(formatter),
            Self::Address(address) => address.fmt(formatter),
        }
    }
}

/// What a certificate is for.
pub(crate) enum Purpose {
    /// The Authority's root.
    Root,
    /// A Group Certificate.
    Scope(ScopeGuid),
    /// The AccountServer's TLS server certificate.
    Tls(Vec<Host>),
    /// The AccountServer's capture-signing certificate.
    CaptureSigning,
}

/// A certificate to be: who issues it, for whom and for what.
pub(crate) struct Profile {
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) purpose: Purpose,
}

impl Purpose {
    fn key_usage(&self) -> KeyUsage {
        KeyUsage(match self {
            Self::Root => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Self::Scope(_) => KeyUsages::KeyEncipherment.into(),
            Self::Tls(_) | Self::CaptureSigning => KeyUsages::DigitalSignature.into(),
        })
    }

    const fn extended_key_usage(&self) -> Option<ObjectIdentifier> {
        match self {
            Self::Root => None,
            Self::Scope(_) => Some(KEY_RECOVERY_AGENT),
            Self::Tls(_) => Some(SERVER_AUTH),
            Self::CaptureSigning => Some(DOCUMENT_SIGNING),
        }
    }

    fn alternative_names(&self) -> der::Result<Vec<GeneralName>> {
        match self {
            Self::Root | Self::CaptureSigning => Ok(Vec::new()),
            Self::Scope(scope) => Ok(vec![GeneralName::UniformResourceIdentifier(
                Ia5String::new(&scope.to_urn())?,
            )]),
            Self::Tls(hosts) => hosts
                .iter()
                .map(|host| match host {
                    Host::Name(name) => Ok(GeneralName::DnsName(Ia5String::new(name)?)),
                    Host::Address(address) => Ok(GeneralName::from(*address)),
                })
                .collect(),
        }
    }
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> Result<Vec<Extension>> {
        let is_root = matches!(self.purpose, Purpose::Root);
        // The root signs no other authority.
        let constraints = BasicConstraints {
            ca: is_root,
            path_len_constraint: is_root.then_some(0),
        };
        let subject = &self.subject;
        let mut extensions = vec![
            (true, &constraints).to_extension(subject, &[])?,
            (true, &self.purpose.key_usage()).to_extension(subject, &[])?,
            (false, &SubjectKeyIdentifier::try_from(key)?).to_extension(subject, &[])?,
        ];
        if !is_root {
            let issuer = AuthorityKeyIdentifier::try_from(issuer_key)?;
            extensions.push((false, &issuer).to_extension(subject, &[])?);
        }
        if let Some(purpose) = self.purpose.extended_key_usage() {
            extensions.push((false, &ExtendedKeyUsage(vec![purpose])).to_extension(subject, &[])?);
        }
        let names = self.purpose.alternative_names()?;
        if !names.is_empty() {
            extensions.push((false, &SubjectAltName(names)).to_extension(subject, &[])?);
        }
        Ok(extensions)
    }
}
