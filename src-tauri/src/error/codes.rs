//! Every code that a [`CommandError`](super::CommandError) can carry.

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal;)+) => {
        $($(#[$doc])+ pub const $name: &str = $code;)+

        /// The codes of this crate's own refusals.
        const OWN: &[&str] = &[$($name),+];
    };
}

codes! {
    /// Something that cannot happen did; `reason`.
    INTERNAL = "internal";
    /// No platform is saved yet.
    NOT_CONNECTED = "not-connected";
    /// The window is locked.
    LOCKED = "locked";
    /// Nobody is signed in, or the session ended.
    SIGNED_OUT = "signed-out";
    /// No port of this computer can be opened for the browser's return; `reason`.
    SIGN_IN_NOT_BEGUN = "sign-in-not-begun";
    /// The system's browser does not open; `reason`.
    BROWSER_NOT_OPENED = "browser-not-opened";
    /// The browser did not come back in time.
    SIGN_IN_TOO_LATE = "sign-in-too-late";
    /// connections.json cannot be read; `path`.
    CONNECTION_FILE_DAMAGED = "connection-file-damaged";
    /// connections.json cannot be written; `path`, `reason`.
    CONNECTION_NOT_SAVED = "connection-not-saved";
    /// Not `https://host[:port]`; `address`.
    BAD_ADDRESS = "bad-address";
    /// Not 64 hexadecimal digits.
    BAD_FINGERPRINT = "bad-fingerprint";
    /// The name of something is not one that the platform gives; `value`.
    BAD_IDENTIFIER = "bad-identifier";
    /// No connection; `server`, `reason`.
    PLATFORM_UNREACHABLE = "platform-unreachable";
    /// The pinned root is not in the presented chain; `server`.
    PLATFORM_WRONG_AUTHORITY = "platform-wrong-authority";
    /// The pinned root did not sign the platform's certificate; `server`.
    PLATFORM_NOT_ISSUED_BY_AUTHORITY = "platform-not-issued-by-authority";
    /// The platform's certificate has expired; `server`.
    PLATFORM_CERTIFICATE_EXPIRED = "platform-certificate-expired";
    /// The platform's certificate is not valid yet, or this computer's clock is wrong; `server`.
    PLATFORM_CERTIFICATE_NOT_VALID_YET = "platform-certificate-not-valid-yet";
    /// The platform's certificate is for another host; `server`.
    PLATFORM_WRONG_HOST = "platform-wrong-host";
    /// The platform's certificate is refused for another reason; `server`, `reason`.
    PLATFORM_CERTIFICATE_INVALID = "platform-certificate-invalid";
    /// An answer that this version does not understand; `server`, `what`.
    PLATFORM_NOT_UNDERSTOOD = "platform-not-understood";
    /// A refusal whose code this version does not know; `code`, `reason`.
    PLATFORM_REFUSED = "platform-refused";
    /// The platform said one thing before and another now; `what`.
    PLATFORM_CONTRADICTS_ITSELF = "platform-contradicts-itself";
    /// TLS cannot be set up; `reason`.
    TLS_SETUP = "tls-setup";
    /// The scope is not among those the user may see.
    SCOPE_NOT_FOUND = "scope-not-found";
    /// The admin cancelled; nothing was written.
    CANCELLED = "cancelled";
    /// A key pair is being made already.
    REQUEST_RUNNING = "request-running";
    /// The passphrase cannot be used; `reason`.
    PASSPHRASE_UNUSABLE = "passphrase-unusable";
    /// The passphrase would be guessed.
    PASSPHRASE_TOO_WEAK = "passphrase-too-weak";
    /// No key pair could be made; `reason`.
    KEY_NOT_MADE = "key-not-made";
    /// No file could be read; `path`, `reason`.
    FILE_UNREADABLE = "file-unreadable";
    /// The file is far larger than a certificate; `path`.
    FILE_TOO_LARGE = "file-too-large";
    /// No file could be written; `path`, `reason`.
    FILE_NOT_WRITTEN = "file-not-written";
    /// The path was not chosen in the native dialog.
    FILE_NOT_CHOSEN = "file-not-chosen";
    /// The request has no certificate yet.
    REQUEST_NOT_SIGNED = "request-not-signed";
    /// A certificate that the platform lists is no Group Certificate; `reason`.
    CERTIFICATE_UNREADABLE = "certificate-unreadable";
    /// The certificate does not meet the profile for a reason that this version does not know; `reason`.
    CERTIFICATE_REFUSED = "certificate-refused";
    /// The platform's certificate is for another key than the one that was requested.
    CERTIFICATE_NOT_FOR_REQUEST = "certificate-not-for-request";
    /// The private key is not in this computer's Certificates directory.
    PRIVATE_KEY_NOT_HERE = "private-key-not-here";
    /// No holder's passphrase is this one.
    WRONG_PASSPHRASE = "wrong-passphrase";
    /// The sealed key cannot be opened, whatever the passphrase; `reason`.
    SEALED_KEY_DAMAGED = "sealed-key-damaged";
    /// A recovery without a reason.
    REASON_MISSING = "reason-missing";
    /// The captured key was not shown in a list before.
    CAPTURED_KEY_NOT_LISTED = "captured-key-not-listed";
    /// The captured key's signature or chain is not right; `reason`.
    CAPTURED_KEY_UNTRUSTED = "captured-key-untrusted";
    /// The file holds no captured key; `path`, `reason`.
    NOT_A_CAPTURED_KEY = "not-a-captured-key";
    /// The captured key does not open, or is not what the platform says; `reason`.
    CAPTURED_KEY_NOT_OPENED = "captured-key-not-opened";
    /// The recovered key was forgotten; recover it again.
    RECOVERED_KEY_FORGOTTEN = "recovered-key-forgotten";
    /// The recovered key has no secret of this name; `name`.
    SECRET_NOT_FOUND = "secret-not-found";
    /// The secret is not text; it can only be saved.
    SECRET_NOT_TEXT = "secret-not-text";
    /// The clipboard does not take it; `reason`.
    CLIPBOARD_FAILED = "clipboard-failed";
    /// No such certificate folder; `folder`.
    FOLDER_NOT_FOUND = "folder-not-found";
    /// No such key pair in the certificate folder.
    KEY_PAIR_NOT_FOUND = "key-pair-not-found";
    /// The typed name is not the scope's; `name`.
    NAME_NOT_EQUAL = "name-not-equal";
    /// The Certificates directory refused; `path`, `reason`.
    CERTIFICATES_DIRECTORY_FAILED = "certificates-directory-failed";
    /// Neither a certificate folder nor a folder of certificate folders; `path`.
    NO_CERTIFICATE_FOLDER = "no-certificate-folder";
    /// The folder chosen lies in the Certificates directory already.
    OWN_CERTIFICATES_DIRECTORY = "own-certificates-directory";
    /// A folder was not exported; `folder`, `reason`.
    FOLDER_NOT_EXPORTED = "folder-not-exported";
    /// The key pair was not saved; nothing was changed; `reason`.
    KEY_PAIR_NOT_SAVED = "key-pair-not-saved";
    /// The request in the certificate folder cannot be used; `reason`.
    SAVED_REQUEST_UNUSABLE = "saved-request-unusable";
    /// There is not enough memory to stretch the passphrase.
    NOT_ENOUGH_MEMORY = "not-enough-memory";
    /// The system does not print; `reason`.
    NOT_PRINTED = "not-printed";
    /// The file manager does not open; `path`, `reason`.
    NOT_OPENED = "not-opened";
}

/// Every code, exported to the UI as `errorCodes`.
#[must_use]
pub fn all() -> Vec<&'static str> {
    let mut codes: Vec<_> = [OWN, super::from_core::CODES, super::from_api::CODES].concat();
    codes.sort_unstable();
    codes.dedup();
    codes
}
