//! Passwords: Argon2id (RFC 9106), a bounded number at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::Entropy;
use crate::refusal::Refusal;

/// 64 MiB, 3 passes, 4 lanes: the second recommended option of RFC 9106 section 4.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// More hashes at a time would only make each of them slower, and take 64 MiB each.
const AT_A_TIME: usize = 4;
/// How many more may wait.
const WAITING: usize = 64;

/// Bytes of the longest password.
const MAX_BYTES: usize = 1024;

/// Why a password cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error(
        "a password has at least 8 characters and at most {MAX_BYTES} bytes; choose another one"
    )]
    Length,
    /// Hashing failed.
    #[error("the password could not be hashed: {0}; check the free memory")]
    Hash(String),
}

/// Bytes of a salt.
const SALT: usize = 16;

/// Hashes a new password into PHC string format.
pub fn hash(password: &SecretString, entropy: &Entropy) -> Result<String, PasswordError> {
    hash_checked(password, &salt(entropy))
}

fn hash_checked(password: &SecretString, salt: &[u8; SALT]) -> Result<String, PasswordError> {
    let password = password.expose_secret();
    if password.chars().count() < 8 || password.len() > MAX_BYTES {
        return Err(PasswordError::Length);
    }
    hash_any(password.as_bytes(), salt).map_err(|error| PasswordError::Hash(error.to_string()))
}

fn hash_any(password: &[u8], salt: &[u8; SALT]) -> Result<String, argon2::password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password, salt)?;
    Ok(hash.to_string())
}

fn salt(entropy: &Entropy) -> [u8; SALT] {
    let mut salt = [0; SALT];
    entropy.draw(|rng| rng.fill_bytes(&mut salt));
    salt
}

/// How busy a [`Verifier`] is.
pub(crate) struct Load {
    pub(crate) running: usize,
    pub(crate) waiting: usize,
}

/// Verifies passwords, so many at a time.
pub struct Verifier {
    running: Semaphore,
    queue: Semaphore,
    nobody: String,
}

impl Verifier {
    /// A verifier, with a hash for users who are not there.
    pub fn new(entropy: &Entropy) -> Result<Self, PasswordError> {
        let nobody = hash_any(entropy.token().as_bytes(), &salt(entropy))
            .map_err(|error| PasswordError::Hash(error.to_string()))?;
        Ok(Self {
            running: Semaphore::new(AT_A_TIME),
            queue: Semaphore::new(AT_A_TIME + WAITING),
            nobody,
        })
    }

    /// How many passwords are being verified, and how many wait for that.
    pub(crate) fn load(&self) -> Load {
        let running = AT_A_TIME - self.running.available_permits();
        let present = AT_A_TIME + WAITING - self.queue.available_permits();
        Load {
            running,
            waiting: present.saturating_sub(running),
        }
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same work.
    pub async fn verify(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        let _place = self.queue.try_acquire().map_err(|_| Refusal::Busy)?;
        let _turn = self.running.acquire().await.map_err(|_| Refusal::Busy)?;
        if password.expose_secret().len() > MAX_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let verified = spawn_blocking(move || {
            let hash = PasswordHash::new(&hash).ok()?;
            Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .ok()
        });
        let verified = verified
            .await
            .map_err(|_| Refusal::Internal("password hashing panicked"))?;
        Ok(known && verified.is_some())
    }

    /// Hashes a new password in turn with the others.
    pub async fn hash(&self, password: SecretString, entropy: &Entropy) -> Result<String, Refusal> {
        let _place = self.queue.try_acquire().map_err(|_| Refusal::Busy)?;
        let _turn = self.running.acquire().await.map_err(|_| Refusal::Busy)?;
        let salt = salt(entropy);
        let hashed = spawn_blocking(move || hash_checked(&password, &salt)).await;
        hashed
            .map_err(|_| Refusal::Internal("password hashing panicked"))?
            .map_err(Refusal::from)
    }
}
