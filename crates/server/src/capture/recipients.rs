//! Certificates that were checked and made ready to encrypt to, so that a crowd of Agents does not check one anew each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyfold_core::authority_root::RevocationList;
use keyfold_core::captured_key::{CaptureError, CaptureRecipient};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, ProfileError};
use time::OffsetDateTime;

use crate::store::CertificateRow;
use crate::trust::Trust;

/// Why a certificate does not capture.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecipientError {
    /// It does not meet the profile, or not any more.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Its key cannot be encrypted to.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// Checked certificates. What was found in one second holds for that second, and for one revocation list.
#[derive(Default)]
pub struct Recipients(Mutex<HashMap<Fingerprint, Checked>>);

struct Checked {
    recipient: Arc<CaptureRecipient>,
    at: OffsetDateTime,
    list: Arc<RevocationList>,
}

impl Recipients {
    /// The certificate as a recipient, if it captures now.
    pub(super) fn of(
        &self,
        row: &CertificateRow,
        trust: &Trust,
        now: OffsetDateTime,
    ) -> Result<Arc<CaptureRecipient>, RecipientError> {
        let list = trust.revocation_list();
        let is_fresh = |known: &Checked| known.at == now && Arc::ptr_eq(&known.list, &list);
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(checked) = known.get(&row.fingerprint).filter(|it| is_fresh(it)) {
                return Ok(Arc::clone(&checked.recipient));
            }
        }
        let certificate = GroupCertificate::from_der(&row.der)?;
        trust.check(&certificate, row.scope, now)?;
        let recipient = Arc::new(CaptureRecipient::new(&certificate)?);
        let checked = Checked {
            recipient: Arc::clone(&recipient),
            at: now,
            list,
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, it| it.at == now);
        known.insert(row.fingerprint, checked);
        Ok(recipient)
    }
}
