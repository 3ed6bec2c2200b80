//! A second factor on its way to an authenticator program.

use keyfold_api::second_factors::SecondFactor;
use serde::Serialize;
use specta::Type;

use crate::secret_text::RevealedText;

/// Whether the user has a second factor.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorView {
    /// Whether one is set up.
    pub set_up: bool,
    /// Whether little else is answered until one is.
    pub must_be_set_up: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
}

/// A second factor that waits for a code of it.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewSecondFactorView {
    /// What the authenticator program's camera reads.
    pub qr: QrView,
    /// The secret in it, in groups of four, for whoever types it.
    pub secret: RevealedText,
}

/// A QR code (ISO/IEC 18004), with the quiet zone around it.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QrView {
    /// Modules on a side.
    pub size: u32,
    /// The dark modules as the data of an SVG path; a module is 1 by 1.
    pub path: RevealedText,
}

/// What takes the place of a code when the program that makes them is lost.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodesView {
    /// By which they are copied and saved, as a recovered key's secret, until they are forgotten.
    pub handle: u32,
    /// Under which name.
    pub name: String,
    /// Each works once.
    pub codes: Vec<RevealedText>,
}

impl From<SecondFactor> for SecondFactorView {
    fn from(factor: SecondFactor) -> Self {
        Self {
            set_up: factor.set_up,
            must_be_set_up: factor.must_be_set_up,
            recovery_codes_left: factor.recovery_codes_left,
        }
    }
}
