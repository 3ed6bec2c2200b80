//! The part of the profile that is seen in the certificate alone.

use const_oid::db::rfc5280::{
    ID_CE_BASIC_CONSTRAINTS, ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE, ID_CE_SUBJECT_ALT_NAME,
};
use der::oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use time::Duration;
use x509_cert::certificate::{Certificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage};

use super::{KEY_RECOVERY_AGENT, MAX_VALIDITY_DAYS, ProfileError};
use crate::id::ScopeGuid;
use crate::x509::extensions;
use crate::x509::key::check_rsa_key;
use crate::x509::time::from_x509;

/// The critical extensions that the profile looks into.
const KNOWN: [ObjectIdentifier; 4] = [
    ID_CE_KEY_USAGE,
    ID_CE_EXT_KEY_USAGE,
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_SUBJECT_ALT_NAME,
];

/// `KeyUsage` with `keyEncipherment` (bit 2) alone has this one DER encoding (RFC 5280 section 4.2.1.3).
const KEY_ENCIPHERMENT: [u8; 4] = [0x03, 0x02, 0x05, 0x20];

/// What the certificate says about itself.
pub(super) struct Structure {
    pub(super) spki: Vec<u8>,
    pub(super) scope: ScopeGuid,
    pub(super) key_bits: u32,
}

pub(super) fn check(certificate: &Certificate) -> Result<Structure, ProfileError> {
    let tbs = certificate.tbs_certificate();
    if tbs.version() != Version::V3 {
        return Err(ProfileError::Version);
    }
    let present = tbs.extensions().map_or(&[][..], Vec::as_slice);
    if let Some(id) = extensions::repeated(present) {
        return Err(ProfileError::RepeatedExtension { id: id.to_string() });
    }
    if let Some(unknown) = present
        .iter()
        .find(|one| one.critical && !KNOWN.contains(&one.extn_id))
    {
        return Err(ProfileError::CriticalExtension {
            id: unknown.extn_id.to_string(),
        });
    }
    check_constraints(present)?;
    check_usage(present)?;
    check_validity(certificate)?;
    let spki = tbs
        .subject_public_key_info()
        .to_der()
        .map_err(|_| ProfileError::Malformed)?;
    let key_bits = check_rsa_key(&spki)?;
    let scope = extensions::scope(present)?;
    Ok(Structure {
        spki,
        scope,
        key_bits,
    })
}

fn check_constraints(present: &[Extension]) -> Result<(), ProfileError> {
    let Some(constraints) = extensions::find(present, ID_CE_BASIC_CONSTRAINTS) else {
        return Ok(());
    };
    let constraints = BasicConstraints::from_der(constraints.extn_value.as_bytes())
        .map_err(|_| ProfileError::Malformed)?;
    if constraints.ca {
        Err(ProfileError::IsAuthority)
    } else {
        Ok(())
    }
}

fn check_usage(present: &[Extension]) -> Result<(), ProfileError> {
    let exact = extensions::find(present, ID_CE_KEY_USAGE)
        .is_some_and(|usage| usage.critical && usage.extn_value.as_bytes() == KEY_ENCIPHERMENT);
    if !exact {
        return Err(ProfileError::KeyUsage);
    }
    let purposes =
        extensions::find(present, ID_CE_EXT_KEY_USAGE).ok_or(ProfileError::KeyRecoveryAgent)?;
    let purposes = ExtendedKeyUsage::from_der(purposes.extn_value.as_bytes())
        .map_err(|_| ProfileError::Malformed)?;
    if purposes.0.contains(&KEY_RECOVERY_AGENT) {
        Ok(())
    } else {
        Err(ProfileError::KeyRecoveryAgent)
    }
}

fn check_validity(certificate: &Certificate) -> Result<(), ProfileError> {
    let validity = certificate.tbs_certificate().validity();
    let length = from_x509(&validity.not_after) - from_x509(&validity.not_before);
    if length.is_negative() {
        return Err(ProfileError::ValidityBackwards);
    }
    if length > Duration::days(i64::from(MAX_VALIDITY_DAYS)) {
        return Err(ProfileError::ValidityTooLong {
            days: (length.whole_seconds() + 86_399) / 86_400,
        });
    }
    Ok(())
}
