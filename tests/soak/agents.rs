//! Agents that back up without a pause, each with its own account, on whichever server answers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use keyfold_api::agents::{BackupOutcome, EndBackup, Enrol, Enrolment, StartBackup};
use keyfold_api::client::{AgentClient, Client, ClientError};
use keyfold_api::idempotency::IdempotencyKey;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use rand::RngExt as _;
use tokio::runtime::Runtime;
use url::Url;
use zeroize::Zeroizing;

use crate::support::admin::Admin;

/// So many backups are made with one key before the Agent sets a new one.
const BACKUPS_WITH_A_KEY: usize = 5;
/// Before a question is asked again that a killed server did not answer.
const PAUSE: Duration = Duration::from_millis(20);

/// A key that was presented, and what was said about it.
pub(super) struct Presented {
    pub(super) account: AccountId,
    pub(super) key_id: KeyId,
    pub(super) key: EncryptionKey,
    /// Backups whose end was acknowledged.
    pub(super) acknowledged: usize,
    /// Those of them that were answered with the Group's certificate.
    pub(super) captured: usize,
    /// Those that ended after the upload was answered, and were not.
    pub(super) missed: usize,
}

/// The running Agents.
pub(super) struct Load {
    runtime: Runtime,
    shared: Arc<Shared>,
    tasks: Vec<tokio::task::JoinHandle<anyhow::Result<()>>>,
}

struct Shared {
    group: ScopeGuid,
    stop: AtomicBool,
    uploaded: AtomicBool,
    turn: AtomicUsize,
    history: Mutex<Vec<Presented>>,
}

impl Load {
    /// Makes the accounts, enrols their Agents and lets them begin.
    pub(super) fn start(
        admin: &Admin,
        group: ScopeGuid,
        servers: &[Url],
        authority: Fingerprint,
        agents: usize,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let clients = servers
            .iter()
            .map(|server| Ok(Client::new(server, authority)?))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let shared = Arc::new(Shared {
            group,
            stop: AtomicBool::new(false),
            uploaded: AtomicBool::new(false),
            turn: AtomicUsize::new(0),
            history: Mutex::default(),
        });
        let mut tasks = Vec::new();
        for number in 0..agents {
            let (account, enrolment) = admin.create_account(&format!("agent-{number}"), group)?;
            let enrol = Enrol {
                token: Enrolment::from_text(&enrolment)?.token,
                host_name: format!("host-{number}"),
            };
            let enrolled = runtime.block_on(clients[0].enrol(&enrol))?;
            let agent = Agent {
                account: account.id,
                servers: clients
                    .iter()
                    .map(|client| client.agent(enrolled.credential.clone().into()))
                    .collect(),
                shared: Arc::clone(&shared),
            };
            tasks.push(runtime.spawn(agent.back_up()));
        }
        Ok(Self {
            runtime,
            shared,
            tasks,
        })
    }

    /// From now on every backup that ends has to be captured.
    pub(super) fn uploaded(&self) {
        self.shared.uploaded.store(true, Ordering::SeqCst);
    }

    /// Lets every Agent come to the end of its backup; answers all keys.
    pub(super) fn stop(self) -> anyhow::Result<Vec<Presented>> {
        self.shared.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            self.runtime.block_on(task)??;
        }
        let mut history = lock(&self.shared.history);
        Ok(std::mem::take(&mut *history))
    }
}

struct Agent {
    account: AccountId,
    /// The same Agent, as each server sees it.
    servers: Vec<AgentClient>,
    shared: Arc<Shared>,
}

impl Agent {
    async fn back_up(self) -> anyhow::Result<()> {
        while !self.shared.stop.load(Ordering::SeqCst) {
            let mut key = self.new_key()?;
            for _ in 0..BACKUPS_WITH_A_KEY {
                if !self.shared.stop.load(Ordering::SeqCst) {
                    self.one_backup(&mut key).await?;
                }
            }
            lock(&self.shared.history).push(key);
        }
        Ok(())
    }

    fn new_key(&self) -> anyhow::Result<Presented> {
        let mut rng = rand::rng();
        let secret = Zeroizing::new(rng.random::<[u8; 32]>().to_vec());
        Ok(Presented {
            account: self.account,
            key_id: KeyId::random(&mut rng),
            key: EncryptionKey::new(vec![NamedSecret::new("password", secret)?])?,
            acknowledged: 0,
            captured: 0,
            missed: 0,
        })
    }

    /// From the key's presentation to an acknowledged end, begun anew whenever a server is killed in between.
    async fn one_backup(&self, key: &mut Presented) -> anyhow::Result<()> {
        let end = EndBackup {
            outcome: BackupOutcome::Completed,
            exit_code: Some(0),
            bytes: None,
            enveloped: Vec::new(),
            repository: None,
        };
        loop {
            let server = self.any_server();
            let start = StartBackup::new(key.key_id, &key.key, true);
            let started = match server.start_backup(&IdempotencyKey::random(), &start).await {
                Ok(started) => started,
                Err(error) => {
                    pause_after(error)?;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let after_upload = self.shared.uploaded.load(Ordering::SeqCst);
            let asked = IdempotencyKey::random();
            match server.end_backup(&asked, started.backup, &end).await {
                Ok(ended) => {
                    let captured = ended.captured_to.contains(&self.shared.group);
                    key.acknowledged += 1;
                    key.captured += usize::from(captured);
                    key.missed += usize::from(after_upload && !captured);
                    return Ok(());
                }
                Err(error) => pause_after(error)?,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn any_server(&self) -> &AgentClient {
        let turn = self.shared.turn.fetch_add(1, Ordering::Relaxed);
        &self.servers[turn % self.servers.len()]
    }
}

/// A server that is killed does not answer, and one that was killed has forgotten the key; nothing else may fail.
fn pause_after(error: ClientError) -> anyhow::Result<()> {
    match error {
        ClientError::Unreachable { .. } => Ok(()),
        ClientError::Problem(problem) if problem.code == "key-not-in-memory" => Ok(()),
        error => Err(error).context("an Agent was refused"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
