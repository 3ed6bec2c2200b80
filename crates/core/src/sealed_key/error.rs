//! Why sealing, reading and opening a sealed key fail.

use thiserror::Error;

use super::{Argon2ParamsError, MAX_FILE_BYTES, MAX_LABEL_CHARS, MAX_SLOTS};

/// Why a private key was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The label is empty, longer than [`MAX_LABEL_CHARS`], or has invisible characters or white space at its ends.
    #[error("the label is not 1 to {MAX_LABEL_CHARS} plain characters; choose another")]
    BadLabel,
    /// The key derivation's parameters are out of bounds.
    #[error(transparent)]
    Params(#[from] Argon2ParamsError),
    /// The memory that the key derivation needs is not to be had.
    #[error(
        "there is not enough memory to derive a key from the passphrase; close other programs and try again"
    )]
    OutOfMemory,
    /// The private key is larger than the cipher takes; no RSA key is.
    #[error("the private key is too large to seal; make a new one")]
    TooLarge,
}

/// Why a `private-key.json` was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealedKeyError {
    /// More than [`MAX_FILE_BYTES`].
    #[error("private-key.json is larger than {MAX_FILE_BYTES} bytes; copy the folder again")]
    TooLarge,
    /// Not JSON, or a member is missing, unknown, twice there or of the wrong form or length.
    #[error("private-key.json is damaged; copy the folder again")]
    Malformed,
    /// JSON, but the magic is another.
    #[error("private-key.json is not a sealed key; copy the folder again")]
    NotASealedKey,
    /// Its version is above what this program knows.
    #[error("private-key.json has version {version}, made by a newer Keyfold; update this one")]
    NewerVersion {
        /// The version found.
        version: u32,
    },
    /// It names another key derivation than `argon2id`.
    #[error("private-key.json names an unknown key derivation; use another copy of the folder")]
    UnknownKeyDerivation,
    /// A slot's parameters are out of bounds.
    #[error(transparent)]
    Params(#[from] Argon2ParamsError),
    /// It has no slot, so nothing opens it.
    #[error(
        "private-key.json has no slot, so no passphrase opens it; use another copy of the folder"
    )]
    NoSlots,
    /// More than [`MAX_SLOTS`].
    #[error("private-key.json has more than {MAX_SLOTS} slots; use another copy of the folder")]
    TooManySlots,
    /// A slot's label is not allowed.
    #[error(
        "a slot in private-key.json has a label that is not allowed; use another copy of the folder"
    )]
    BadLabel,
    /// Two slots have one label.
    #[error("two slots in private-key.json have the same label; use another copy of the folder")]
    DuplicateLabel,
}

/// Why a sealed key did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnsealError {
    /// No slot opens with this passphrase, or every slot was tampered with.
    #[error("the passphrase opens none of the slots; check it and try again")]
    WrongPassphrase,
    /// A slot opened, but what it protects did not, or is no private key.
    #[error(
        "the passphrase is right but the sealed key is damaged; use another copy of the folder"
    )]
    Damaged,
    /// The private key inside is not the one that the file names.
    #[error(
        "the sealed key holds another private key than it says; use another copy of the folder"
    )]
    AnotherKey,
    /// The memory that the key derivation needs is not to be had.
    #[error(
        "there is not enough memory to derive a key from the passphrase; close other programs and try again"
    )]
    OutOfMemory,
}

/// Why a slot was not added, removed or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlotError {
    /// The passphrase given to prove the right did not open the key.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// The new slot could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A slot has that label.
    #[error("a slot has this label already; choose another")]
    LabelTaken,
    /// No slot has that label.
    #[error("no slot has this label; look at the list again")]
    NoSuchSlot,
    /// It is the only slot; without it nothing would open the key.
    #[error("this is the last slot, and without it nobody could open the key; add another first")]
    LastSlot,
    /// There are [`MAX_SLOTS`] already.
    #[error("the sealed key has {MAX_SLOTS} slots already; remove one first")]
    TooManySlots,
}

impl SealError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::BadLabel => "seal-bad-label",
            Self::Params(reason) => reason.code(),
            Self::OutOfMemory => "key-derivation-out-of-memory",
            Self::TooLarge => "seal-too-large",
        }
    }
}

impl Argon2ParamsError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooWeak => "key-derivation-too-weak",
            Self::TooCostly => "key-derivation-too-costly",
        }
    }
}

impl SealedKeyError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "sealed-key-too-large",
            Self::Malformed => "sealed-key-malformed",
            Self::NotASealedKey => "sealed-key-wrong-magic",
            Self::NewerVersion { .. } => "sealed-key-newer-version",
            Self::UnknownKeyDerivation => "sealed-key-unknown-key-derivation",
            Self::Params(reason) => reason.code(),
            Self::NoSlots => "sealed-key-no-slots",
            Self::TooManySlots => "sealed-key-too-many-slots",
            Self::BadLabel => "sealed-key-bad-label",
            Self::DuplicateLabel => "sealed-key-duplicate-label",
        }
    }
}

impl UnsealError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPassphrase => "unseal-wrong-passphrase",
            Self::Damaged => "unseal-damaged",
            Self::AnotherKey => "unseal-another-key",
            Self::OutOfMemory => "key-derivation-out-of-memory",
        }
    }
}

impl SlotError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unseal(reason) => reason.code(),
            Self::Seal(reason) => reason.code(),
            Self::LabelTaken => "slot-label-taken",
            Self::NoSuchSlot => "slot-not-found",
            Self::LastSlot => "slot-last",
            Self::TooManySlots => "sealed-key-too-many-slots",
        }
    }
}
