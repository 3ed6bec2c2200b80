//! What the webview can call: thin commands over [`crate::console`], one room per domain.

pub mod accounts;
pub mod alerts;
pub mod certificates;
pub mod connection;
pub mod folders;
pub mod recovery;
pub mod report;
pub mod requests;
pub mod second_factor;
pub mod settings;
pub mod tree;

/// The commands and events of the Console for a runtime.
///
/// A macro, because `collect_commands!` cannot use an outer type parameter.
macro_rules! specta_builder {
    ($runtime:ty) => {
        tauri_specta::Builder::<$runtime>::new()
            .disable_serde_phases()
            .commands(tauri_specta::collect_commands![
                $crate::commands::connection::connection,
                $crate::commands::connection::connect,
                $crate::commands::connection::forget_connection,
                $crate::commands::connection::sign_in,
                $crate::commands::connection::sign_in_ways,
                $crate::commands::connection::sign_in_with_organisation,
                $crate::commands::connection::cancel_sign_in,
                $crate::commands::connection::sign_out,
                $crate::commands::connection::lock_window,
                $crate::commands::second_factor::second_factor,
                $crate::commands::second_factor::begin_second_factor,
                $crate::commands::second_factor::confirm_second_factor,
                $crate::commands::second_factor::print_window,
                $crate::commands::settings::settings,
                $crate::commands::settings::change_settings,
                $crate::commands::tree::scopes,
                $crate::commands::tree::scope_detail,
                $crate::commands::tree::create_scope,
                $crate::commands::tree::change_scope,
                $crate::commands::tree::delete_scope,
                $crate::commands::accounts::accounts,
                $crate::commands::accounts::create_account,
                $crate::commands::accounts::change_account,
                $crate::commands::accounts::delete_account,
                $crate::commands::accounts::create_enrolment,
                $crate::commands::requests::passphrase_strength,
                $crate::commands::requests::request_certificate,
                $crate::commands::requests::cancel_request,
                $crate::commands::requests::submit_request,
                $crate::commands::requests::save_request_copy,
                $crate::commands::certificates::pick_certificate_file,
                $crate::commands::certificates::inspect_certificate,
                $crate::commands::certificates::upload_certificate,
                $crate::commands::certificates::capture_progress,
                $crate::commands::recovery::captured_keys,
                $crate::commands::recovery::recover_key,
                $crate::commands::recovery::save_captured_key,
                $crate::commands::recovery::pick_captured_key,
                $crate::commands::recovery::open_captured_key,
                $crate::commands::recovery::reveal_secret,
                $crate::commands::recovery::copy_secret,
                $crate::commands::recovery::save_secret,
                $crate::commands::recovery::forget_recovered_key,
                $crate::commands::folders::certificate_folders,
                $crate::commands::folders::open_certificates_directory,
                $crate::commands::folders::export_folders,
                $crate::commands::folders::import_folders,
                $crate::commands::folders::delete_key_pair,
                $crate::commands::report::active_certificates,
                $crate::commands::report::save_table,
                $crate::commands::alerts::alerts,
                $crate::commands::alerts::alert_count,
                $crate::commands::alerts::alert_rules,
                $crate::commands::alerts::change_alert_rule,
            ])
            .events(tauri_specta::collect_events![
                $crate::events::CertificateFoldersChanged,
                $crate::events::FoldersDropped,
                $crate::events::ClipboardCleared,
                $crate::events::PlatformChanged,
                $crate::events::ConnectionChanged,
            ])
            .constant("errorCodes", $crate::error::codes::all())
            .constant("verdictCodes", $crate::view::folders::VERDICT_CODES)
    };
}
pub(crate) use specta_builder;
