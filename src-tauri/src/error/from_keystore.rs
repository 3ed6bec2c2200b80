//! Refusals of the Certificates directory.

use keyfold_core::sealed_key::{SealError, UnsealError};
use keyfold_keystore::{
    DeleteError, FileError, KeyPairError, OpenDirectoryError, RequestError, SaveError,
    TransferError,
};

use super::{CommandError, codes};

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::because(codes::CERTIFICATES_DIRECTORY_FAILED, &error)
            .with("path", error.path().display())
    }
}

impl From<OpenDirectoryError> for CommandError {
    fn from(error: OpenDirectoryError) -> Self {
        match error {
            OpenDirectoryError::File(error) => error.into(),
            OpenDirectoryError::NoHome => {
                Self::because(codes::CERTIFICATES_DIRECTORY_FAILED, &error)
            }
        }
    }
}

impl From<KeyPairError> for CommandError {
    fn from(error: KeyPairError) -> Self {
        match error {
            KeyPairError::NotFound => Self::new(codes::PRIVATE_KEY_NOT_HERE),
            KeyPairError::Unseal(UnsealError::WrongPassphrase) => {
                Self::new(codes::WRONG_PASSPHRASE)
            }
            KeyPairError::Unseal(UnsealError::OutOfMemory) => Self::new(codes::NOT_ENOUGH_MEMORY),
            KeyPairError::File(error) => error.into(),
            KeyPairError::SealedKey(_) | KeyPairError::Unseal(_) => {
                Self::because(codes::SEALED_KEY_DAMAGED, &error)
            }
        }
    }
}

impl From<SaveError> for CommandError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::NoSuchKeyPair => Self::new(codes::PRIVATE_KEY_NOT_HERE),
            SaveError::Seal(SealError::OutOfMemory) => Self::new(codes::NOT_ENOUGH_MEMORY),
            SaveError::File(error) => error.into(),
            _ => Self::because(codes::KEY_PAIR_NOT_SAVED, &error),
        }
    }
}

impl From<RequestError> for CommandError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotFound => Self::new(codes::PRIVATE_KEY_NOT_HERE),
            RequestError::Missing | RequestError::Damaged => {
                Self::because(codes::SAVED_REQUEST_UNUSABLE, &error)
            }
        }
    }
}

impl From<TransferError> for CommandError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::NothingFound { path } => {
                Self::new(codes::NO_CERTIFICATE_FOLDER).with("path", path.display())
            }
            TransferError::OwnDirectory => Self::new(codes::OWN_CERTIFICATES_DIRECTORY),
            TransferError::Unfit { verdict } => Self::because(codes::FOLDER_NOT_EXPORTED, &verdict),
            TransferError::File(error) => error.into(),
        }
    }
}

impl From<DeleteError> for CommandError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NameDiffers => Self::new(codes::NAME_NOT_EQUAL),
            DeleteError::NotFound => Self::new(codes::KEY_PAIR_NOT_FOUND),
            DeleteError::File(error) => error.into(),
        }
    }
}
