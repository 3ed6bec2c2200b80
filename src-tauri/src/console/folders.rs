//! The Certificates directory: what lies in it, and sharing it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_keystore::{CertificatesDirectory, TransferReport};

use super::{Console, blocking, lock, parse};
use crate::error::{CommandError, codes};
use crate::events::{Announcement, CertificateFoldersChanged, FoldersDropped};
use crate::view::folders::{
    CertificateFolderView, CertificateFoldersView, ImportView, RefusedFolderView,
};
use crate::view::names::shown;

impl Console {
    /// What lies in the Certificates directory.
    pub async fn certificate_folders(
        self: &Arc<Self>,
    ) -> Result<CertificateFoldersView, CommandError> {
        let console = Arc::clone(self);
        blocking(move || console.list_folders()).await?
    }

    /// Shows the Certificates directory, or one folder in it, in the file manager.
    pub async fn open_certificates_directory(
        &self,
        folder: Option<&str>,
    ) -> Result<(), CommandError> {
        let scope: Option<ScopeGuid> = folder.map(parse).transpose()?;
        let desktop = Arc::clone(&self.desktop);
        self.in_certificates(move |directory| {
            let path = match scope {
                None => directory.path().to_owned(),
                Some(scope) if directory.report(scope).is_some() => directory.folder_path(scope),
                Some(scope) => {
                    return Err(CommandError::new(codes::FOLDER_NOT_FOUND).with("folder", scope));
                }
            };
            desktop.open_folder(&path).map_err(|error| {
                CommandError::because(codes::NOT_OPENED, &error).with("path", path.display())
            })
        })
        .await
    }

    /// Copies certificate folders where the admin chooses; none when the dialog was dismissed.
    pub async fn export_folders(&self, folders: &[String]) -> Result<Option<String>, CommandError> {
        let scopes = folders
            .iter()
            .map(|folder| parse(folder))
            .collect::<Result<Vec<ScopeGuid>, _>>()?;
        let desktop = Arc::clone(&self.desktop);
        self.in_certificates(move |directory| {
            let Some(destination) = desktop.pick_folder() else {
                return Ok(None);
            };
            let report = directory.export(&scopes, &destination)?;
            match report
                .folders
                .iter()
                .find_map(|folder| Some((folder, folder.refused.as_ref()?)))
            {
                None => Ok(Some(destination.display().to_string())),
                Some((folder, verdict)) => {
                    Err(CommandError::because(codes::FOLDER_NOT_EXPORTED, verdict)
                        .with("folder", &folder.folder_name))
                }
            }
        })
        .await
    }

    /// Imports the folder that the admin chooses; none when the dialog was dismissed.
    pub async fn import_folders(&self) -> Result<Option<ImportView>, CommandError> {
        let desktop = Arc::clone(&self.desktop);
        self.in_certificates(move |directory| {
            let Some(source) = desktop.pick_folder() else {
                return Ok(None);
            };
            Ok::<_, CommandError>(Some(directory.import(&source)?.into()))
        })
        .await
    }

    /// Deletes a key pair; `typed_name` must be the scope's name, as the list shows it.
    pub async fn delete_key_pair(
        &self,
        folder: &str,
        spki_fingerprint: &str,
        typed_name: String,
    ) -> Result<(), CommandError> {
        let scope: ScopeGuid = parse(folder)?;
        let spki_fingerprint: Fingerprint = parse(spki_fingerprint)?;
        let name_now = self
            .scope_names()
            .scope(scope)
            .map(|scope| scope.name.clone());
        self.in_certificates(move |directory| {
            // The folder knows the name at the time of the request; after a rename the list shows another.
            let recorded = directory
                .report(scope)
                .and_then(|report| report.record)
                .map(|record| record.name);
            let typed = match (name_now, recorded) {
                (Some(now), Some(recorded)) if typed_name == shown(&now) => recorded,
                (None, Some(recorded)) if typed_name == shown(&recorded) => recorded,
                _ => typed_name,
            };
            directory.delete_key_pair(scope, spki_fingerprint, &typed)
        })
        .await
    }

    /// Tells the webview from now on what appears, changes and vanishes in the Certificates directory.
    ///
    /// When the directory cannot be watched, the page of certificate folders shows the reason or stays as it was
    /// loaded.
    pub fn watch_certificate_folders(self: &Arc<Self>) {
        let console = Arc::downgrade(self);
        let changed = move |_| {
            let Some(console) = console.upgrade() else {
                return;
            };
            if let Ok(folders) = console.list_folders() {
                console.announce(Announcement::CertificateFoldersChanged(
                    CertificateFoldersChanged(folders),
                ));
            }
        };
        let watcher = self
            .certificates()
            .ok()
            .and_then(|directory| directory.watch(changed).ok());
        *lock(&self.watcher) = watcher.map(|(_, watcher)| watcher);
    }

    /// Folders are dragged over the window.
    pub fn folders_hover(&self) {
        self.announce(Announcement::FoldersDropped(FoldersDropped::Hovering));
    }

    /// They left it again.
    pub fn folders_left(&self) {
        self.announce(Announcement::FoldersDropped(FoldersDropped::Left));
    }

    /// They were dropped: imports each, and says what became of them. Blocks.
    pub fn folders_dropped(&self, paths: &[PathBuf]) {
        let event = match self.import_dropped(paths) {
            Ok(result) => FoldersDropped::Imported { result },
            Err(error) => FoldersDropped::Failed { error },
        };
        self.announce(Announcement::FoldersDropped(event));
    }

    /// What became of each path; an error when not one could be looked into.
    fn import_dropped(&self, paths: &[PathBuf]) -> Result<ImportView, CommandError> {
        let directory = self.certificates()?;
        let mut result = ImportView::default();
        let mut first_error = None;
        for path in paths {
            match directory.import(path) {
                Ok(report) => result.extend(report.into()),
                Err(error) => {
                    result.refused.push(RefusedFolderView::not_a_folder(path));
                    first_error.get_or_insert(CommandError::from(error));
                }
            }
        }
        match first_error {
            Some(error) if result.refused.len() == paths.len() => Err(error),
            _ => Ok(result),
        }
    }

    /// What lies in the Certificates directory. Blocks.
    fn list_folders(&self) -> Result<CertificateFoldersView, CommandError> {
        let directory = self.certificates()?;
        let scopes = self.scope_names();
        Ok(CertificateFoldersView {
            path: directory.path().display().to_string(),
            folders: directory
                .list()?
                .iter()
                .map(|report| CertificateFolderView::new(report, &scopes))
                .collect(),
        })
    }

    /// The Certificates directory, made if need be. Blocks.
    pub(super) fn certificates(&self) -> Result<CertificatesDirectory, CommandError> {
        Ok(CertificatesDirectory::at(
            &self.places.certificates_directory,
        )?)
    }

    /// Runs work in the Certificates directory, away from the threads that answer the webview.
    pub(super) async fn in_certificates<T, E>(
        &self,
        work: impl FnOnce(&CertificatesDirectory) -> Result<T, E> + Send + 'static,
    ) -> Result<T, CommandError>
    where
        T: Send + 'static,
        CommandError: From<E>,
    {
        let path = self.places.certificates_directory.clone();
        blocking(move || Ok(work(&CertificatesDirectory::at(path)?)?)).await?
    }
}

impl From<TransferReport> for ImportView {
    fn from(report: TransferReport) -> Self {
        let mut view = Self::default();
        for folder in report.folders {
            view.take(folder);
        }
        view
    }
}

impl RefusedFolderView {
    /// Something that was dropped and is no certificate folder.
    fn not_a_folder(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            folder: name.to_string_lossy().into_owned(),
            verdict: (&keyfold_keystore::Verdict::NotAScopeFolder).into(),
        }
    }
}
