//! What is read from files, and read again when they change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

/// A value from files. When a file changes it is read anew; what is then refused leaves the old value in use.
pub(crate) struct Renewable<T> {
    name: &'static str,
    files: Vec<PathBuf>,
    current: RwLock<Arc<T>>,
    last: Mutex<Last>,
}

/// The last reading.
struct Last {
    stamps: Vec<Stamp>,
    refused: Option<String>,
}

type Stamp = Option<(SystemTime, u64)>;

impl<T> Renewable<T> {
    /// What `name` says in logs, read from `files`.
    pub(crate) fn read<E>(
        name: &'static str,
        files: Vec<PathBuf>,
        read: impl FnOnce() -> Result<T, E>,
    ) -> Result<Self, E> {
        let stamps = stamps(&files);
        Ok(Self {
            name,
            current: RwLock::new(Arc::new(read()?)),
            files,
            last: Mutex::new(Last {
                stamps,
                refused: None,
            }),
        })
    }

    /// The value in use.
    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why the newest files are not in use, if they are not.
    pub(crate) fn refused(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.refused.clone()
    }

    /// Reads again if a file changed, or whenever `anyway`.
    pub(crate) fn renew<E: ToString>(&self, anyway: bool, read: impl FnOnce() -> Result<T, E>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps(&self.files);
        if stamps == last.stamps && !anyway {
            return;
        }
        last.stamps = stamps;
        match read() {
            Ok(value) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
                last.refused = None;
                tracing::info!(what = self.name, "read again");
            }
            Err(error) => {
                let error = error.to_string();
                tracing::error!(what = self.name, %error, "the new one is refused, the old one stays in use");
                last.refused = Some(error);
            }
        }
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &Path| {
        let metadata = fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(|file| stamp(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_new_file_leaves_the_old_value_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("number");
        let read = || fs::read_to_string(&file).unwrap().parse::<u8>();
        fs::write(&file, "7").unwrap();
        let number = Renewable::read("number", vec![file.clone()], read).unwrap();
        number.renew(false, || -> Result<u8, String> {
            panic!("nothing changed")
        });

        fs::write(&file, "no number").unwrap();
        number.renew(false, read);
        assert_eq!(*number.current(), 7);
        assert!(number.refused().is_some());

        fs::write(&file, "12").unwrap();
        number.renew(false, read);
        assert_eq!((*number.current(), number.refused()), (12, None));

        number.renew(true, || Ok::<_, String>(13));
        assert_eq!(*number.current(), 13, "at a signal it is read anyway");
    }
}
