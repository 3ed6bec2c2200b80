//! The whole story: a Group Certificate is requested, signed and uploaded; restic backs up and keys are captured; a
//! machine is lost; its key is recovered, and restic restores the files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use keyfold_core::encryption_key::PASSWORD;
use keyfold_core::id::ScopeKind;
use keyfold_core::key_pair::KeySize;
use keyfold_core::sealed_key::Argon2Params;

use super::platform::Platform;
use super::restic::{self, Repository};
use super::{files, platform};

/// What may be cheaper in a test than in earnest.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Length of the key pair.
    pub key_size: KeySize,
    /// Cost of a guess at the passphrase.
    pub argon2: Argon2Params,
}

impl Effort {
    /// What the Console does unless told otherwise.
    pub const EARNEST: Self = Self {
        key_size: KeySize::Rsa4096,
        argon2: Argon2Params::DEFAULT,
    };
    /// The least that the formats allow.
    pub const LEAST: Self = Self {
        key_size: KeySize::Rsa3072,
        argon2: Argon2Params::MIN,
    };
}

const PASSPHRASE: &str = "seven quiet otters cross the harbour";

/// Tells the story in `directory`, which is empty, one line a step. It is an error when anything in it is not as it
/// should be, above all when a restored file differs from the one that was lost.
pub fn tell(directory: &Path, effort: Effort, step: &mut dyn FnMut(String)) -> anyhow::Result<()> {
    step(format!("restic is here: {}", restic::version()?));
    let platform = Platform::start(directory)?;
    step(format!(
        "the Authority made its root certificate, fingerprint {}",
        platform.authority_fingerprint().short()
    ));
    step(format!("the AccountServer listens on {}", platform.url()));

    let admin = platform.admin()?;
    let root = admin.root()?;
    let hospitals = admin.create_scope(ScopeKind::Collection, "Hospitals", root.guid)?;
    let group = admin.create_scope(ScopeKind::Group, "St. Bede", hospitals.guid)?;
    step(format!(
        "{} signed in and made “{} › {} › {}”",
        platform::ADMIN,
        root.name,
        hospitals.name,
        group.name
    ));

    let machines = ["ward-3", "pharmacy", "reception"];
    let mut accounts = Vec::new();
    for (seed, name) in (1..).zip(machines) {
        let (account, enrolment) = admin.create_account(name, group.guid)?;
        let agent = platform.agent(name);
        agent.enrol(&enrolment)?;
        agent.generate_key()?;
        let files = directory.join("machines").join(name);
        files::write_sample(&files, seed)?;
        let repository = Repository::init(&directory.join("repositories").join(name), &agent)?;
        accounts.push((account, agent, repository, files));
    }
    step(format!(
        "{} Agents enrolled, each with a key of its own: {}",
        machines.len(),
        machines.join(", ")
    ));

    let (lost, agent, repository, files) = accounts.first().context("there are no machines")?;
    repository.completed_backup(agent, files)?;
    step(format!(
        "restic backed “{}” up; its key is in the AccountServer's memory only",
        lost.name
    ));

    let request = admin.request_certificate(&group, effort.key_size, PASSPHRASE, effort.argon2)?;
    step(format!(
        "the admin requested a Group Certificate; public key {}",
        request.spki_fingerprint.short()
    ));
    platform.sign(&request, None)?;
    step("the Authority compared the fingerprint and signed".to_owned());
    let uploaded = admin.upload_signed(&request)?;
    let waiting: Vec<_> = uploaded
        .needs_backup
        .iter()
        .map(|account| account.name.as_str())
        .collect();
    ensure!(
        (uploaded.captured_now, waiting.len()) == (1, machines.len() - 1),
        "the upload captured {uploaded:?}"
    );
    step(format!(
        "the admin uploaded it: 1 key captured at once; a backup is needed of {}",
        waiting.join(", ")
    ));

    for (_, agent, repository, files) in &accounts[1..] {
        repository.completed_backup(agent, files)?;
    }
    let coverage = admin.ask(|user| user.coverage(root.guid))?;
    ensure!(
        coverage.captured as usize == machines.len(),
        "not every key is captured: {coverage:?}"
    );
    step(format!(
        "restic backed the others up: {} of {} keys could be recovered",
        coverage.captured,
        machines.len()
    ));

    let before = files::content(files)?;
    fs::remove_dir_all(files)?;
    fs::remove_dir_all(agent.config())?;
    step(format!("“{}” is lost, and its key with it", lost.name));

    let captured = admin.newest_captured_key(lost.id)?;
    let key = admin.recover(&captured, "ward-3 was stolen", PASSPHRASE)?;
    let password = key
        .secret(PASSWORD)
        .context("the recovered key has no password")?;
    step("the admin recovered the key with her passphrase; the recovery is recorded".to_owned());

    let restored = repository.restore(password.value(), files, &directory.join("restored"))?;
    let after = files::content(&restored)?;
    ensure!(before == after, "the restored files are not the lost ones");
    let bytes: usize = after.values().map(Vec::len).sum();
    step(format!(
        "restic restored {} files, {bytes} bytes: every byte as it was",
        after.len()
    ));
    Ok(())
}
