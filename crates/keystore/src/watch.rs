//! Noticing what happens in the Certificates directory, whoever does it.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher as _};

use crate::directory::CertificatesDirectory;
use crate::error::WatchError;
use crate::report::FolderReport;

/// Folders are looked at once nothing has happened for this long, since copying takes many steps…
const QUIET: Duration = Duration::from_millis(150);
/// …but after this long at the latest.
const PATIENCE: Duration = Duration::from_secs(2);
/// Folders are looked at this often even if nothing was reported, as on network drives.
const RESCAN: Duration = Duration::from_secs(30);

/// Something that happened to a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEvent {
    /// The folder's name.
    pub folder_name: String,
    /// What happened.
    pub change: FolderChange,
    /// What it holds now; `None` once it has vanished.
    pub report: Option<FolderReport>,
}

/// What happened to a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderChange {
    /// It is there now.
    Appeared,
    /// It holds something else now.
    Changed,
    /// It is gone.
    Vanished,
}

/// Watches until dropped.
pub struct Watcher {
    /// Dropping it ends the channel, and with it the thread.
    _notify: notify::RecommendedWatcher,
}

impl CertificatesDirectory {
    /// Calls back, on a thread of its own, for every folder that appears, changes or vanishes from now on.
    ///
    /// Also gives the state that the events start from.
    pub fn watch(
        &self,
        mut callback: impl FnMut(FolderEvent) + Send + 'static,
    ) -> Result<(Vec<FolderReport>, Watcher), WatchError> {
        let (report, reported) = mpsc::channel();
        let mut notify = notify::recommended_watcher(move |_| {
            // Nobody receives only when nobody looks any more.
            let _ = report.send(());
        })?;
        notify.watch(self.path(), RecursiveMode::Recursive)?;
        let first = self.list()?;

        let directory = self.clone();
        let mut known = by_name(first.clone());
        thread::Builder::new()
            .name("certificates-watch".to_owned())
            .spawn(move || {
                while settled(&reported) {
                    let Ok(now) = directory.list() else { continue };
                    let now = by_name(now);
                    differences(&known, &now)
                        .into_iter()
                        .for_each(&mut callback);
                    known = now;
                }
            })
            .map_err(WatchError::Thread)?;
        Ok((first, Watcher { _notify: notify }))
    }
}

/// Waits until something was reported and it is quiet again; false once nobody reports any more.
fn settled(reported: &Receiver<()>) -> bool {
    match reported.recv_timeout(RESCAN) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => return true,
        Err(RecvTimeoutError::Disconnected) => return false,
    }
    let begun = Instant::now();
    loop {
        match reported.recv_timeout(QUIET) {
            Ok(()) if begun.elapsed() < PATIENCE => {}
            Ok(()) | Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

fn by_name(reports: Vec<FolderReport>) -> BTreeMap<String, FolderReport> {
    reports
        .into_iter()
        .map(|report| (report.folder_name.clone(), report))
        .collect()
}

fn differences(
    before: &BTreeMap<String, FolderReport>,
    now: &BTreeMap<String, FolderReport>,
) -> Vec<FolderEvent> {
    let event = |name: &String, change, report| FolderEvent {
        folder_name: name.clone(),
        change,
        report,
    };
    let gone = before
        .keys()
        .filter(|name| !now.contains_key(*name))
        .map(|name| event(name, FolderChange::Vanished, None));
    let new = now
        .iter()
        .filter_map(|(name, report)| match before.get(name) {
            None => Some(event(name, FolderChange::Appeared, Some(report.clone()))),
            Some(earlier) if earlier != report => {
                Some(event(name, FolderChange::Changed, Some(report.clone())))
            }
            Some(_) => None,
        });
    gone.chain(new).collect()
}
