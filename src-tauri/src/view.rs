//! What the webview sees: plain data, no secret, every time an RFC 3339 string, every GUID and fingerprint in its text form.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The saved platform, and who is signed in to it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// The platform this Console talks to; none before the first connection.
    pub platform: Option<PlatformView>,
    /// Who is signed in; none when signed out.
    pub session: Option<SessionView>,
}

/// A saved platform.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformView {
    /// Its name for people.
    pub name: String,
    /// `https://host:port`.
    pub address: String,
    /// The pinned Authority root, 64 hex digits.
    pub authority: String,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The sign-in name.
    pub user: String,
    /// The name for people.
    pub display_name: String,
    /// What they may do.
    pub role: RoleView,
    /// The scope they administer.
    pub scope: String,
}

/// What a user may do in their scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RoleView {
    /// Requests and uploads certificates, recovers keys.
    Admin,
    /// Signs or rejects requests.
    Officer,
}

/// A node of the tree.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScopeView {
    /// Its GUID.
    pub guid: String,
    /// Collection or Group.
    pub kind: ScopeKindView,
    /// Its name.
    pub name: String,
    /// The Collection it lies in, when the user may see it.
    pub parent: Option<String>,
    /// Accounts at any depth.
    pub accounts: u32,
    /// The badge.
    pub state: ScopeStateView,
    /// When its active certificate expires.
    pub expires_at: Option<String>,
    /// Whole days until then; negative when past.
    pub days_left: Option<i32>,
}

/// Collection or Group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ScopeKindView {
    /// Holds Collections and Groups.
    Collection,
    /// Holds Accounts.
    Group,
}

/// The badge on a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ScopeStateView {
    /// No certificate of its own.
    None,
    /// A request waits for the Authority.
    Requested,
    /// Signed, not uploaded.
    SignedNotUploaded,
    /// Captures keys.
    Active,
    /// At most 90 days left.
    ExpiresSoon,
    /// Captures no more.
    Expired,
    /// Captures no more.
    Revoked,
}

/// Everything the page of one scope shows beside its accounts.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScopeDetailView {
    /// If a machine were lost now.
    pub coverage: CoverageView,
    /// Its own certificates, newest first.
    pub certificates: Vec<CertificateView>,
    /// Active certificates of the Collections above, nearest first.
    pub inherited: Vec<CertificateView>,
    /// Its requests, newest first.
    pub requests: Vec<RequestView>,
}

/// If a machine were lost now: how many accounts are in which state.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CoverageView {
    /// Recoverable.
    pub captured: u32,
    /// In the key cache only.
    pub in_memory: u32,
    /// Needs one more backup.
    pub needs_backup: u32,
    /// Never backed up.
    pub never: u32,
}

/// A Group Certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// SHA-256 of its DER.
    pub fingerprint: String,
    /// SHA-256 of its public key.
    pub spki_fingerprint: String,
    /// The scope it was made for.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// Start of validity.
    pub not_before: String,
    /// End of validity.
    pub not_after: String,
    /// Whole days until then; negative when past.
    pub days_left: i32,
    /// Modulus length.
    pub key_bits: u32,
    /// Whether it captures keys; none when it is not uploaded.
    pub state: Option<CertificateStateView>,
    /// When it was uploaded.
    pub uploaded_at: Option<String>,
    /// Who uploaded it.
    pub uploaded_by: Option<String>,
    /// Whether its private key lies in this computer's Certificates directory.
    pub key_on_this_computer: bool,
}

/// Whether an uploaded certificate captures keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateStateView {
    /// Captures keys.
    Active,
    /// Captures keys, at most 90 days left.
    ExpiresSoon,
    /// Recovers, captures no more.
    Expired,
    /// Recovers, captures no more.
    Revoked,
    /// Recovers, captures no more.
    Superseded,
}

/// A request for a Group Certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    /// Its number.
    pub id: String,
    /// The scope it asks for.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// Who submitted it.
    pub requester: String,
    /// When.
    pub submitted_at: String,
    /// What requester and officer compare.
    pub spki_fingerprint: String,
    /// Where it stands.
    pub state: RequestStateView,
    /// The officer's words when rejected.
    pub reason: Option<String>,
    /// Whether the private key lies on this computer.
    pub key_on_this_computer: bool,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RequestStateView {
    /// The Authority has not decided.
    Waiting,
    /// Signed, not uploaded.
    Signed,
    /// Signed and uploaded.
    Uploaded,
    /// Rejected.
    Rejected,
    /// A later one took its place.
    Replaced,
}

/// An account as tables show it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its Group.
    pub group: String,
    /// That Group's name.
    pub group_name: String,
    /// When its last completed backup ended.
    pub last_backup_at: Option<String>,
    /// Whether its present key could be recovered.
    pub key_state: KeyStateView,
    /// Names of the scopes its present key is captured to.
    pub captured_to: Vec<String>,
    /// Whether an Agent is enrolled.
    pub enrolled: bool,
}

/// Whether an account's present key could be recovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeyStateView {
    /// Captured.
    Captured,
    /// In the key cache only.
    InMemory,
    /// Needs one more backup.
    NeedsBackup,
    /// Never backed up.
    Never,
}

/// An enrolment string to hand to whoever sets the machine up.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentView {
    /// `kf1.…`; works once.
    pub enrolment: String,
    /// When it stops working.
    pub expires_at: String,
}

/// What zxcvbn says of a passphrase; the passphrase itself is not repeated.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassphraseStrengthView {
    /// 0 (guessed at once) to 4 (very strong).
    pub score: u8,
    /// Time to guess it offline at 10,000 guesses a second, in words.
    pub crack_time: String,
    /// What makes it weak, if anything.
    pub warning: Option<String>,
    /// How to make it stronger.
    pub suggestions: Vec<String>,
    /// Whether the Console accepts it (score 3 and 12 characters at least).
    pub acceptable: bool,
}

/// Key sizes that the Console offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeySizeView {
    /// 3072 bits.
    Rsa3072,
    /// 4096 bits, the default.
    Rsa4096,
}

/// How far a certificate request is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase", tag = "step")]
pub enum RequestProgressView {
    /// Primes are searched for; 0 to 1, never going back.
    GeneratingKeyPair {
        /// 0 to 1.
        fraction: f32,
    },
    /// The passphrase is stretched and the private key sealed.
    Sealing,
    /// The sealed key is read back and opened.
    Checking,
    /// The request goes to the platform.
    Submitting,
}

/// A key pair that exists now, and what became of its request.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestedView {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub scope_name: String,
    /// What to read out to the Authority, 64 hex digits.
    pub spki_fingerprint: String,
    /// The folder that holds the key pair.
    pub folder: String,
    /// Why the request did not reach the platform, if it did not; it is saved and can be submitted again.
    pub not_submitted: Option<crate::error::CommandError>,
}

/// Where a signed certificate comes from.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "from")]
pub enum CertificateSourceView {
    /// The platform holds it, under this request.
    Platform {
        /// The request's number.
        request: String,
    },
    /// A file that the admin chose.
    File {
        /// As `pick_certificate_file` answered.
        path: String,
    },
}

/// A file that the admin chose in the native dialog.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PickedFileView {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
}

/// A certificate that was looked at before its upload.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InspectedCertificateView {
    /// The certificate, when it could be read at all.
    pub certificate: Option<CertificateView>,
    /// What is wrong with it for this scope; none when it can be uploaded.
    pub problem: Option<crate::error::CommandError>,
    /// The active certificate that it would replace.
    pub replaces: Option<CertificateView>,
}

/// What an upload did.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadedView {
    /// The certificate, now active.
    pub certificate: CertificateView,
    /// Keys captured from memory.
    pub captured_now: u32,
    /// Accounts it covers.
    pub accounts: u32,
    /// Names of accounts that need one more backup.
    pub needs_backup: Vec<String>,
    /// Why the certificate could not be kept in the certificate folder, if so; the upload itself stands.
    pub not_saved: Option<crate::error::CommandError>,
}

/// A captured key that can be chosen for recovery.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CapturedKeyView {
    /// Its number.
    pub id: String,
    /// Whose.
    pub account: String,
    /// That account's name.
    pub account_name: String,
    /// Which of the account's keys.
    pub key_id: String,
    /// The certificate's scope.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// The certificate.
    pub certificate: String,
    /// When it was captured.
    pub captured_at: String,
    /// Whether the account's Agent uses this key now.
    pub current: bool,
    /// Whether the private key that opens it lies on this computer.
    pub key_on_this_computer: bool,
}

/// A key that was recovered; its secrets stay in the Rust half until they are asked for.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoveredView {
    /// Names it in `reveal_secret`, `copy_secret`, `save_secret` and `forget_recovered_key`.
    pub handle: u32,
    /// Whose.
    pub account_name: String,
    /// When it was captured.
    pub captured_at: String,
    /// What it holds.
    pub secrets: Vec<SecretView>,
}

/// One named secret of a recovered key, without its value.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    /// `password`, `key-file`, …
    pub name: String,
    /// In bytes.
    pub length: u32,
    /// Whether it is printable text that can be shown and copied; otherwise it can only be saved.
    pub text: bool,
}

/// The Certificates directory.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFoldersView {
    /// Where it is.
    pub path: String,
    /// What is in it.
    pub folders: Vec<CertificateFolderView>,
}

/// One certificate folder with its verdict.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFolderView {
    /// The folder's name, a scope GUID when all is well.
    pub folder: String,
    /// The scope's name: as the platform has it now, else as when requested.
    pub name: Option<String>,
    /// Collection or Group.
    pub kind: Option<ScopeKindView>,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// The key pairs in it, newest first.
    pub key_pairs: Vec<KeyPairView>,
    /// What the check on arrival said.
    pub verdict: VerdictView,
}

/// One key pair of a certificate folder.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyPairView {
    /// SHA-256 of its public key.
    pub spki_fingerprint: Option<String>,
    /// The day it was made, `yyyy-mm-dd`.
    pub created: Option<String>,
    /// End of validity of its certificate, once signed.
    pub not_after: Option<String>,
    /// Who can open it.
    pub holders: Vec<String>,
    /// What the check said.
    pub verdict: VerdictView,
}

/// What the check of a folder or key pair said; the UI owns the words of each code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// `complete`, `not-signed-yet`, `key-and-certificate-dont-match`, `wrong-guid`, `damaged-file`, `newer-version`, `empty`, …
    pub code: String,
    /// The file that is meant, if one is.
    pub file: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Folders that are complete here now.
    pub imported: Vec<String>,
    /// Folders that were there already, equal.
    pub unchanged: Vec<String>,
    /// Folders that were refused, with the reason.
    pub refused: Vec<RefusedFolderView>,
}

/// A folder that was not imported.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedFolderView {
    /// The folder's name.
    pub folder: String,
    /// Why.
    pub verdict: VerdictView,
}

/// One row of *Group Certificates Active*.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReportRowView {
    /// The Group or Collection.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// Collection or Group.
    pub kind: ScopeKindView,
    /// The certificate.
    pub certificate: String,
    /// The scope the certificate was made for.
    pub from_scope: String,
    /// That scope's name.
    pub from_name: String,
    /// Start of validity.
    pub not_before: String,
    /// End of validity.
    pub not_after: String,
    /// Whole days until then.
    pub days_left: i32,
    /// Whether it captures keys.
    pub state: CertificateStateView,
}
