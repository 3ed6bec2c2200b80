//! RSA key pairs: made by the `rsa` crate's family, used by `aws-lc-rs` alone (`docs/SECURITY.md` says why).

use std::ops::ControlFlow;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{self, KeyPair as _, RsaKeyPair};
use crypto_primes::hazmat::{SetBits, SieveFactory as _, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime};
use der::Decode as _;
use pkcs8::PrivateKeyInfoRef;
use rand_core::CryptoRng;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::{BoxedUint, PrivateKey as RsaPrivateKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::fingerprint::Fingerprint;
use crate::x509::key::{KeyRefusal, check_rsa_key};

const PUBLIC_EXPONENT: u64 = 65_537;

/// What is left after the sieve is prime with a probability of about this number over the bits of the prime:
/// e^γ · ln(17,863, the sieve's largest prime) / ln 2.
const SIEVED_PRIME_DENSITY: f64 = 25.2;

/// The key sizes that Keyfold makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySize {
    /// 3072 bits: the least that the Group Certificate profile accepts.
    Rsa3072,
    /// 4096 bits.
    #[default]
    Rsa4096,
}

impl KeySize {
    /// The length of the modulus in bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

/// How far the search for a key pair has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GenerationProgress {
    /// The estimated share of the work that is done, 0 to 1. It never goes back; luck decides how fast it runs.
    pub fraction: f64,
    /// How many candidates were looked at so far.
    pub candidates: u32,
}

/// Why no key pair was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GenerateError {
    /// The progress callback asked to stop.
    #[error("making the key pair was cancelled; nothing was kept")]
    Cancelled,
    /// The primes did not make a key pair that passes its own check: a fault of this machine.
    #[error(
        "the new key pair failed its own check; try again, and test this machine's memory if it happens again"
    )]
    Inconsistent,
}

/// Why bytes are not a private key that Keyfold uses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrivateKeyError {
    /// Not PKCS#8 (RFC 5958), not RSA, not consistent, or followed by other bytes.
    #[error("this is not an RSA private key in PKCS#8 form; use the file as Keyfold wrote it")]
    Malformed,
    /// Its public half is refused.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
}

/// A message that this key does not open: it was altered, or encrypted to another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the private key does not open this message; look for the key pair it was encrypted to")]
pub struct DecryptError;

/// A signature that could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the private key could not sign; make a new key pair")]
pub struct SignError;

/// An RSA private key. It has no `Debug`, `Clone` or `Serialize`; its memory is wiped when it goes.
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    spki: Vec<u8>,
    bits: u32,
}

impl PrivateKey {
    /// Makes a key pair with public exponent 65537.
    ///
    /// `progress` is called before every candidate (some milliseconds apart); when it breaks, the search stops at once.
    pub fn generate<R: CryptoRng + ?Sized>(
        size: KeySize,
        rng: &mut R,
        progress: &mut dyn FnMut(GenerationProgress) -> ControlFlow<()>,
    ) -> Result<Self, GenerateError> {
        let mut search = PrimeSearch {
            bits: size.bits() / 2,
            found: 0,
            candidates: 0,
            progress,
        };
        let p = search.next_prime(rng)?;
        loop {
            let q = search.next_prime(rng)?;
            // Fails when p - 1 or q - 1 shares a factor with the exponent: once in about 30,000 key pairs.
            let Ok(key) = RsaPrivateKey::from_p_q(p.clone(), q, PUBLIC_EXPONENT.into()) else {
                continue;
            };
            let pkcs8 = key
                .to_pkcs8_der()
                .map_err(|_| GenerateError::Inconsistent)?;
            return Self::from_pkcs8_der(pkcs8.as_bytes()).map_err(|_| GenerateError::Inconsistent);
        }
    }

    /// Reads a PKCS#8 private key (RFC 5958, DER) and checks that its halves belong together.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        PrivateKeyInfoRef::from_der(der).map_err(|_| PrivateKeyError::Malformed)?;
        let key = RsaKeyPair::from_pkcs8(der).map_err(|_| PrivateKeyError::Malformed)?;
        let spki = key
            .public_key()
            .as_der()
            .map_err(|_| PrivateKeyError::Malformed)?;
        let bits = check_rsa_key(spki.as_ref())?;
        Ok(Self {
            pkcs8: Zeroizing::new(der.to_vec()),
            spki: spki.as_ref().to_vec(),
            bits,
        })
    }

    /// The whole key as PKCS#8 DER. Only for sealing it.
    #[must_use]
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public half: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7), DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`spki_der`](Self::spki_der).
    #[must_use]
    pub fn spki_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.spki)
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub const fn key_bits(&self) -> u32 {
        self.bits
    }

    /// Decrypts RSAES-OAEP with SHA-256, MGF1-SHA-256 and an empty label (RFC 8017 section 7.1.2).
    pub fn decrypt_oaep(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let key = PrivateDecryptingKey::from_pkcs8(&self.pkcs8)
            .and_then(|key| Ok(OaepPrivateDecryptingKey::new(key)?))
            .map_err(|_| DecryptError)?;
        let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key
            .decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, &mut buffer, None)
            .map_err(|_| DecryptError)?
            .len();
        Ok(Zeroizing::new(buffer[..length].to_vec()))
    }

    /// Signs with sha256WithRSAEncryption (RFC 8017 section 8.2).
    pub fn sign_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let key = RsaKeyPair::from_pkcs8(&self.pkcs8).map_err(|_| SignError)?;
        let mut signed = vec![0; key.public_modulus_len()];
        key.sign(
            &signature::RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signed,
        )
        .map_err(|_| SignError)?;
        Ok(signed)
    }
}

/// The search for the two primes of one key pair.
struct PrimeSearch<'a> {
    bits: u32,
    found: u32,
    candidates: u32,
    progress: &'a mut dyn FnMut(GenerationProgress) -> ControlFlow<()>,
}

impl PrimeSearch<'_> {
    fn next_prime<R: CryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
    ) -> Result<BoxedUint, GenerateError> {
        let mut sieves = SmallFactorsSieveFactory::new(Flavor::Any, self.bits, SetBits::TwoMsb)
            .map_err(|_| GenerateError::Inconsistent)?;
        let before = self.candidates;
        loop {
            let Ok(Some(sieve)) = sieves.make_sieve(rng, None) else {
                return Err(GenerateError::Inconsistent);
            };
            for candidate in sieve {
                self.report(self.candidates - before)?;
                self.candidates += 1;
                if is_prime(Flavor::Any, &candidate) {
                    self.found += 1;
                    return Ok(candidate);
                }
            }
        }
    }

    fn report(&mut self, tried_for_this_prime: u32) -> Result<(), GenerateError> {
        let expected = f64::from(self.bits) / SIEVED_PRIME_DENSITY;
        let this_prime = 1.0 - (-f64::from(tried_for_this_prime) / expected).exp();
        // A third prime, after q failed, stays within the second half.
        let fraction = f64::midpoint(f64::from(self.found.min(1)), this_prime);
        let state = GenerationProgress {
            fraction,
            candidates: self.candidates,
        };
        match (self.progress)(state) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(GenerateError::Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn key(seed: u64) -> PrivateKey {
        PrivateKey::generate(
            KeySize::Rsa3072,
            &mut StdRng::seed_from_u64(seed),
            &mut |_| ControlFlow::Continue(()),
        )
        .unwrap()
    }

    #[test]
    fn a_new_key_pair_signs_decrypts_and_survives_its_encoding() {
        use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey};

        let key = key(1);
        assert_eq!(key.key_bits(), 3072);
        let again = PrivateKey::from_pkcs8_der(key.pkcs8_der()).unwrap();
        assert_eq!(again.spki_fingerprint(), key.spki_fingerprint());

        let public = PublicEncryptingKey::from_der(key.spki_der()).unwrap();
        let public = OaepPublicEncryptingKey::new(public).unwrap();
        let mut sealed = vec![0; public.ciphertext_size()];
        public
            .encrypt(&OAEP_SHA256_MGF1SHA256, b"the key", &mut sealed, None)
            .unwrap();
        assert_eq!(*key.decrypt_oaep(&sealed).unwrap(), b"the key");
        sealed[7] ^= 1;
        assert_eq!(key.decrypt_oaep(&sealed).unwrap_err(), DecryptError);
        assert_eq!(key.decrypt_oaep(b"short").unwrap_err(), DecryptError);
    }

    #[test]
    fn the_same_randomness_makes_the_same_key_pair() {
        assert_eq!(key(2).spki_fingerprint(), key(2).spki_fingerprint());
        assert_ne!(key(2).spki_fingerprint(), key(3).spki_fingerprint());
    }

    #[test]
    fn progress_never_goes_back_and_counts_every_candidate() {
        let mut seen = Vec::new();
        let mut rng = StdRng::seed_from_u64(4);
        PrivateKey::generate(KeySize::Rsa3072, &mut rng, &mut |state| {
            seen.push(state);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert!(seen.len() >= 2);
        assert!(
            seen.iter()
                .all(|state| (0.0..=1.0).contains(&state.fraction))
        );
        assert!(seen.is_sorted_by(|a, b| a.fraction <= b.fraction && a.candidates < b.candidates));
        assert!(seen.last().unwrap().fraction >= 0.5);
    }

    #[test]
    fn breaking_stops_before_the_next_candidate() {
        let mut calls = 0;
        let mut rng = StdRng::seed_from_u64(5);
        let result = PrivateKey::generate(KeySize::Rsa4096, &mut rng, &mut |_| {
            calls += 1;
            if calls == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(result.err(), Some(GenerateError::Cancelled));
        assert_eq!(calls, 3);
    }

    #[test]
    fn other_bytes_are_no_private_key() {
        let key = key(6);
        let mut trailing = key.pkcs8_der().to_vec();
        trailing.push(0);
        let mut damaged = key.pkcs8_der().to_vec();
        // Within the modulus: the halves no longer belong together.
        damaged[100] ^= 1;
        for bytes in [
            &trailing[..],
            &damaged,
            &key.pkcs8_der()[..200],
            key.spki_der(),
            b"",
        ] {
            assert_eq!(
                PrivateKey::from_pkcs8_der(bytes).err(),
                Some(PrivateKeyError::Malformed)
            );
        }
    }

    #[test]
    #[ignore = "measures; run with --ignored --nocapture"]
    fn how_long_it_takes() {
        for size in [KeySize::Rsa3072, KeySize::Rsa4096] {
            let mut rng = StdRng::seed_from_u64(7);
            let begin = std::time::Instant::now();
            let (mut last, mut longest) = (begin, std::time::Duration::ZERO);
            for _ in 0..5 {
                PrivateKey::generate(size, &mut rng, &mut |_| {
                    longest = longest.max(last.elapsed());
                    last = std::time::Instant::now();
                    ControlFlow::Continue(())
                })
                .unwrap();
            }
            println!(
                "{size:?}: {:?} each, at most {longest:?} between two calls",
                begin.elapsed() / 5
            );
        }
    }
}
