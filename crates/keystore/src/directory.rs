//! The directory itself: where it is and what it holds.

use std::fs;
use std::path::{Path, PathBuf};

use keyfold_core::id::ScopeGuid;

use crate::disk::{self, Access};
use crate::error::{FileError, OpenDirectoryError};
use crate::inspect::{self, Folder, folder_name};
use crate::layout::MAX_FOLDERS;
use crate::report::{FolderReport, Verdict};
use crate::writer::Writer;

/// The Certificates directory of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificatesDirectory {
    path: PathBuf,
}

impl CertificatesDirectory {
    /// Opens the user's own, making it if need be.
    ///
    /// `%APPDATA%\Keyfold\Console\Certificates` on Windows, `~/Library/Application Support/Keyfold/Console/Certificates`
    /// on macOS, `$XDG_DATA_HOME/Keyfold/Console/Certificates` elsewhere.
    pub fn per_user() -> Result<Self, OpenDirectoryError> {
        let base = directories::BaseDirs::new().ok_or(OpenDirectoryError::NoHome)?;
        Self::at(
            base.data_dir()
                .join("Keyfold")
                .join("Console")
                .join("Certificates"),
        )
    }

    /// Opens one at a path, making it if need be, and takes everybody else's access away.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, OpenDirectoryError> {
        let path = path.into();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FileError::on("create", parent))?;
        }
        if !disk::is_folder(&path) {
            match disk::create_folder(&path, Access::Owner) {
                // Another process made it meanwhile.
                Err(_) if disk::is_folder(&path) => {}
                made => made?,
            }
        }
        disk::restrict_folder(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of a scope, whether it is there or not.
    #[must_use]
    pub fn folder_path(&self, scope: ScopeGuid) -> PathBuf {
        self.path.join(scope.to_string())
    }

    /// Looks at every folder, in the order of their names.
    ///
    /// Files and hidden folders are passed over; links are reported, not followed.
    pub fn list(&self) -> Result<Vec<FolderReport>, FileError> {
        let mut reports: Vec<FolderReport> = self
            .folders()?
            .into_iter()
            .map(|path| report_of(&path))
            .collect();
        reports.sort_by(|a, b| a.folder_name.cmp(&b.folder_name));
        Ok(reports)
    }

    /// Looks at the folder of one scope; `None` if it is not there.
    #[must_use]
    pub fn report(&self, scope: ScopeGuid) -> Option<FolderReport> {
        let path = self.folder_path(scope);
        disk::exists(&path).then(|| report_of(&path))
    }

    /// Reads the folder of one scope; `None` if it is not there.
    pub(crate) fn folder(&self, scope: ScopeGuid) -> Option<Folder> {
        let path = self.folder_path(scope);
        disk::is_folder(&path).then(|| inspect::folder(&path, Some(scope)))
    }

    pub(crate) fn writer(&self) -> Result<Writer, FileError> {
        Writer::begin(&self.path, Access::Owner)
    }

    fn folders(&self) -> Result<Vec<PathBuf>, FileError> {
        subfolders(&self.path)
    }
}

/// The folders and links in a directory that are not hidden.
pub(crate) fn subfolders(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = || FileError::on("read", directory);
    let mut folders = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let kind = entry.file_type().map_err(failed())?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && !kind.is_file() && folders.len() < MAX_FOLDERS {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

/// The scope that a folder's name names.
pub(crate) fn scope_of(folder: &Path) -> Option<ScopeGuid> {
    folder.file_name()?.to_str()?.parse().ok()
}

fn report_of(path: &Path) -> FolderReport {
    let scope = scope_of(path);
    if disk::is_folder(path) {
        return inspect::folder(path, scope).report;
    }
    let folder_name = folder_name(path);
    FolderReport {
        verdict: Verdict::Damaged {
            file: folder_name.clone(),
        },
        folder_name,
        scope,
        record: None,
        key_pairs: Vec::new(),
    }
}
