//! Whom the AccountServer trusts and what it signs with: the Authority's root, its revocation list, the capture signer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use std::{fs, io};

use keyfold_api::certificates::CertificateState;
use keyfold_core::authority_root::{
    AuthorityRoot, AuthorityRootError, RevocationList, RevocationListError,
};
use keyfold_core::captured_key::{CaptureSigner, CaptureSignerError};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks, ProfileError};
use keyfold_core::id::ScopeGuid;
use keyfold_core::signing_certificate::{SignerError, check_capture_signer};
use keyfold_core::x509::time::validity;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::operation::Renewable;
use crate::store::CertificateRow;

/// From so long before its end on, a certificate *expires soon*.
pub const EXPIRES_SOON: Duration = Duration::days(90);

/// The files that [`Trust`] is read from, all PEM.
#[derive(Debug, Clone)]
pub struct TrustFiles {
    /// The Authority's root certificate.
    pub authority_root: PathBuf,
    /// Certificates between the root and Group Certificates.
    pub intermediates: Vec<PathBuf>,
    /// The Authority's revocation list; read again whenever the file changes.
    pub revocation_list: PathBuf,
    /// The capture-signing certificate.
    pub capture_certificate: PathBuf,
    /// Its private key, PKCS#8.
    pub capture_key: PathBuf,
}

/// Why trust could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file cannot be read.
    #[error("cannot read {}: {reason}; `keyfold-authority issue-platform` writes these files", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the operating system says.
        reason: io::Error,
    },
    /// The root certificate is refused.
    #[error(transparent)]
    Root(#[from] AuthorityRootError),
    /// An intermediate certificate is no PEM certificate.
    #[error("{} is not a PEM certificate; ask the Authority for its intermediate certificate", .0.display())]
    Intermediate(PathBuf),
    /// The revocation list is refused.
    #[error(transparent)]
    RevocationList(#[from] RevocationListError),
    /// Capture-signing certificate and key are refused.
    #[error(transparent)]
    CaptureSigner(#[from] CaptureSignerError),
    /// The capture-signing certificate is not valid, or not the Authority's.
    #[error(transparent)]
    SignerNotValid(#[from] SignerError),
}

/// Whom the AccountServer trusts.
pub struct Trust {
    root: AuthorityRoot,
    intermediates: Vec<Vec<u8>>,
    /// When the signer was found valid last.
    signer_checked: AtomicI64,
    signer: Renewable<CaptureSigner>,
    signer_files: (PathBuf, PathBuf),
    revocation: Mutex<Revocation>,
}

/// The present revocation list, and which certificates it was found to revoke.
struct Revocation {
    file: PathBuf,
    read: Option<(SystemTime, u64)>,
    list: Arc<RevocationList>,
    revoked: HashMap<Fingerprint, bool>,
}

impl Trust {
    /// Reads all files.
    pub fn from_files(files: &TrustFiles) -> Result<Self, TrustError> {
        let intermediates = files.intermediates.iter().map(|file| {
            CertificateDer::from_pem_slice(&read(file)?)
                .map(|certificate| certificate.to_vec())
                .map_err(|_| TrustError::Intermediate(file.clone()))
        });
        let file = files.revocation_list.clone();
        let signer_files = (files.capture_certificate.clone(), files.capture_key.clone());
        Ok(Self {
            root: AuthorityRoot::from_pem(&read(&files.authority_root)?)?,
            intermediates: intermediates.collect::<Result<_, _>>()?,
            signer_checked: AtomicI64::new(i64::MIN),
            signer: Renewable::read(
                "capture-signing certificate",
                vec![signer_files.0.clone(), signer_files.1.clone()],
                || capture_signer(&signer_files),
            )?,
            signer_files,
            revocation: Mutex::new(Revocation {
                read: stamp(&file),
                list: Arc::new(RevocationList::from_pem(&read(&file)?)?),
                file,
                revoked: HashMap::new(),
            }),
        })
    }

    /// The Authority's root.
    #[must_use]
    pub fn root(&self) -> &AuthorityRoot {
        &self.root
    }

    /// Certificates between the root and Group Certificates, DER.
    #[must_use]
    pub fn intermediates(&self) -> &[Vec<u8>] {
        &self.intermediates
    }

    /// The Authority's present revocation list.
    #[must_use]
    pub fn revocation_list(&self) -> Arc<RevocationList> {
        Arc::clone(&self.revocation().list)
    }

    /// Checks a certificate against the whole profile: only one that passes captures keys.
    pub fn check(
        &self,
        certificate: &GroupCertificate,
        scope: ScopeGuid,
        now: OffsetDateTime,
    ) -> Result<(), ProfileError> {
        let crl = self.revocation_list();
        certificate.check(&ProfileChecks {
            root: &self.root,
            intermediates: &self.intermediates,
            crl: Some(&crl),
            scope,
            now,
        })
    }

    /// The capture signer, while its own certificate is valid. What was found for a second holds for that second.
    pub fn signer(&self, now: OffsetDateTime) -> Result<Arc<CaptureSigner>, SignerError> {
        let signer = self.signer.current();
        if self.signer_checked.load(Ordering::Relaxed) != now.unix_timestamp() {
            self.check_signer(&signer, now)?;
            self.signer_checked
                .store(now.unix_timestamp(), Ordering::Relaxed);
        }
        Ok(signer)
    }

    /// Reads the capture signer again if its files changed, or `anyway`. One that is not valid now leaves the old one.
    pub fn renew_signer(&self, anyway: bool, now: OffsetDateTime) {
        self.signer.renew(anyway, || {
            let signer = capture_signer(&self.signer_files)?;
            self.check_signer(&signer, now)?;
            Ok::<_, TrustError>(signer)
        });
    }

    /// Why the newest files of the capture signer are not in use, if they are not.
    #[must_use]
    pub fn refused_signer(&self) -> Option<String> {
        self.signer.refused()
    }

    /// When the capture signer's certificate ends.
    #[must_use]
    pub fn signer_not_after(&self) -> Option<OffsetDateTime> {
        let (_, not_after) = validity(self.signer.current().certificate_der())?;
        Some(not_after)
    }

    fn check_signer(&self, signer: &CaptureSigner, now: OffsetDateTime) -> Result<(), SignerError> {
        let certificate = signer.certificate_der();
        check_capture_signer(certificate, &self.root, &self.intermediates, now).map(drop)
    }

    /// Whether an uploaded certificate captures keys, for people to see.
    #[must_use]
    pub fn state(&self, certificate: &CertificateRow, now: OffsetDateTime) -> CertificateState {
        if certificate.superseded {
            CertificateState::Superseded
        } else if now > certificate.not_after {
            CertificateState::Expired
        } else if self.is_revoked(certificate, now) {
            CertificateState::Revoked
        } else if certificate.not_after - now <= EXPIRES_SOON {
            CertificateState::ExpiresSoon
        } else {
            CertificateState::Active
        }
    }

    /// Asked for every scope of a tree: the answer is kept as long as the list stays the same.
    fn is_revoked(&self, certificate: &CertificateRow, now: OffsetDateTime) -> bool {
        let mut revocation = self.revocation();
        if let Some(revoked) = revocation.revoked.get(&certificate.fingerprint) {
            return *revoked;
        }
        let refused = GroupCertificate::from_der(&certificate.der).and_then(|parsed| {
            parsed.check(&ProfileChecks {
                root: &self.root,
                intermediates: &self.intermediates,
                crl: Some(&revocation.list),
                scope: certificate.scope,
                now,
            })
        });
        let revoked = refused.is_err_and(|error| error.code() == "revoked");
        revocation.revoked.insert(certificate.fingerprint, revoked);
        revoked
    }

    /// The revocation list, read again if its file changed. An unreadable file leaves the old list, which runs out.
    fn revocation(&self) -> MutexGuard<'_, Revocation> {
        let mut revocation = self
            .revocation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let present = stamp(&revocation.file);
        if present.is_some() && present != revocation.read {
            let list = read(&revocation.file)
                .and_then(|pem| RevocationList::from_pem(&pem).map_err(TrustError::from));
            match list {
                Ok(list) => {
                    tracing::info!(next_update = %list.next_update(), "revocation list read again");
                    revocation.list = Arc::new(list);
                    revocation.revoked.clear();
                }
                Err(error) => tracing::error!(%error, "the old revocation list stays in use"),
            }
            revocation.read = present;
        }
        revocation
    }
}

fn capture_signer((certificate, key): &(PathBuf, PathBuf)) -> Result<CaptureSigner, TrustError> {
    let key = Zeroizing::new(read(key)?);
    Ok(CaptureSigner::from_pem(&read(certificate)?, &key)?)
}

fn read(file: &Path) -> Result<Vec<u8>, TrustError> {
    fs::read(file).map_err(|reason| TrustError::File {
        file: file.to_owned(),
        reason,
    })
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
