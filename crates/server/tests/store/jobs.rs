//! Jobs: who does them, when they are due, what is left of them.

use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::audit::Action;
use keyfold_api::jobs::{CheckRule, JobId, JobKind, JobReason, JobRules, JobState};
use keyfold_api::repositories::{BackupTool, Repository};
use keyfold_core::id::{AccountId, KeyId, ScopeGuid, ScopeKind};
use keyfold_server::store::{
    BackupRow, Conflict, Due, EndedBackup, EndedJob, Holder, JobRulesRow, Lease, NewJobRow,
    OpenJob, Slice, Store,
};
use time::{Duration, OffsetDateTime};

use crate::{NOW, act, conflict, draw, furnished, scope};

over_every_store!(
    one_server_does_a_job,
    a_killed_servers_job_is_claimed_again,
    an_account_has_one_job_at_a_time,
    a_cancelled_job_ends,
    what_is_due_follows_from_the_nearest_rules,
    jobs_are_forgotten_after_their_end,
);

/// So many servers want the same job.
const SERVERS: usize = 8;

async fn backed_up(store: &impl Store, seed: u64, account: AccountId) {
    let backup = BackupRow {
        id: draw(seed, BackupId::random),
        account,
        key_id: draw(9, KeyId::random),
        generated: false,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&backup).await.unwrap();
    let repository = Repository {
        tool: BackupTool::Restic,
        address: "/srv/a".to_owned().try_into().unwrap(),
    };
    let ended = EndedBackup {
        outcome: BackupOutcome::Completed,
        exit_code: Some(0),
        bytes: None,
        repository: Some(&repository),
        ended_at: NOW,
    };
    let account = store.account(account).await.unwrap().unwrap();
    let above = store.present_above(account.group).await.unwrap();
    let present: Vec<_> = above.iter().map(|row| row.fingerprint).collect();
    store
        .end_backup(backup.id, ended, &[], &present)
        .await
        .unwrap();
    let stored = store.repository_of(account.id).await.unwrap();
    assert_eq!(stored, Some(repository));
}

fn new(seed: u64, account: AccountId, kind: JobKind) -> NewJobRow {
    NewJobRow {
        id: draw(seed, JobId::random),
        account,
        kind,
        asked_by: Some("ann".to_owned()),
        queued_at: NOW,
    }
}

fn holder(server: usize) -> Holder {
    Holder {
        process: format!("process {server}"),
        server: format!("server {server}"),
    }
}

async fn open(store: &impl Store, now: OffsetDateTime) -> Vec<OpenJob> {
    store.open_jobs(0, now, 10).await.unwrap()
}

/// Claims it at `now` for a minute.
async fn claim(store: &impl Store, job: &OpenJob, server: usize, now: OffsetDateTime) -> bool {
    let until = now + Duration::MINUTE;
    store
        .claim_job(job, BackupTool::Restic, &holder(server), now, until)
        .await
        .unwrap()
}

fn ended(state: JobState, reason: Option<JobReason>, at: OffsetDateTime) -> EndedJob {
    EndedJob {
        state,
        reason,
        words: Some("so it says".to_owned()),
        at,
        not_before: at + Duration::MINUTE,
    }
}

async fn asked(store: &impl Store) -> (AccountId, OpenJob) {
    let (_, account, _) = furnished(store).await;
    backed_up(store, 30, account).await;
    let job = new(1, account, JobKind::Check);
    store.ask_for_job(&job, &act()).await.unwrap();
    let again = new(2, account, JobKind::Check);
    let refused = conflict(store.ask_for_job(&again, &act()).await);
    assert_eq!(refused, Conflict::JobUnderWay);
    let mut open = open(store, NOW).await;
    assert_eq!(open.len(), 1);
    (account, open.remove(0))
}

async fn actions(store: &impl Store) -> Vec<Action> {
    let rows = store.audit_after(0, None, 100).await.unwrap();
    let actions = rows.iter().map(|row| row.columns.action.parse().unwrap());
    let of_jobs = [Action::StartJob, Action::EndJob, Action::CancelJob];
    actions.filter(|action| of_jobs.contains(action)).collect()
}

async fn one_server_does_a_job(store: impl Store) {
    let (account, job) = asked(&store).await;
    let claims = (0..SERVERS).map(|server| claim(&store, &job, server, NOW));
    let claimed = futures_util::future::join_all(claims).await;
    assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
    let server = claimed.iter().position(|claimed| *claimed).unwrap();
    assert_eq!(open(&store, NOW + Duration::SECOND).await, []);

    let failed = ended(JobState::Failed, Some(JobReason::Damaged), NOW);
    for other in (0..SERVERS).filter(|other| *other != server) {
        assert!(!store.end_job(&job, &holder(other), &failed).await.unwrap());
    }
    assert!(!store.skip_job(&job, &failed).await.unwrap());
    assert!(store.end_job(&job, &holder(server), &failed).await.unwrap());
    assert!(!store.end_job(&job, &holder(server), &failed).await.unwrap());
    let listed = store.jobs_of(account, Slice::first(10)).await.unwrap().rows;
    let [row] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(row.job.state, JobState::Failed);
    assert_eq!(row.job.reason, Some(JobReason::Damaged));
    assert_eq!(row.job.server, Some(format!("server {server}")));
    assert_eq!(row.job.tool, Some(BackupTool::Restic));
    assert_eq!(row.job.words.as_deref(), Some("so it says"));
    assert_eq!(actions(&store).await, [Action::StartJob, Action::EndJob]);
}

async fn a_killed_servers_job_is_claimed_again(store: impl Store) {
    let (_, job) = asked(&store).await;
    assert!(claim(&store, &job, 1, NOW).await);
    let until = NOW + Duration::minutes(2);
    let renew = async |server| {
        store
            .renew_job(job.id, &holder(server), until)
            .await
            .unwrap()
    };
    assert_eq!(renew(1).await, Lease::Held);
    assert_eq!(open(&store, until).await, [], "the lease holds");

    let late = until + Duration::SECOND;
    let again = open(&store, late).await;
    assert_eq!((again[0].id, again[0].attempts), (job.id, 1));
    assert!(!claim(&store, &job, 2, late).await, "what it knows is old");
    assert!(claim(&store, &again[0], 2, late).await);
    assert_eq!(renew(1).await, Lease::Lost);
    let done = ended(JobState::Done, None, late);
    assert!(!store.end_job(&job, &holder(1), &done).await.unwrap());

    // The second gives it back, and it waits its while.
    let back = ended(JobState::Waiting, Some(JobReason::Locked), late);
    assert!(store.end_job(&again[0], &holder(2), &back).await.unwrap());
    assert_eq!(open(&store, late).await, []);
    let waiting = open(&store, late + Duration::MINUTE).await;
    assert_eq!((waiting[0].id, waiting[0].attempts), (job.id, 2));
    let skipped = ended(JobState::Skipped, Some(JobReason::SevenDaysOver), late);
    assert!(store.skip_job(&waiting[0], &skipped).await.unwrap());
}

async fn an_account_has_one_job_at_a_time(store: impl Store) {
    let (account, first) = asked(&store).await;
    let second = new(3, account, JobKind::RollUp);
    store.ask_for_job(&second, &act()).await.unwrap();
    let both = open(&store, NOW).await;
    assert!(claim(&store, &both[1], 1, NOW).await);
    assert!(
        !claim(&store, &first, 2, NOW).await,
        "the repository is taken"
    );
    let done = ended(JobState::Done, None, NOW);
    assert!(store.end_job(&both[1], &holder(1), &done).await.unwrap());
    assert!(claim(&store, &first, 2, NOW).await);
}

async fn a_cancelled_job_ends(store: impl Store) {
    let (account, job) = asked(&store).await;
    let cancel = async |id| store.cancel_job(id, NOW, &act()).await;
    assert!(claim(&store, &job, 1, NOW).await);
    cancel(job.id).await.unwrap();
    cancel(job.id).await.unwrap();
    let until = NOW + Duration::MINUTE;
    let lease = store.renew_job(job.id, &holder(1), until).await.unwrap();
    assert_eq!(lease, Lease::Cancelled);
    let cancelled = ended(JobState::Cancelled, None, NOW);
    assert!(store.end_job(&job, &holder(1), &cancelled).await.unwrap());

    let waiting = new(4, account, JobKind::Check);
    store.ask_for_job(&waiting, &act()).await.unwrap();
    cancel(waiting.id).await.unwrap();
    let row = store.job(waiting.id).await.unwrap().unwrap();
    assert_eq!(row.job.state, JobState::Cancelled);
    assert_eq!(row.job.ended_at, Some(NOW));
    assert_eq!(open(&store, NOW).await, []);

    let done = new(5, account, JobKind::Check);
    store.ask_for_job(&done, &act()).await.unwrap();
    let job = open(&store, NOW).await.remove(0);
    assert!(claim(&store, &job, 1, NOW).await);
    let well = ended(JobState::Done, None, NOW);
    assert!(store.end_job(&job, &holder(1), &well).await.unwrap());
    assert_eq!(conflict(cancel(done.id).await), Conflict::JobEnded);
}

fn check_every(hours: u32) -> JobRules {
    JobRules {
        check: Some(CheckRule {
            every_hours: hours,
            read_percent: 0,
        }),
        ..JobRules::default()
    }
}

async fn what_is_due_follows_from_the_nearest_rules(store: impl Store) {
    let (group, account, _) = furnished(&store).await;
    let root = group.parent.unwrap();
    let other = scope(41, ScopeKind::Group, None);
    let other = keyfold_server::store::ScopeRow {
        parent: Some(root),
        ..other
    };
    store.insert_scope(&other, &act()).await.unwrap();
    let elsewhere = draw(42, AccountId::random);
    store
        .insert_account(elsewhere, "elsewhere", other.guid, &act())
        .await
        .unwrap();
    let due_at = async |scope: ScopeGuid, now: OffsetDateTime| {
        let due = Due {
            scope,
            kind: JobKind::Check,
            every: Duration::hours(24),
            now,
        };
        let mut due = store.jobs_due(due, 10).await.unwrap();
        due.sort_unstable();
        due
    };
    assert_eq!(due_at(root, NOW).await, [], "nobody said where to look");
    for (seed, account) in [(50, account), (51, elsewhere)] {
        backed_up(&store, seed, account).await;
    }
    let mut both = [account, elsewhere];
    both.sort_unstable();
    assert_eq!(due_at(root, NOW).await, both);

    let rules = async |scope, hours| {
        let rules = check_every(hours);
        let row = JobRulesRow { scope, rules };
        store.change_job_rules(&row, &act()).await.unwrap();
        row
    };
    let (of_root, of_group) = (rules(root, 24).await, rules(group.guid, 1).await);
    let in_force = async |scope| store.job_rules_in_force(scope).await.unwrap();
    assert_eq!(in_force(group.guid).await, Some(of_group));
    assert_eq!(in_force(other.guid).await, Some(of_root));
    assert_eq!(
        due_at(root, NOW).await,
        [elsewhere],
        "nearer rules go before"
    );
    assert_eq!(due_at(group.guid, NOW).await, [account]);

    let jobs = [60, 61].map(|seed| new(seed, elsewhere, JobKind::Check));
    assert_eq!(store.insert_due_jobs(&jobs).await.unwrap(), 1);
    let later = NOW + Duration::hours(25);
    assert_eq!(due_at(root, later).await, [], "it is under way");
    let job = open(&store, NOW).await.remove(0);
    let done = ended(JobState::Done, None, NOW);
    assert!(store.skip_job(&job, &done).await.unwrap());
    assert_eq!(due_at(root, NOW + Duration::hours(23)).await, []);
    assert_eq!(due_at(root, later).await, [elsewhere]);
    assert_eq!(
        due_at(root, NOW + Duration::days(7)).await,
        [],
        "seven days are over"
    );

    store.delete_job_rules(group.guid, &act()).await.unwrap();
    assert_eq!(due_at(root, later).await, both);
    let missing = store.delete_job_rules(group.guid, &act()).await;
    assert_eq!(conflict(missing), Conflict::Missing);
}

async fn jobs_are_forgotten_after_their_end(store: impl Store) {
    let (_, job) = asked(&store).await;
    let ever = NOW + Duration::days(1000);
    assert_eq!(store.forget_jobs(ever).await.unwrap(), 0, "it is under way");
    let done = ended(JobState::Done, None, NOW);
    assert!(store.skip_job(&job, &done).await.unwrap());
    assert_eq!(store.forget_jobs(NOW).await.unwrap(), 0);
    assert_eq!(store.forget_jobs(ever).await.unwrap(), 1);
    assert_eq!(store.job(job.id).await.unwrap(), None);
}
