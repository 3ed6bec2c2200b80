//! Makes the sample organisation real: scopes, machines with real restic backups, certificates at every stage.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;
use keyfold_api::requests::{Request, RequestState};
use keyfold_api::scopes::Scope;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::restic::Repository;
use keyfold_tests::support::story::Effort;

use crate::organisation::{Backups, CertificateStage, Organisation, SampleAccount, SampleScope};

/// Days that an `expires_soon` certificate is valid.
const FEW_DAYS: u32 = 26;

/// All scopes and machines, in the order of the sample.
#[derive(Default)]
struct Made {
    scopes: Vec<(Scope, CertificateStage)>,
    machines: Vec<Machine>,
}

/// One machine, enrolled, with a key and files of its own.
struct Machine {
    name: String,
    backups: Backups,
    agent: Agent,
    enrolment: String,
    files: PathBuf,
    repository: PathBuf,
}

/// Fills an empty platform. `passphrase` seals every private key.
pub(crate) fn populate(
    platform: &mut Platform,
    organisation: &Organisation,
    passphrase: &str,
) -> anyhow::Result<()> {
    let admin = platform.admin()?;
    let root = admin.root()?;
    let mut made = Made::default();
    made.scopes.push((root.clone(), organisation.certificate));
    make_scopes(platform, &admin, &root, &organisation.scopes, &mut made)?;
    println!(
        "        {} Collections and Groups, {} accounts",
        made.scopes.len(),
        made.machines.len()
    );

    in_parallel(&made.machines, Machine::set_up)?;
    println!("        every machine enrolled, each with a key of its own");
    back_up(&made.machines, Backups::BeforeRestart)?;
    platform.server_mut().start_again()?;

    let admin = platform.admin()?;
    for (scope, stage) in &made.scopes {
        certify(platform, &admin, scope, *stage, passphrase)?;
    }
    back_up(&made.machines, Backups::Completed)
}

fn make_scopes(
    platform: &Platform,
    admin: &Admin,
    parent: &Scope,
    samples: &[SampleScope],
    made: &mut Made,
) -> anyhow::Result<()> {
    for sample in samples {
        let scope = admin.create_scope(sample.kind, &sample.name, parent.guid)?;
        made.scopes.push((scope.clone(), sample.certificate));
        for account in &sample.accounts {
            made.machines
                .push(Machine::make(platform, admin, &scope, account)?);
        }
        make_scopes(platform, admin, &scope, &sample.scopes, made)?;
    }
    Ok(())
}

impl Machine {
    fn make(
        platform: &Platform,
        admin: &Admin,
        group: &Scope,
        sample: &SampleAccount,
    ) -> anyhow::Result<Self> {
        let (account, enrolment) = admin.create_account(&sample.name, group.guid)?;
        let at = |part: &str| platform.directory().join(part).join(&account.name);
        Ok(Self {
            agent: platform.agent(&account.name),
            backups: sample.backups,
            enrolment,
            files: at("machines"),
            repository: at("repositories"),
            name: account.name,
        })
    }

    fn set_up(&self, seed: u64) -> anyhow::Result<()> {
        self.agent.enrol(&self.enrolment)?;
        self.agent.generate_key()?;
        files::write_sample(&self.files, seed)
    }

    fn back_up(&self) -> anyhow::Result<()> {
        Repository::init(&self.repository, &self.agent)?
            .completed_backup(&self.agent, &self.files)
            .map(drop)
    }
}

fn back_up(machines: &[Machine], when: Backups) -> anyhow::Result<()> {
    let now: Vec<_> = machines
        .iter()
        .filter(|machine| machine.backups == when)
        .collect();
    in_parallel(&now, |machine, _| machine.back_up())?;
    for machine in now {
        println!("        restic backed “{}” up", machine.name);
    }
    Ok(())
}

/// Takes a scope's own certificate as far as the sample says.
fn certify(
    platform: &Platform,
    admin: &Admin,
    scope: &Scope,
    stage: CertificateStage,
    passphrase: &str,
) -> anyhow::Result<()> {
    if stage == CertificateStage::None {
        return Ok(());
    }
    let effort = Effort::EARNEST;
    let request = admin.request_certificate(scope, effort.key_size, passphrase, effort.argon2)?;
    if stage >= CertificateStage::Signed {
        let days = (stage == CertificateStage::ExpiresSoon).then_some(FEW_DAYS);
        platform.sign(&request, days)?;
    }
    if stage >= CertificateStage::Active {
        admin.upload_signed(&request)?;
    }
    if stage == CertificateStage::Revoked {
        revoke(platform, admin, &request)?;
    }
    println!(
        "        certificate of the {:?} “{}”: {stage:?}",
        scope.kind, scope.name
    );
    Ok(())
}

fn revoke(platform: &Platform, admin: &Admin, request: &Request) -> anyhow::Result<()> {
    let signed = admin.ask(|user| user.request(request.id))?;
    let RequestState::Signed { certificate, .. } = signed.state else {
        anyhow::bail!("the request is not signed: {:?}", signed.state);
    };
    let file = platform.directory().join("revoked.pem");
    fs::write(&file, certificate)?;
    let crl: &Path = &platform.data().join("platform/crl.pem");
    platform.authority().revoke(
        file.to_str()
            .context("the demo's directory is not Unicode")?,
        crl,
    )
}

/// Two at a time: restic's key derivation keeps a processor busy.
fn in_parallel<T: Sync>(
    items: &[T],
    work: impl Fn(&T, u64) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let halves = items.split_at(items.len() / 2);
    let run = |items: &[T], first: usize| -> anyhow::Result<()> {
        for (place, item) in items.iter().enumerate() {
            work(item, (first + place) as u64 + 1)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| run(halves.1, halves.0.len()));
        run(halves.0, 0)?;
        other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
