//! Making a request.

use const_oid::db::rfc5912::SHA_256_WITH_RSA_ENCRYPTION;
use der::asn1::{Any, BitString, Ia5String, SetOfVec};
use der::{Decode as _, Encode as _};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

use super::BuildRequestError;
use crate::id::ScopeGuid;
use crate::key_pair::PrivateKey;
use crate::x509::name;

pub(super) fn request(
    key: &PrivateKey,
    scope: ScopeGuid,
    name: &str,
) -> Result<Vec<u8>, BuildRequestError> {
    let info = info(key, scope, name).map_err(|_| BuildRequestError::Encoding)?;
    let signed = info.to_der().map_err(|_| BuildRequestError::Encoding)?;
    let signature = key.sign_pkcs1_sha256(&signed)?;
    let request = CertReq {
        info,
        algorithm: AlgorithmIdentifierOwned {
            oid: SHA_256_WITH_RSA_ENCRYPTION,
            parameters: Some(Any::null()),
        },
        signature: BitString::from_bytes(&signature).map_err(|_| BuildRequestError::Encoding)?,
    };
    request.to_der().map_err(|_| BuildRequestError::Encoding)
}

fn info(key: &PrivateKey, scope: ScopeGuid, name: &str) -> der::Result<CertReqInfo> {
    let subject = name::from_common_name(name)?;
    let uri = Ia5String::new(&scope.to_urn())?;
    let alternative = SubjectAltName(vec![GeneralName::UniformResourceIdentifier(uri)]);
    let extensions: Vec<Extension> = vec![alternative.to_extension(&subject, &[])?];
    let mut attributes = SetOfVec::new();
    attributes.insert(ExtensionReq(extensions).try_into()?)?;
    Ok(CertReqInfo {
        version: Version::V1,
        subject,
        public_key: SubjectPublicKeyInfoOwned::from_der(key.spki_der())?,
        attributes,
    })
}
