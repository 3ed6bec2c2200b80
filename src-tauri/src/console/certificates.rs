//! Upload of signed certificates.

use std::path::PathBuf;
use std::sync::Arc;

use keyfold_api::certificates::{UploadCertificate, UploadedCertificate};
use keyfold_api::requests::{Request, RequestState};
use keyfold_core::authority_root::RevocationList;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks};
use keyfold_core::id::ScopeGuid;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::scope_names::ScopeNames;
use super::{Console, blocking, lock, parse};
use crate::error::{CommandError, codes};
use crate::files::read_small;
use crate::view::certificates::{
    CaptureProgressView, CertificateContext, CertificateSourceView, CertificateView,
    InspectedCertificateView, PickedFileView, UploadedView,
};

/// A certificate that could be read, before it is judged.
struct Candidate {
    certificate: GroupCertificate,
    /// The request that it answers, when the platform holds it.
    request: Option<Request>,
}

impl Console {
    /// Lets the admin choose a certificate file; none when the dialog was dismissed.
    pub async fn pick_certificate_file(&self) -> Result<Option<PickedFileView>, CommandError> {
        let desktop = Arc::clone(&self.desktop);
        let Some(file) = blocking(move || desktop.pick_certificate()).await? else {
            return Ok(None);
        };
        let name = file
            .file_name()
            .unwrap_or(file.as_os_str())
            .to_string_lossy()
            .into_owned();
        let path = file.display().to_string();
        // By the path as the webview will name it.
        lock(&self.chosen_files).insert(PathBuf::from(&path));
        Ok(Some(PickedFileView { name, path }))
    }

    /// Checks a signed certificate for a scope before its upload.
    pub async fn inspect_certificate(
        &self,
        scope: &str,
        source: CertificateSourceView,
    ) -> Result<InspectedCertificateView, CommandError> {
        let guid: ScopeGuid = parse(scope)?;
        let scopes = ScopeNames::new(&self.fetch_scopes().await?);
        let local_keys = self.local_keys().await;
        let context = CertificateContext {
            scopes: &scopes,
            local_keys: &local_keys,
            now: self.now(),
        };
        let replaced = self.active_certificate(guid).await?;
        let mut inspected = InspectedCertificateView {
            certificate: None,
            problem: None,
            warning: None,
            replaces: replaced
                .map(|active| CertificateView::uploaded(&active, context))
                .transpose()?,
        };
        match self.candidate(source).await? {
            Err(problem) => inspected.problem = Some(problem),
            Ok(candidate) => {
                inspected.problem = self.judge(&candidate, guid).await?.err().map(|problem| {
                    problem.with("scopeName", scopes.name(candidate.certificate.scope()))
                });
                if !local_keys.contains(&candidate.certificate.spki_fingerprint()) {
                    inspected.warning = Some(CommandError::new(codes::PRIVATE_KEY_NOT_HERE));
                }
                inspected.certificate = Some(CertificateView::new(&candidate.certificate, context));
            }
        }
        Ok(inspected)
    }

    /// Uploads a signed certificate; `replaces` names the active certificate that the admin was told about.
    pub async fn upload_certificate(
        &self,
        scope: &str,
        source: CertificateSourceView,
        replaces: Option<&str>,
    ) -> Result<UploadedView, CommandError> {
        let guid: ScopeGuid = parse(scope)?;
        let replaces: Option<Fingerprint> = replaces.map(parse).transpose()?;
        let user = self.user()?;
        let candidate = self.candidate(source).await??;
        self.judge(&candidate, guid).await??;
        let certificate = candidate.certificate;
        let upload = UploadCertificate {
            certificate: certificate.to_pem(),
            replaces,
        };
        let uploaded = self.answered(user.upload_certificate(guid, &upload).await)?;
        if uploaded.certificate.fingerprint != certificate.fingerprint() {
            return Err(
                CommandError::new(codes::PLATFORM_CONTRADICTS_ITSELF).with("what", "certificate")
            );
        }
        let not_saved = self.save_certificate(guid, certificate).await.err();
        let (scopes, local_keys) = (self.scope_names(), self.local_keys().await);
        let context = CertificateContext {
            scopes: &scopes,
            local_keys: &local_keys,
            now: self.now(),
        };
        Ok(UploadedView {
            certificate: CertificateView::uploaded(&uploaded.certificate, context)?,
            captured_now: uploaded.captured_now,
            capture: uploaded.capture.into(),
            accounts: uploaded.accounts,
            needs_backup: uploaded
                .needs_backup
                .into_iter()
                .map(|account| account.name)
                .collect(),
            not_saved,
        })
    }

    /// How far the capture after an upload has come.
    pub async fn capture_progress(
        &self,
        scope: &str,
        certificate: &str,
    ) -> Result<CaptureProgressView, CommandError> {
        let (scope, certificate) = (parse(scope)?, parse(certificate)?);
        let user = self.user()?;
        let progress = self.answered(user.capture_progress(scope, certificate).await)?;
        Ok(progress.into())
    }

    /// Fetches and reads the certificate. The outer error is that there is none to look at; the inner one, that it
    /// is no Group Certificate.
    async fn candidate(
        &self,
        source: CertificateSourceView,
    ) -> Result<Result<Candidate, CommandError>, CommandError> {
        let (bytes, request) = match source {
            CertificateSourceView::Platform { request } => {
                let user = self.user()?;
                let request = self.answered(user.request(parse(&request)?).await)?;
                let RequestState::Signed { certificate, .. } = &request.state else {
                    return Err(CommandError::new(codes::REQUEST_NOT_SIGNED));
                };
                (certificate.clone().into_bytes(), Some(request))
            }
            CertificateSourceView::File { path } => {
                (self.read_chosen(PathBuf::from(path)).await?, None)
            }
        };
        let parsed = GroupCertificate::from_pem_or_der(&bytes);
        Ok(parsed
            .map(|certificate| Candidate {
                certificate,
                request,
            })
            .map_err(CommandError::from))
    }

    /// Reads a file that the admin chose in the native dialog; the webview cannot name others.
    async fn read_chosen(&self, file: PathBuf) -> Result<Vec<u8>, CommandError> {
        if !lock(&self.chosen_files).contains(&file) {
            return Err(CommandError::new(codes::FILE_NOT_CHOSEN));
        }
        let path = file.display().to_string();
        blocking(move || read_small(&file))
            .await?
            .map_err(|error| {
                CommandError::because(codes::FILE_UNREADABLE, &error).with("path", &path)
            })?
            .ok_or_else(|| CommandError::new(codes::FILE_TOO_LARGE).with("path", &path))
    }

    /// Checks the profile against the pinned root and the platform's revocation list, and that a certificate from
    /// the platform is for the key that was requested. The outer error is that it could not be checked.
    async fn judge(
        &self,
        candidate: &Candidate,
        scope: ScopeGuid,
    ) -> Result<Result<(), CommandError>, CommandError> {
        let saved = self.saved_platform()?;
        let platform = self.client()?.platform().await?;
        let intermediates = pem_to_der(&platform.intermediates)?;
        let crl = RevocationList::from_pem(platform.revocation_list.as_bytes())
            .map_err(|error| not_understood("revocation list", &error))?;
        let checks = ProfileChecks {
            root: &saved.root,
            intermediates: &intermediates,
            crl: Some(&crl),
            scope,
            now: self.now(),
        };
        if let Err(problem) = candidate.certificate.check(&checks) {
            return Ok(Err(problem.into()));
        }
        let requested = candidate
            .request
            .as_ref()
            .map(|request| request.spki_fingerprint);
        if requested.is_some_and(|requested| requested != candidate.certificate.spki_fingerprint())
        {
            return Ok(Err(CommandError::new(codes::CERTIFICATE_NOT_FOR_REQUEST)));
        }
        Ok(Ok(()))
    }

    /// The scope's own certificate that captures keys now.
    async fn active_certificate(
        &self,
        scope: ScopeGuid,
    ) -> Result<Option<UploadedCertificate>, CommandError> {
        let user = self.user()?;
        let listed = self.answered(user.all(|page| user.certificates(scope, page)).await)?;
        Ok(listed
            .into_iter()
            .find(|certificate| certificate.state.captures()))
    }

    async fn save_certificate(
        &self,
        scope: ScopeGuid,
        certificate: GroupCertificate,
    ) -> Result<(), CommandError> {
        let spki_fingerprint = certificate.spki_fingerprint();
        self.in_certificates(move |directory| {
            directory.save_certificate(scope, spki_fingerprint, &certificate)
        })
        .await
    }

    /// Certificates between the pinned root and Group or capture-signing certificates, DER.
    pub(super) async fn intermediates(&self) -> Result<Vec<Vec<u8>>, CommandError> {
        pem_to_der(&self.client()?.platform().await?.intermediates)
    }
}

fn pem_to_der(certificates: &[String]) -> Result<Vec<Vec<u8>>, CommandError> {
    certificates
        .iter()
        .map(|pem| {
            CertificateDer::from_pem_slice(pem.as_bytes())
                .map(|der| der.to_vec())
                .map_err(|error| not_understood("intermediate certificate", &error))
        })
        .collect()
}

fn not_understood(what: &str, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::because(codes::PLATFORM_NOT_UNDERSTOOD, error).with("what", what)
}
