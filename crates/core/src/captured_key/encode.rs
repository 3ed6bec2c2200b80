//! Writing CMS: the one combination always has the same shape, so its DER is put together from the inside out.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_CONTENT_TYPE, ID_CT_AUTH_ENVELOPED_DATA, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
    ID_SIGNING_TIME,
};
use time::{OffsetDateTime, UtcOffset};

use super::algorithms::{self, ECDSA_WITH_SHA256, GCM_NONCE_BYTES, RSAES_OAEP_SHA256, SHA256};

const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, of something primitive.
const CONTEXT_0: u8 = 0x80;
/// `[0]`, of something with parts.
const CONTEXT_0_CONSTRUCTED: u8 = 0xa0;

/// `CMSVersion` 0 and 1.
const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];
const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];

/// UTCTime is for the years before this one (RFC 5652 §11.3).
const FIRST_GENERALIZED_YEAR: i32 = 2050;

/// What an envelope is made of.
pub(super) struct EnvelopeParts<'a> {
    /// DER of the recipient's `IssuerAndSerialNumber`.
    pub(super) recipient: &'a [u8],
    pub(super) encrypted_key: &'a [u8],
    pub(super) nonce: [u8; GCM_NONCE_BYTES],
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8],
}

/// ContentInfo with AuthEnvelopedData (RFC 5083 §2.1).
pub(super) fn enveloped(parts: &EnvelopeParts<'_>) -> Vec<u8> {
    let encrypted_key = value(OCTET_STRING, &[parts.encrypted_key]);
    let recipient = value(
        SEQUENCE,
        &[
            VERSION_0,
            parts.recipient,
            RSAES_OAEP_SHA256,
            &encrypted_key,
        ],
    );
    let content = value(
        SEQUENCE,
        &[
            &oid(ID_DATA),
            &algorithms::aes_256_gcm(parts.nonce),
            &value(CONTEXT_0, &[parts.ciphertext]),
        ],
    );
    let data = value(
        SEQUENCE,
        &[
            VERSION_0,
            &value(SET, &[&recipient]),
            &content,
            &value(OCTET_STRING, &[parts.tag]),
        ],
    );
    content_info(ID_CT_AUTH_ENVELOPED_DATA, &data)
}

/// What is signed, with the tag that it is signed with (RFC 5652 §5.4): content type, signing time, digest.
pub(super) fn signed_attributes(
    content_digest: &[u8],
    signing_time: OffsetDateTime,
) -> Option<Vec<u8>> {
    let attribute = |name, content: &[u8]| value(SEQUENCE, &[&oid(name), &value(SET, &[content])]);
    let content_type = attribute(ID_CONTENT_TYPE, &oid(ID_DATA));
    let time = attribute(ID_SIGNING_TIME, &time(signing_time)?);
    let digest = attribute(ID_MESSAGE_DIGEST, &value(OCTET_STRING, &[content_digest]));
    // In the order of a SET OF, which is that of their lengths.
    Some(value(SET, &[&content_type, &time, &digest]))
}

/// What a signature is made of.
pub(super) struct SignatureParts<'a> {
    pub(super) content: &'a [u8],
    /// As [`signed_attributes`] made them.
    pub(super) attributes: Vec<u8>,
    pub(super) signature: &'a [u8],
    /// DER of the signer's certificate.
    pub(super) certificate: &'a [u8],
    /// DER of the signer's `IssuerAndSerialNumber`.
    pub(super) signer: &'a [u8],
}

/// ContentInfo with SignedData (RFC 5652 §5.1).
pub(super) fn signed(mut parts: SignatureParts<'_>) -> Vec<u8> {
    if let Some(tag) = parts.attributes.first_mut() {
        *tag = CONTEXT_0_CONSTRUCTED;
    }
    let signer = value(
        SEQUENCE,
        &[
            VERSION_1,
            parts.signer,
            SHA256,
            &parts.attributes,
            ECDSA_WITH_SHA256,
            &value(OCTET_STRING, &[parts.signature]),
        ],
    );
    let octets = value(OCTET_STRING, &[parts.content]);
    let content = value(
        SEQUENCE,
        &[&oid(ID_DATA), &value(CONTEXT_0_CONSTRUCTED, &[&octets])],
    );
    let data = value(
        SEQUENCE,
        &[
            VERSION_1,
            &value(SET, &[SHA256]),
            &content,
            &value(CONTEXT_0_CONSTRUCTED, &[parts.certificate]),
            &value(SET, &[&signer]),
        ],
    );
    content_info(ID_SIGNED_DATA, &data)
}

fn content_info(content_type: ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    value(
        SEQUENCE,
        &[
            &oid(content_type),
            &value(CONTEXT_0_CONSTRUCTED, &[content]),
        ],
    )
}

fn oid(identifier: ObjectIdentifier) -> Vec<u8> {
    value(OBJECT_IDENTIFIER, &[identifier.as_bytes()])
}

/// A time as RFC 5652 §11.3 writes it; `None` outside the years 1970 to 9999 or with fractions of a second.
fn time(time: OffsetDateTime) -> Option<Vec<u8>> {
    let time = time.to_offset(UtcOffset::UTC);
    if !(1970..=9999).contains(&time.year()) || time.nanosecond() != 0 {
        return None;
    }
    let (month, day) = (u8::from(time.month()), time.day());
    let (hour, minute, second) = time.to_hms();
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    Some(if time.year() < FIRST_GENERALIZED_YEAR {
        let year = format!("{:02}", time.year() % 100);
        value(UTC_TIME, &[year.as_bytes(), rest.as_bytes()])
    } else {
        value(
            GENERALIZED_TIME,
            &[time.year().to_string().as_bytes(), rest.as_bytes()],
        )
    })
}

/// Tag, length and the parts one after another (X.690 §8.1, lengths as §10.1 wants them).
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length_bytes = length.to_be_bytes();
    let mut der = Vec::with_capacity(length + 2 + length_bytes.len());
    der.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let zeros = length_bytes.iter().take_while(|byte| **byte == 0).count();
            let digits = &length_bytes[zeros..];
            // At most the eight bytes of a usize.
            der.extend(u8::try_from(digits.len()).map(|count| 0x80 | count));
            der.extend_from_slice(digits);
        }
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

#[cfg(test)]
mod tests {
    use der::{Decode as _, Encode as _};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lengths_are_der(length in prop_oneof![0_usize..300, 65_000_usize..66_000, Just(1 << 17)]) {
            let content = vec![7; length];
            let expected = der::asn1::OctetString::new(content.clone()).unwrap().to_der().unwrap();
            prop_assert_eq!(value(OCTET_STRING, &[&content]), expected);
        }

        #[test]
        fn times_are_those_of_x509(seconds in 0_i64..253_402_300_800) {
            let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let read = x509_cert::time::Time::from_der(&time(moment).unwrap()).unwrap();
            prop_assert_eq!(read.to_unix_duration().as_secs(), seconds.unsigned_abs());
            let utc = matches!(read, x509_cert::time::Time::UtcTime(_));
            prop_assert_eq!(utc, moment.year() < 2050);
        }
    }
}
