//! What the webview sees: plain data, no secret, every time an RFC 3339 string, every GUID and fingerprint in its text form.

pub mod accounts;
pub mod certificates;
pub mod connection;
pub mod folders;
pub mod recovery;
pub mod report;
pub mod requests;
pub mod scopes;
