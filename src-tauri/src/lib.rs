//! Keyfold's Console, Rust half: the only crate that names tauri.
//!
//! [`commands`] are what the webview can call, [`console`] is what they do, [`view`] what the webview sees.

pub mod access;
pub mod command_names;
pub mod commands;
mod connections_file;
pub mod console;
mod csv;
pub mod desktop;
pub mod error;
pub mod events;
mod files;
mod passphrase_strength;
pub mod places;
mod process;
mod qr;
pub mod secret_text;
pub mod settings_file;
mod tauri_desktop;
pub mod view;
mod window;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tauri::{Manager as _, RunEvent};
use time::OffsetDateTime;

use console::Console;
use places::Places;
use tauri_desktop::TauriDesktop;

/// Opens the window and runs until it is closed.
pub fn run() -> Result<(), Box<dyn std::error::Error>> {
    process::keep_secrets_out_of_dumps()?;
    let home = std::env::var_os(places::HOME_VARIABLE);
    let has_own_home = home.is_some();
    let places = Places::per_user(home)
        .ok_or("the operating system names no home directory; set KEYFOLD_CONSOLE_HOME")?;
    let specta = commands::specta_builder!(tauri::Wry);
    let mut builder = tauri::Builder::default();
    if !has_own_home {
        // A Console with a home of its own, as the demo's, runs beside the user's.
        builder = builder.plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _directory| {
                window::show(app);
            },
        ));
    }
    let app = builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(access::guarded(specta.invoke_handler()))
        .on_window_event(window::on_event)
        .setup(move |app| {
            specta.mount_events(app);
            let desktop = Arc::new(TauriDesktop(app.handle().clone()));
            let console = Arc::new(Console::new(desktop, places, OffsetDateTime::now_utc));
            app.manage(Arc::clone(&console));
            window::start(&console);
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            window::close(Arc::clone(app.state::<Arc<Console>>().inner()));
        }
    });
    Ok(())
}
