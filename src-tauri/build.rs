//! Puts the app's own commands under the access control list (`capabilities/main.json`).

#[expect(
    unreachable_pub,
    reason = "public in the library, which shares this file"
)]
#[path = "src/command_names.rs"]
mod command_names;

fn main() {
    // generate_context! needs the folder to exist before the first build of the web half.
    if let Err(error) = std::fs::create_dir_all("../ui/dist") {
        panic!("cannot create ui/dist: {error}; make ui/ writable");
    }
    let manifest = tauri_build::AppManifest::new().commands(command_names::COMMAND_NAMES);
    if let Err(error) =
        tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
    {
        panic!("tauri-build: {error:#}");
    }
}
