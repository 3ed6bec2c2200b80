//! Verifying the log: each entry follows from the one before, and says what stands beside it.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;

use super::chain;
use crate::store::{AuditColumns, AuditRow, Conflict, Store, StoreError};

/// So many entries are in memory at a time.
const PAGE: u32 = 1000;

/// What is wrong with the log, at the first entry where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is a gap.
    #[error("entry {number} is missing")]
    Missing {
        /// The number that is not there.
        number: i64,
    },
    /// An entry before the first.
    #[error("entry {number} was put in: the first entry has the number 1")]
    PutIn {
        /// Its number.
        number: i64,
    },
    /// An entry that was another one when it was written.
    #[error(
        "entry {number} was moved: it was written as entry {says}, so entries changed places, or one was taken out or put in here"
    )]
    Moved {
        /// Where it stands.
        number: i64,
        /// Where it was written.
        says: i64,
    },
    /// Its hash does not follow.
    #[error(
        "entry {number} was changed or put in: its hash does not follow from what it says and the entry before it"
    )]
    Changed {
        /// Its number.
        number: i64,
    },
    /// The columns beside it say something else.
    #[error(
        "beside entry {number} stands something else than it says: the columns to find it by were changed"
    )]
    Columns {
        /// Its number.
        number: i64,
    },
    /// It says what this version does not know.
    #[error(
        "entry {number} is in its place, but this version cannot read it; verify with the version that wrote it"
    )]
    Unknown {
        /// Its number.
        number: i64,
    },
    /// The log at this number had another hash once.
    #[error(
        "entry {number} has another hash than the one that was kept: the log was written anew up to there"
    )]
    AnotherHead {
        /// Which number was kept.
        number: u64,
    },
    /// The log ends before an entry that was there once.
    #[error("the log ends with entry {last}, but entry {number} was there: the end was cut off")]
    CutOff {
        /// The last one now.
        last: i64,
        /// The one that was there.
        number: u64,
    },
    /// No entry has the hash that was kept.
    #[error(
        "no entry has the hash that was kept: the end was cut off, or the log was written anew"
    )]
    HeadMissing,
}

/// A state of the log that somebody kept elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many entries it had.
    pub count: Option<u64>,
    /// The hash of the last of them.
    pub head: Option<Fingerprint>,
}

/// Why a log is not known to be whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not.
    #[error(
        "the audit log was tampered with: {0}; compare it with what a stream or an export kept elsewhere"
    )]
    Fault(#[from] Fault),
    /// It could not be read.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Reads the whole log and proves that every entry is as it was written, where it was written.
pub async fn verify(store: &impl Store, kept: Kept) -> Result<Verifier, VerifyError> {
    let platform = store.platform().await?;
    let (_, root) = platform.ok_or(StoreError::Conflict(Conflict::Missing))?;
    let mut verifier = Verifier::new(root, kept);
    // From the very beginning: an entry with a number below 1 is none of ours.
    let mut last = i64::MIN;
    loop {
        let page = store.audit_after(last, None, PAGE).await?;
        let Some(row) = page.last() else { break };
        last = row.number;
        for row in &page {
            verifier.follow(row)?;
        }
    }
    verifier.end()?;
    Ok(verifier)
}

/// Follows a log from its beginning.
#[derive(Debug)]
pub struct Verifier {
    last: i64,
    head: Fingerprint,
    kept: Kept,
    met: bool,
}

impl Verifier {
    /// At the beginning of the log of the platform with this root Collection.
    #[must_use]
    pub fn new(root: ScopeGuid, kept: Kept) -> Self {
        Self {
            last: 0,
            head: chain::before_the_first(root),
            kept,
            met: false,
        }
    }

    /// The number of the last entry so far, which is the number of entries.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.last
    }

    /// The hash of the last entry so far.
    #[must_use]
    pub fn head(&self) -> Fingerprint {
        self.head
    }

    /// Takes the next entry, by number.
    pub fn follow(&mut self, row: &AuditRow) -> Result<(), Fault> {
        let number = row.number;
        if number <= self.last {
            return Err(Fault::PutIn { number });
        }
        if number > self.last + 1 {
            return Err(Fault::Missing {
                number: self.last + 1,
            });
        }
        let says = row.says();
        if let Ok((says, _)) = says
            && says != number
        {
            return Err(Fault::Moved { number, says });
        }
        let head = chain::link(self.head, &row.entry);
        if row.hash != head.as_bytes() {
            return Err(Fault::Changed { number });
        }
        let Ok((_, act)) = says else {
            return Err(Fault::Unknown { number });
        };
        if AuditColumns::from(&act) != row.columns {
            return Err(Fault::Columns { number });
        }
        (self.last, self.head) = (number, head);
        self.compare()
    }

    /// At the end: whether what was kept was met.
    pub fn end(&self) -> Result<(), Fault> {
        match self.kept {
            Kept {
                count: Some(number),
                ..
            } if i128::from(number) > i128::from(self.last) => Err(Fault::CutOff {
                last: self.last,
                number,
            }),
            Kept { head: Some(_), .. } if !self.met => Err(Fault::HeadMissing),
            _ => Ok(()),
        }
    }

    fn compare(&mut self) -> Result<(), Fault> {
        let same = self.kept.head == Some(self.head);
        match (self.kept.count, self.kept.head) {
            (Some(number), Some(_)) if i128::from(number) == i128::from(self.last) => {
                if !same {
                    return Err(Fault::AnotherHead { number });
                }
                self.met = true;
            }
            (None, Some(_)) => self.met |= same,
            _ => {}
        }
        Ok(())
    }
}
