//! What is derived from a request's idempotency key and from what only its caller has: the names of the key in the database,
//! the key that seals the answer, and the seed of whatever the request draws.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use axum::http::request::Parts;
use zeroize::Zeroizing;

use super::key::IdempotencyKey;
use crate::refusal::Refusal;

/// HKDF (RFC 5869) over the caller's bearer token or, without one, over the body, which holds a secret then. Whoever has
/// the database has none of the two.
pub(super) struct Secrets {
    /// Names caller and key.
    pub(super) id: [u8; 32],
    /// Names method, path and body.
    pub(super) fingerprint: [u8; 32],
    /// Where identifiers and tokens come from.
    pub(super) draws: Zeroizing<[u8; 32]>,
    seal: Zeroizing<[u8; 32]>,
}

impl Secrets {
    /// Derives them. `bearer` is the caller's, if they sent one.
    pub(super) fn derive(
        key: &IdempotencyKey,
        bearer: Option<&str>,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let caller =
            Salt::new(HKDF_SHA256, key.as_bytes()).extract(bearer.map_or(body, str::as_bytes));
        let question = question(parts, body);
        Ok(Self {
            id: *expand(&caller, &[b"keyfold idempotency key"])?,
            fingerprint: *expand(&caller, &[b"keyfold idempotent question", &question])?,
            draws: expand(&caller, &[b"keyfold idempotent draws", &question])?,
            seal: expand(&caller, &[b"keyfold idempotent answer", &question])?,
        })
    }

    /// Seals an answer (AES-256-GCM, RFC 5116): nonce, then ciphertext with its tag.
    pub(super) fn seal(&self, mut answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let failed = |_| Refusal::Internal("an answer was not sealed");
        let nonce = self
            .sealing()?
            .seal_in_place_append_tag(self.aad(), &mut answer)
            .map_err(failed)?;
        Ok([&nonce.as_ref()[..], &answer].concat())
    }

    /// Opens what [`seal`](Self::seal) made.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Refusal> {
        let damaged = Refusal::Internal("a kept answer is damaged");
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE_LEN>() else {
            return Err(damaged);
        };
        let mut answer = sealed.to_vec();
        let opened = self
            .sealing()?
            .open_in_place(Nonce::from(nonce), self.aad(), &mut answer)
            .map_err(|_| damaged)?
            .len();
        answer.truncate(opened);
        Ok(answer)
    }

    fn sealing(&self) -> Result<RandomizedNonceKey, Refusal> {
        RandomizedNonceKey::new(&AES_256_GCM, &*self.seal)
            .map_err(|_| Refusal::Internal("no key to seal an answer"))
    }

    fn aad(&self) -> Aad<Vec<u8>> {
        Aad::from([self.id, self.fingerprint].concat())
    }
}

/// SHA-256 over method, path and body; it leaves this room only through HKDF.
fn question(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hash = digest::Context::new(&SHA256);
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    for part in [parts.method.as_str(), path] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.update(body);
    let mut question = [0; 32];
    question.copy_from_slice(hash.finish().as_ref());
    question
}

fn expand(caller: &Prk, info: &[&[u8]]) -> Result<Zeroizing<[u8; 32]>, Refusal> {
    let mut derived = Zeroizing::new([0; 32]);
    caller
        .expand(info, HKDF_SHA256)
        .and_then(|output| output.fill(&mut *derived))
        .map_err(|_| Refusal::Internal("nothing was derived from an idempotency key"))?;
    Ok(derived)
}
