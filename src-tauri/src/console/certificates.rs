//! Upload of signed certificates.

use super::Console;
use crate::error::CommandError;
use crate::view::certificates::{
    CertificateSourceView, InspectedCertificateView, PickedFileView, UploadedView,
};

impl Console {
    /// Lets the admin choose a certificate file; none when the dialog was dismissed.
    pub async fn pick_certificate_file(&self) -> Result<Option<PickedFileView>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Checks a signed certificate for a scope before its upload.
    pub async fn inspect_certificate(
        &self,
        _scope: String,
        _source: CertificateSourceView,
    ) -> Result<InspectedCertificateView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Uploads a signed certificate; `replaces` names the active certificate that the admin was told about.
    pub async fn upload_certificate(
        &self,
        _scope: String,
        _source: CertificateSourceView,
        _replaces: Option<String>,
    ) -> Result<UploadedView, CommandError> {
        Err(CommandError::new("not-available"))
    }
}
