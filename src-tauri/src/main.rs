//! The Console's program: opens the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match keyfold_console::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Keyfold cannot open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
