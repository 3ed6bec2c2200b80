//! A machine whose key is captured end to end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::end_to_end::{CertificatesAbove, EnvelopedKey};
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::{CaptureRecipient, CaptureRecord, CaptureSigner, CapturedKey};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_core::key_pair::PrivateKey;
use pki_types::PrivateKeyDer;
use pki_types::pem::PemObject as _;
use tempfile::TempDir;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::double::{Double, read};
use crate::end_to_end::pinned::{self, Pinned};
use crate::end_to_end::{Own, envelop};
use crate::key_file::KeptKey;
use crate::state::StateDirectory;

const SECRET: &[u8] = b"the AccountServer never saw this";

pub(super) struct Machine {
    state: StateDirectory,
    account: AccountId,
    key: KeptKey,
    _directory: TempDir,
}

impl Machine {
    /// A person confirmed these scopes, and no certificate was seen yet.
    pub(super) fn confirming(scopes: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDirectory::at(Some(directory.path().to_owned())).unwrap();
        let mut pinned = Pinned::new();
        for scope in scopes {
            pinned.add(scope.parse().unwrap());
        }
        pinned::write(&state, &pinned).unwrap();
        let mut rng = rand::rng();
        Self {
            state,
            account: AccountId::random(&mut rng),
            key: KeptKey {
                id: KeyId::random(&mut rng),
                key: EncryptionKey::password(Zeroizing::new(SECRET.to_vec())).unwrap(),
                generated: true,
            },
            _directory: directory,
        }
    }

    /// What the Agent encrypts when the double shows this. It sends nothing but the question.
    pub(super) async fn envelop(
        &self,
        double: &Double,
        shown: &CertificatesAbove,
        now: OffsetDateTime,
    ) -> Vec<EnvelopedKey> {
        let own = Own {
            account: self.account,
            authority: double.root.fingerprint(),
        };
        let ask = async |platform| envelop(&self.state, &platform, own, &self.key, now).await;
        let (enveloped, asked) = double.serve(shown, ask).await;
        assert!(
            asked.starts_with("GET /api/v1/agent/certificates "),
            "{asked}"
        );
        enveloped.unwrap()
    }

    /// Whether any certificate was remembered as one that had the key.
    pub(super) fn has_seen_any(&self) -> bool {
        let pinned = pinned::read(&self.state).unwrap().unwrap();
        pinned.scopes.iter().any(|it| it.newest.is_some())
    }

    /// Once an AccountServer signed it, whoever has this private key opens it to this machine's key.
    pub(super) fn assert_opens(&self, enveloped: &EnvelopedKey, certificate: &str, key: &str) {
        let certificate = GroupCertificate::from_pem(&read(certificate)).unwrap();
        assert_eq!(enveloped.certificate, certificate.fingerprint());
        let signer =
            CaptureSigner::from_pem(&read("pki/capture.pem"), &read("pki/capture-key.pem"));
        let envelope = STANDARD.decode(&enveloped.envelope).unwrap();
        let captured = CaptureRecipient::new(&certificate)
            .unwrap()
            .countersign(&envelope, enveloped.captured_at, &signer.unwrap())
            .unwrap();
        let root = AuthorityRoot::from_pem(&read("pki/root.pem")).unwrap();
        let verified = CapturedKey::from_der(&captured)
            .unwrap()
            .verify(&root, &[])
            .unwrap();
        let record = CaptureRecord {
            account: self.account,
            scope: certificate.scope(),
            key_id: self.key.id,
            certificate: certificate.fingerprint(),
            captured_at: enveloped.captured_at,
        };
        let key = PrivateKeyDer::from_pem_slice(&read(key)).unwrap();
        let key = PrivateKey::from_pkcs8_der(key.secret_der()).unwrap();
        let (_, opened) = verified.open(&key, Some(&record)).unwrap();
        assert!(opened.same_as(&self.key.key));
    }
}
