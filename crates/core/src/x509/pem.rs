//! PEM files (RFC 7468) that hold exactly what they should.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use pki_types::CertificateDer;
use pki_types::pem::PemObject;
use thiserror::Error;

use crate::codes::codes;

/// The label of a certificate (RFC 7468 section 5).
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a request (RFC 7468 section 7).
pub const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of a revocation list (RFC 7468 section 6).
pub const X509_CRL: &str = "X509 CRL";

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Why a file is not the one PEM block that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PemRefusal {
    /// There is no block with the right label.
    #[error("the file holds no PEM block of the right kind; choose another file")]
    Missing,
    /// There is more than one block, of whatever kind.
    #[error("the file holds more than one PEM block; keep only the one that is asked for")]
    Several,
    /// Something follows the block.
    #[error("something follows the PEM block; cut the file after its END line")]
    Trailing,
    /// The Base64 text within the block is damaged.
    #[error("the PEM block is damaged; fetch the file again")]
    Damaged,
}

codes! {
    PemRefusal {
        Self::Missing => "pem-missing",
        Self::Several => "pem-several",
        Self::Trailing => "pem-trailing",
        Self::Damaged => "pem-damaged",
    }
}

/// Reads the one certificate of a file: DER, whatever it says.
pub fn certificate(pem: &[u8]) -> Result<Vec<u8>, PemRefusal> {
    single::<CertificateDer<'_>>(pem)
}

/// Reads the one block of `T`. Text before it is allowed (`openssl ca` writes some), after it only white space.
pub(crate) fn single<T: PemObject + AsRef<[u8]>>(pem: &[u8]) -> Result<Vec<u8>, PemRefusal> {
    match count(pem, BEGIN) {
        0 => return Err(PemRefusal::Missing),
        1 => {}
        _ => return Err(PemRefusal::Several),
    }
    end_is_the_end(pem)?;
    match T::from_pem_slice(pem) {
        Ok(block) => Ok(block.as_ref().to_vec()),
        Err(pki_types::pem::Error::NoItemsFound) => Err(PemRefusal::Missing),
        Err(_) => Err(PemRefusal::Damaged),
    }
}

/// Reads one or more blocks of `T` and nothing else.
pub(crate) fn several<T: PemObject + AsRef<[u8]>>(pem: &[u8]) -> Result<Vec<Vec<u8>>, PemRefusal> {
    end_is_the_end(pem)?;
    let blocks = T::pem_slice_iter(pem)
        .map(|block| block.map(|block| block.as_ref().to_vec()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| PemRefusal::Damaged)?;
    match count(pem, BEGIN) {
        0 => Err(PemRefusal::Missing),
        blocks_of_any_kind if blocks_of_any_kind != blocks.len() => Err(PemRefusal::Several),
        _ => Ok(blocks),
    }
}

/// Writes one block with lines of 64 characters; `label` is what stands after BEGIN.
#[must_use]
pub fn encode(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .filter(|window| *window == needle)
        .count()
}

fn end_is_the_end(pem: &[u8]) -> Result<(), PemRefusal> {
    let end = pem
        .windows(END.len())
        .rposition(|window| window == END)
        .ok_or(PemRefusal::Missing)?;
    let label = &pem[end + END.len()..];
    let close = label
        .windows(DASHES.len())
        .position(|window| window == DASHES)
        .ok_or(PemRefusal::Damaged)?;
    if label[close + DASHES.len()..]
        .iter()
        .all(u8::is_ascii_whitespace)
    {
        Ok(())
    } else {
        Err(PemRefusal::Trailing)
    }
}
