//! Offline processing: what the AccountServer does with the repository of an account while its machine may be off.
//!
//! `GET|PUT|DELETE /scopes/{guid}/job-rules` says what is done and how often, `GET /scopes/{guid}/jobs` and
//! `GET|POST /accounts/{id}/jobs` what was done, `GET /jobs/{id}` and `POST /jobs/{id}/cancellation` are about one job.

use keyfold_core::id::{AccountId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::repositories::BackupTool;

keyfold_core::uuid_newtype!(JobId, "One piece of offline processing.");

/// The longest time between two jobs of a kind: a year.
pub const MOST_HOURS: u32 = 366 * 24;

/// What a job does.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// Reads the repository and says whether it is whole.
    Check,
    /// Removes the backups that the retention rule does not keep, and gives their space back.
    RollUp,
    /// Restores one file of the newest backup, and compares size and hash with what the repository says.
    Drill,
}

/// What is done with the repositories of accounts in a scope, and how often. A kind that is absent is not done.
///
/// The rules of the nearest scope on an account's way to the root are in force for it, whole: rules of two scopes are
/// not mixed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobRules {
    /// Integrity checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckRule>,
    /// Roll-ups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll_up: Option<RollUpRule>,
    /// Drills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<DrillRule>,
}

/// How repositories are checked.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRule {
    /// Hours between two checks, 1 to 8784.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 8784))]
    pub every_hours: u32,
    /// How much of the backed-up data is read, 0 to 100 percent; borg reads all or nothing.
    #[cfg_attr(feature = "schema", schema(maximum = 100))]
    pub read_percent: u8,
}

/// How repositories are rolled up.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollUpRule {
    /// Hours between two roll-ups, 1 to 8784.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 8784))]
    pub every_hours: u32,
    /// Which backups stay.
    pub keep: Retention,
}

/// Which backups stay: the newest ones, and the newest of each of so many hours, days, weeks, months and years. At
/// least one is not 0.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// So many of the newest.
    pub last: u16,
    /// The newest of so many hours.
    pub hourly: u16,
    /// The newest of so many days.
    pub daily: u16,
    /// The newest of so many weeks.
    pub weekly: u16,
    /// The newest of so many months.
    pub monthly: u16,
    /// The newest of so many years.
    pub yearly: u16,
}

/// How restoring is tried.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillRule {
    /// Hours between two drills, 1 to 8784.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 8784))]
    pub every_hours: u32,
}

impl JobRules {
    /// Hours between two jobs of this kind; none when they are not done.
    #[must_use]
    pub fn every_hours(&self, kind: JobKind) -> Option<u32> {
        match kind {
            JobKind::Check => self.check.map(|rule| rule.every_hours),
            JobKind::RollUp => self.roll_up.map(|rule| rule.every_hours),
            JobKind::Drill => self.drill.map(|rule| rule.every_hours),
        }
    }

    /// Whether every number is within its bounds, and a roll-up keeps something.
    #[must_use]
    pub fn are_plausible(&self) -> bool {
        let mut hours = JobKind::ALL
            .into_iter()
            .filter_map(|kind| self.every_hours(kind));
        hours.all(|hours| (1..=MOST_HOURS).contains(&hours))
            && self.check.is_none_or(|rule| rule.read_percent <= 100)
            && self
                .roll_up
                .is_none_or(|rule| rule.keep.named().next().is_some())
    }
}

impl Retention {
    /// Its numbers by their names, those that are not 0.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, u16)> {
        let all = [
            ("last", self.last),
            ("hourly", self.hourly),
            ("daily", self.daily),
            ("weekly", self.weekly),
            ("monthly", self.monthly),
            ("yearly", self.yearly),
        ];
        all.into_iter().filter(|(_, number)| *number > 0)
    }
}

impl JobKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Check, Self::RollUp, Self::Drill];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::RollUp => "roll-up",
            Self::Drill => "drill",
        }
    }
}

/// `GET /scopes/{guid}/job-rules`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeJobRules {
    /// The scope's own rules; none when it inherits.
    pub own: Option<JobRules>,
    /// The rules in force; none when nothing is done.
    pub in_force: Option<JobRules>,
    /// The scope whose rules are in force.
    pub from_scope: Option<ScopeGuid>,
    /// Its name.
    pub from_name: Option<String>,
}

/// `POST /accounts/{id}/jobs`: asks for a job now, answered with the waiting [`Job`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct NewJob {
    /// Which kind; a rule for it must be in force.
    pub kind: JobKind,
}

/// A job.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Whose repository it is about.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Why it stands there, where that is no matter of course.
    pub reason: Option<JobReason>,
    /// Who asked for it (sign-in name); none when it was due.
    pub asked_by: Option<String>,
    /// When it was asked for or due.
    #[serde(with = "time::serde::rfc3339")]
    pub queued_at: OffsetDateTime,
    /// When it last began.
    #[serde(with = "time::serde::rfc3339::option")]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// The AccountServer that does it, or did.
    pub server: Option<String>,
    /// The tool that it is done with.
    pub tool: Option<BackupTool>,
    /// The tool's own last words, shortened. Never a key.
    pub words: Option<String>,
}

/// Where a job stands.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It has not begun.
    Waiting,
    /// An AccountServer is at it.
    Running,
    /// All is well.
    Done,
    /// Something is wrong.
    Failed,
    /// It was not done.
    Skipped,
    /// Somebody cancelled it.
    Cancelled,
}

/// Why a job stands where it does.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobReason {
    /// Waiting: the account's key is not in memory. The next backup brings it.
    NeedsBackup,
    /// Waiting or failed: somebody else works in the repository.
    Locked,
    /// Waiting: the AccountServer that was at it ended.
    ServerEnded,
    /// Skipped: the account's last backup is more than seven days ago, so that no AccountServer has its key.
    SevenDaysOver,
    /// Skipped: no rule for it is in force any more.
    NoRule,
    /// Skipped: the account's Agent did not say where its repository is.
    NoRepository,
    /// Skipped: the settings of the AccountServer do not allow this repository.
    RepositoryNotAllowed,
    /// Skipped: the newest backup has no file of up to 512 KiB.
    NothingToRestore,
    /// Failed: the repository is damaged.
    Damaged,
    /// Failed: the restored file is not what the repository says.
    Different,
    /// Failed: the account's key does not open the repository.
    WrongKey,
    /// Failed: it took too long.
    TimeLimit,
    /// Failed: the tool could not be started.
    NoTool,
    /// Failed: the tool failed in another way; its words say how.
    ToolFailed,
    /// Failed: it was begun again and again, and no AccountServer came to its end.
    GivenUp,
}

impl JobState {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }
}
