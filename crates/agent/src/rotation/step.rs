//! What a rotation consists of. Each tool has its own list of these.

use serde::{Deserialize, Serialize};

/// One step; done again, it does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// A new key is made, and kept beside the present one.
    MakeKey,
    /// The repository opens with it.
    ChangeRepository,
    /// What the tool made of it, such as borg's key file, is kept with it.
    CompleteKey,
    /// It is presented, and captured.
    Capture,
    /// Backups are made with it.
    UseKey,
    /// The repository opens with the former key no more.
    RemoveFormer,
    /// The former key is forgotten.
    Forget,
}

impl Step {
    /// As `rotation.json` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MakeKey => "make-key",
            Self::ChangeRepository => "change-repository",
            Self::CompleteKey => "complete-key",
            Self::Capture => "capture",
            Self::UseKey => "use-key",
            Self::RemoveFormer => "remove-former",
            Self::Forget => "forget",
        }
    }

    /// For people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::MakeKey => "making a new key",
            Self::ChangeRepository => "having the repository open with the new key",
            Self::CompleteKey => "keeping the tool's key file with the new key",
            Self::Capture => "having the new key captured",
            Self::UseKey => "making backups with the new key",
            Self::RemoveFormer => "taking the former key out of the repository",
            Self::Forget => "forgetting the former key",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file() {
        for step in [
            Step::MakeKey,
            Step::ChangeRepository,
            Step::CompleteKey,
            Step::Capture,
            Step::UseKey,
            Step::RemoveFormer,
            Step::Forget,
        ] {
            assert_eq!(serde_json::to_value(step).unwrap(), step.name());
        }
    }
}
