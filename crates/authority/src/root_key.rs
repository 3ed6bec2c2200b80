//! The Authority's root key at rest: PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958) under PBES2 (RFC 8018) with scrypt
//! (RFC 7914) and AES-256-CBC, which `openssl pkey` opens too.

use der::pem::PemLabel as _;
use der::{Decode as _, SecretDocument};
use keyfold_core::passphrase::Passphrase;
use pkcs8::pkcs5::EncryptionScheme as Pbes;
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, ScryptParams};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rand_core::CryptoRng;

use crate::error::AuthorityError;
use crate::signer::{Curve, SigningKey};

/// OpenSSL 3 refuses scrypt beyond 32 MiB, so the work lies in the passes instead.
const COST: u64 = 1 << 14;
const BLOCK_SIZE: u16 = 8;
const PASSES: u16 = 10;

/// Some 60 times the work of our own files; more is refused before any of it is done.
const MAX_WORK: u64 = 1 << 27;

/// Seals the key under the passphrase, as PEM.
pub(crate) fn seal<R: CryptoRng + ?Sized>(
    key: &SigningKey,
    passphrase: &Passphrase,
    rng: &mut R,
) -> Result<String, AuthorityError> {
    let mut salt = [0; 16];
    let mut iv = [0; 16];
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut iv);
    let kdf = ScryptParams {
        salt: salt
            .as_slice()
            .try_into()
            .map_err(|_| AuthorityError::Cryptography)?,
        cost_parameter: COST,
        block_size: BLOCK_SIZE,
        parallelization: PASSES,
        key_length: None,
    };
    let parameters = Parameters {
        kdf: Kdf::Scrypt(kdf),
        encryption: EncryptionScheme::Aes256Cbc { iv },
    };
    let der = key.to_pkcs8_der()?;
    let sealed = PrivateKeyInfoRef::from_der(der.as_bytes())
        .map_err(|_| AuthorityError::Cryptography)?
        .encrypt_with_params(parameters, passphrase.bytes())
        .map_err(|_| AuthorityError::Cryptography)?;
    let pem = sealed
        .to_pem(
            EncryptedPrivateKeyInfoRef::PEM_LABEL,
            der::pem::LineEnding::LF,
        )
        .map_err(|_| AuthorityError::Cryptography)?;
    Ok(pem.to_string())
}

/// Opens what [`seal`] wrote, or `openssl` with scrypt or PBKDF2. `None`: the file is not such a key.
pub(crate) fn unseal(
    pem: &str,
    passphrase: &Passphrase,
) -> Result<Option<SigningKey>, AuthorityError> {
    let Ok((label, sealed)) = SecretDocument::from_pem(pem) else {
        return Ok(None);
    };
    if label != EncryptedPrivateKeyInfoRef::PEM_LABEL {
        return Ok(None);
    }
    let Ok(sealed) = EncryptedPrivateKeyInfoRef::from_der(sealed.as_bytes()) else {
        return Ok(None);
    };
    if !is_bounded(&sealed.encryption_algorithm) {
        return Ok(None);
    }
    let der = sealed
        .decrypt(passphrase.bytes())
        .map_err(|_| AuthorityError::WrongPassphrase)?;
    SigningKey::from_pkcs8_der(Curve::P384, der.as_bytes())
        .map(Some)
        .map_err(|_| AuthorityError::WrongPassphrase)
}

fn is_bounded(scheme: &Pbes) -> bool {
    let Pbes::Pbes2(parameters) = scheme else {
        return false;
    };
    match &parameters.kdf {
        Kdf::Scrypt(scrypt) => scrypt
            .cost_parameter
            .checked_mul(u64::from(scrypt.block_size) * u64::from(scrypt.parallelization))
            .is_some_and(|work| work <= MAX_WORK),
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= 10_000_000,
        _ => false,
    }
}
