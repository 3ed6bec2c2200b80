//! Which certificates may have the key. Whatever is not shown to be right is refused.

use std::fmt;

use keyfold_api::end_to_end::{CertificateAbove, CertificatesAbove};
use keyfold_core::authority_root::{
    AuthorityRoot, AuthorityRootError, RevocationList, RevocationListError,
};
use keyfold_core::captured_key::{CaptureError, CaptureRecipient};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks, ProfileError};
use keyfold_core::x509::pem::{self, PemRefusal};
use thiserror::Error;
use time::OffsetDateTime;

use super::pinned::{Pinned, Seen};

/// What is thought of one certificate.
pub(super) enum Verdict {
    /// The key is encrypted to it.
    Passes(Box<CaptureRecipient>),
    /// Nobody said on this machine that this scope may have the key.
    NotConfirmed,
    /// It is wrong.
    Refused(Refusal),
}

/// Why a certificate of a scope that may have the key gets nothing.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    /// It does not meet the profile, its validity is over, or the Authority did not sign it or revoked it.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A scope has one active certificate.
    #[error("the AccountServer shows several certificates of this scope; tell the administrator")]
    Several,
    /// A newer one of this scope was seen.
    #[error("it is not newer than {newest}, which was seen before; upload the newest certificate")]
    Older {
        /// The newest one.
        newest: Fingerprint,
    },
    /// Its key takes no encryption.
    #[error(transparent)]
    Recipient(#[from] CaptureError),
}

/// Why no certificate is believed.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum Distrust {
    /// Not a root certificate.
    #[error(transparent)]
    Root(#[from] AuthorityRootError),
    /// Another root than the one that came with the enrolment string.
    #[error(
        "the AccountServer shows another Authority than this machine trusts; tell the administrator"
    )]
    AnotherAuthority,
    /// A certificate between root and Group Certificates is none.
    #[error(
        "a certificate between the Authority's root and the Group Certificates cannot be read: {0}"
    )]
    Intermediate(PemRefusal),
    /// Not a revocation list.
    #[error(transparent)]
    RevocationList(#[from] RevocationListError),
    /// A newer revocation list was seen.
    #[error(
        "the AccountServer shows a revocation list that is older than one it showed before; tell the administrator"
    )]
    OlderRevocationList,
}

/// Judges each certificate, in their order, and remembers what was seen.
pub(super) fn all(
    above: &CertificatesAbove,
    pinned: &mut Pinned,
    authority: Fingerprint,
    now: OffsetDateTime,
) -> Result<Vec<Verdict>, Distrust> {
    let root = AuthorityRoot::from_pem(above.authority_root.as_bytes())?;
    if root.fingerprint() != authority {
        return Err(Distrust::AnotherAuthority);
    }
    let intermediates = above
        .intermediates
        .iter()
        .map(|file| pem::certificate(file.as_bytes()));
    let intermediates: Vec<Vec<u8>> = intermediates
        .collect::<Result<_, _>>()
        .map_err(Distrust::Intermediate)?;
    let list = RevocationList::from_pem(above.revocation_list.as_bytes())?;
    if pinned
        .revocation_list_at
        .is_some_and(|seen| list.this_update() < seen)
    {
        return Err(Distrust::OlderRevocationList);
    }
    let offers = |scope| {
        above
            .certificates
            .iter()
            .filter(|it| it.scope == scope)
            .count()
    };
    let judge = |offered: &CertificateAbove| {
        let Some(place) = pinned
            .scopes
            .iter_mut()
            .find(|it| it.scope == offered.scope)
        else {
            return Verdict::NotConfirmed;
        };
        if offers(place.scope) > 1 {
            return Verdict::Refused(Refusal::Several);
        }
        let checks = ProfileChecks {
            root: &root,
            intermediates: &intermediates,
            crl: Some(&list),
            scope: place.scope,
            now,
        };
        match one(offered, &checks, &mut place.newest) {
            Ok(recipient) => Verdict::Passes(Box::new(recipient)),
            Err(refusal) => Verdict::Refused(refusal),
        }
    };
    let verdicts: Vec<Verdict> = above.certificates.iter().map(judge).collect();
    // A list is only known to be the Authority's once a certificate passed under it.
    if verdicts.iter().any(|it| matches!(it, Verdict::Passes(_))) {
        pinned.revocation_list_at = Some(list.this_update());
    }
    Ok(verdicts)
}

fn one(
    offered: &CertificateAbove,
    checks: &ProfileChecks<'_>,
    newest: &mut Option<Seen>,
) -> Result<CaptureRecipient, Refusal> {
    let certificate = GroupCertificate::from_pem(offered.certificate.as_bytes())?;
    certificate.check(checks)?;
    let seen = Seen::of(&certificate);
    if let Some(newest) = newest
        && newest.certificate != seen.certificate
        && !seen.is_newer_than(newest)
    {
        return Err(Refusal::Older {
            newest: newest.certificate,
        });
    }
    let recipient = CaptureRecipient::new(&certificate)?;
    *newest = Some(seen);
    Ok(recipient)
}

/// For people; the name is the AccountServer's.
pub(super) fn named(offered: &CertificateAbove) -> String {
    let name: String = offered
        .scope_name
        .chars()
        .filter(|it| !it.is_control())
        .collect();
    format!("“{name}” ({})", offered.scope)
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes(recipient) => {
                write!(formatter, "has the key, by its certificate {}", recipient.certificate())
            }
            Self::NotConfirmed => formatter.write_str(
                "nobody confirmed this scope; compare its GUID with the name of the folder in its admin's Certificates \
                 directory, then run `keyfold-agent end-to-end --to GUID`",
            ),
            Self::Refused(refusal) => write!(formatter, "refused: {refusal}"),
        }
    }
}
