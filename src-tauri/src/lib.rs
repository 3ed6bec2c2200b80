//! Keyfold's Console, Rust half: the only crate that names tauri.

pub mod command_names;
pub mod commands;
pub mod console;
pub mod error;
pub mod events;
pub mod secret_text;
pub mod view;

use console::Console;

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When the window cannot be made.
pub fn run() -> tauri::Result<()> {
    let specta = commands::specta_builder!(tauri::Wry);
    tauri::Builder::default()
        .manage(Console::default())
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            specta.mount_events(app);
            Ok(())
        })
        .run(tauri::generate_context!())
}

#[cfg(test)]
mod tests {
    /// Writes `ui/src/lib/bindings.ts`; `cargo xtask bindings` runs this and compares.
    #[test]
    fn export_bindings() {
        super::commands::specta_builder!(tauri::Wry)
            .export(
                specta_typescript::Typescript::default(),
                concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/bindings.ts"),
            )
            .expect("bindings");
    }
}
