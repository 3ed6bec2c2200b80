//! Who may call which command, and when: one table, asked before any command runs.

use std::sync::Arc;

use keyfold_api::sessions::Role;
use tauri::ipc::Invoke;
use tauri::{Manager as _, Runtime};

use crate::console::Console;
use crate::error::{CommandError, codes};

/// What must hold before a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it works in a locked window too.
    Always,
    /// The window is not locked; nobody needs to be signed in.
    Unlocked,
    /// Somebody is signed in, in whatever role.
    SignedIn,
    /// An administrator is signed in.
    Administrator,
}

/// What a command needs; none for a command that does not exist. A command that is missing here is refused.
#[must_use]
pub fn access(command: &str) -> Option<Access> {
    use Access::{Administrator, Always, SignedIn, Unlocked};
    Some(match command {
        "connection"
        | "sign_in"
        | "sign_in_ways"
        | "sign_in_with_organisation"
        | "cancel_sign_in"
        | "sign_out"
        | "lock_window" => Always,
        "connect"
        | "settings"
        | "change_settings"
        | "forget_connection"
        | "passphrase_strength"
        | "cancel_request"
        | "save_request_copy"
        | "pick_captured_key"
        | "open_captured_key"
        | "reveal_secret"
        | "copy_secret"
        | "save_secret"
        | "forget_recovered_key"
        | "certificate_folders"
        | "open_certificates_directory"
        | "export_folders"
        | "import_folders"
        | "delete_key_pair" => Unlocked,
        "second_factor"
        | "begin_second_factor"
        | "confirm_second_factor"
        | "print_window"
        | "scopes"
        | "scope_detail"
        | "accounts"
        | "active_certificates"
        | "save_table"
        | "alerts"
        | "alert_count"
        | "alert_rules" => SignedIn,
        "create_scope"
        | "change_scope"
        | "delete_scope"
        | "create_account"
        | "change_account"
        | "delete_account"
        | "create_enrolment"
        | "request_certificate"
        | "submit_request"
        | "pick_certificate_file"
        | "inspect_certificate"
        | "upload_certificate"
        | "capture_progress"
        | "captured_keys"
        | "change_alert_rule"
        | "recover_key"
        | "save_captured_key" => Administrator,
        _ => return None,
    })
}

/// The handler of all commands, behind the table.
pub(crate) fn guarded<R: Runtime>(
    handler: impl Fn(Invoke<R>) -> bool + Send + Sync + 'static,
) -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    move |invoke| {
        let console = invoke.message.webview_ref().state::<Arc<Console>>();
        match console.admits(invoke.message.command()) {
            Ok(()) => handler(invoke),
            Err(refusal) => {
                invoke.resolver.reject(refusal);
                true
            }
        }
    }
}

impl Console {
    /// Whether the command may run now.
    pub(crate) fn admits(&self, command: &str) -> Result<(), CommandError> {
        let refused = || CommandError::new("not-allowed");
        let access = access(command).ok_or_else(refused)?;
        if access != Access::Always && self.is_locked() {
            return Err(CommandError::new(codes::LOCKED));
        }
        if matches!(access, Access::SignedIn | Access::Administrator) {
            let role = self.user()?.user().role;
            let administers = matches!(role, Role::PlatformAdmin | Role::GroupAdmin);
            if access == Access::Administrator && !administers {
                return Err(refused());
            }
        }
        Ok(())
    }
}
