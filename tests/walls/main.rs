//! Holds up the walls between the parts: who may import whom, and what no file may say.

mod files;
mod imports;
mod sources;

use cargo_metadata::MetadataCommand;

use self::files::{Checkout, File};

/// Fails with one line a complaint.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn crates_import_only_what_the_design_lets_them() {
    let metadata = MetadataCommand::new()
        .manifest_path(Checkout::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let graph = imports::Graph::of(&metadata.packages);
    assert!(graph.len() >= 9, "the graph is empty: {}", graph.len());
    assert_none(&graph.complaints());
}

#[test]
fn core_touches_no_file_socket_clock_or_thread() {
    let core = Checkout::files(&["crates/core/src"], &["rs"]);
    assert!(core.len() > 5, "core was not found");
    assert_none(
        &core
            .iter()
            .flat_map(sources::outside_world)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn tauri_packages_are_imported_by_one_file_of_the_pages() {
    let pages = Checkout::files(&["ui/src"], &["ts", "svelte", "js"]);
    assert_none(&sources::foreign_tauri_imports(&pages));
}

#[test]
fn no_file_names_a_machine() {
    let text = [
        "rs", "toml", "md", "ts", "svelte", "js", "json", "sh", "html", "css", "lock", "py", "yml",
    ];
    let all = Checkout::files(&[""], &text);
    assert!(all.len() > 50, "the checkout was not found");
    assert_none(
        &all.iter()
            .flat_map(sources::machine_paths)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_file_is_a_room() {
    let code = Checkout::files(&[""], &["rs", "ts", "svelte", "sh", "py", "css"]);
    assert_none(&code.iter().filter_map(File::too_long).collect::<Vec<_>>());
}

#[test]
fn every_kind_of_vector_is_read() {
    // The generators read the keys that they sign with.
    let code = Checkout::files(&["crates", "tests", "src-tauri", "fuzz"], &["rs", "py"]);
    assert_none(&sources::unread_vectors(&Checkout::vector_kinds(), &code));
}
