//! The Console: `keyfold_console::run`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    keyfold_console::run()
}
