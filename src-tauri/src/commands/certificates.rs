//! Upload of signed certificates.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::certificates::{
    CaptureProgressView, CertificateSourceView, InspectedCertificateView, PickedFileView,
    UploadedView,
};

/// Lets the admin choose a certificate file; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn pick_certificate_file(
    console: State<'_, Arc<Console>>,
) -> Result<Option<PickedFileView>, CommandError> {
    console.pick_certificate_file().await
}

/// Checks a signed certificate for a scope before its upload.
#[tauri::command]
#[specta::specta]
pub async fn inspect_certificate(
    console: State<'_, Arc<Console>>,
    scope: String,
    source: CertificateSourceView,
) -> Result<InspectedCertificateView, CommandError> {
    console.inspect_certificate(&scope, source).await
}

/// Uploads a signed certificate; `replaces` names the active certificate that the admin was told about.
#[tauri::command]
#[specta::specta]
pub async fn upload_certificate(
    console: State<'_, Arc<Console>>,
    scope: String,
    source: CertificateSourceView,
    replaces: Option<String>,
) -> Result<UploadedView, CommandError> {
    console
        .upload_certificate(&scope, source, replaces.as_deref())
        .await
}

/// How far the capture after an upload has come.
#[tauri::command]
#[specta::specta]
pub async fn capture_progress(
    console: State<'_, Arc<Console>>,
    scope: String,
    certificate: String,
) -> Result<CaptureProgressView, CommandError> {
    console.capture_progress(&scope, &certificate).await
}
