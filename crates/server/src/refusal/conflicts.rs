use super::Refusal;
use crate::passwords::PasswordError;
use crate::store::{Conflict, StoreError};

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Hash(_) => Self::Internal("a password could not be hashed"),
            PasswordError::Length => Self::Password(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let StoreError::Conflict(conflict) = error else {
            return Self::Store(error);
        };
        match conflict {
            Conflict::Missing => Self::NotFound,
            Conflict::ParentMissing => Self::ParentNotFound,
            Conflict::ParentIsGroup => Self::ParentIsGroup,
            Conflict::ParentIsCollection => Self::ParentIsCollection,
            Conflict::Cycle => Self::Cycle,
            Conflict::TooDeep => Self::TooDeep,
            Conflict::Root => Self::Root,
            Conflict::NotEmpty => Self::NotEmpty,
            Conflict::HasCapturedKeys => Self::HasCapturedKeys,
            Conflict::NameTaken => Self::NameTaken,
            Conflict::NotAllowed => Self::NotAllowed,
            Conflict::NotRoot => Self::NotRoot,
            Conflict::LastAdmin => Self::LastAdmin,
            Conflict::AlreadySetUp => Self::AlreadySetUp,
            Conflict::NotWaiting => Self::NotWaiting,
            Conflict::ReplacesAnother => Self::ReplacesAnother,
            Conflict::Superseded => Self::Superseded,
            Conflict::BackupEnded => Self::BackupEnded,
            Conflict::JobUnderWay => Self::JobUnderWay,
            Conflict::JobEnded => Self::JobEnded,
            Conflict::Repeated => Self::IdempotencyKeyInUse,
            Conflict::CertificatesChanged => Self::Internal("certificates change all the time"),
        }
    }
}
