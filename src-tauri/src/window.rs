//! The window's life: start, a second instance, dropped folders, the last moments.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tauri::{AppHandle, DragDropEvent, Manager as _, Runtime, Window, WindowEvent};

use crate::console::{Console, follow_platform};

/// What the one window is called.
const LABEL: &str = "main";
/// How often the Console looks for secrets whose time is up.
const TICK: Duration = Duration::from_secs(1);

/// How long the window waits for the clipboard when it closes.
const CLOSING: Duration = Duration::from_secs(1);

/// Brings the window to the front, when the program is started a second time.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; then there is nothing better to do.
        window.unminimize().ok();
        window.set_focus().ok();
    }
}

/// Prints what the window shows, after asking how.
pub(crate) fn print<R: Runtime>(app: &AppHandle<R>) -> io::Result<()> {
    let window = app
        .get_webview_window(LABEL)
        .ok_or(io::ErrorKind::NotFound)?;
    window.print().map_err(io::Error::other)
}

/// Starts what runs beside the window: the watch over certificate folders, the ear for what changes on the platform,
/// and the clock of secrets.
pub(crate) fn start(console: &Arc<Console>) {
    console.watch_certificate_folders();
    let console = Arc::downgrade(console);
    tauri::async_runtime::spawn(follow_platform(console.clone()));
    tauri::async_runtime::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            let Some(console) = console.upgrade() else {
                return;
            };
            // The clipboard may block, for as long as whoever owns it takes to answer.
            let done = tokio::task::spawn_blocking(move || console.tick(Instant::now())).await;
            if done.is_err() {
                return;
            }
        }
    });
}

/// Imports folders that are dropped on the window.
pub(crate) fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else {
        return;
    };
    let Some(console) = window.try_state::<Arc<Console>>() else {
        return;
    };
    match event {
        DragDropEvent::Enter { .. } => console.folders_hover(),
        DragDropEvent::Leave => console.folders_left(),
        DragDropEvent::Drop { paths, .. } => {
            let (console, paths) = (Arc::clone(&console), paths.clone());
            tauri::async_runtime::spawn_blocking(move || console.folders_dropped(&paths));
        }
        _ => {}
    }
}

/// Forgets every secret, away from the main thread: reading the clipboard there could deadlock on Linux.
pub(crate) fn close(console: Arc<Console>) {
    let (done, closed) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        console.close();
        done.send(()).ok();
    });
    // A clipboard that does not answer must not keep the window open.
    closed.recv_timeout(CLOSING).ok();
}
