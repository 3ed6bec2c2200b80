//! `install`: the backup as a job of the operating system, once a day.

mod job;
mod launchd;
mod system;
mod systemd;
mod task;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::cli::{InstallArgs, SystemName};
use crate::state::StateDirectory;
use job::Job;

pub(crate) use job::TimeOfDay;

/// A file of a job, and its content.
struct JobFile {
    name: String,
    content: Vec<u8>,
}

/// Writes the job's files, and has the operating system start it from now on.
pub(crate) fn install(state: &StateDirectory, args: &InstallArgs) -> anyhow::Result<()> {
    let system = args.system.unwrap_or(SystemName::HERE);
    let job = job(state, args)?;
    let files = match system {
        SystemName::Systemd => systemd::files(&job)?,
        SystemName::Launchd => launchd::files(&job)?,
        SystemName::Task => task::files(&job)?,
    };
    if let Some(directory) = &args.directory {
        write(directory, &files)?;
        println!("Nothing was started: the files are for the image they lie in.");
        return Ok(());
    }
    ensure!(
        system == SystemName::HERE,
        "that is a job for another operating system; say where to write its files, with --directory"
    );
    let directory = system::directory(state);
    write(&directory, &files)?;
    system::start(&directory)?;
    println!(
        "A backup is made every day at {}, or when the machine is on again.",
        job.at
    );
    Ok(())
}

fn job(state: &StateDirectory, args: &InstallArgs) -> anyhow::Result<Job> {
    let agent = std::env::current_exe().context("cannot find keyfold-agent's own path")?;
    let text = |path: &Path| {
        let text = path.to_str().map(ToOwned::to_owned);
        text.with_context(|| format!("the path “{}” is not Unicode", path.display()))
    };
    let mut command = vec![
        text(&agent)?,
        "--config-dir".to_owned(),
        text(state.path())?,
    ];
    command.extend(["--log-format", "json", "backup"].map(str::to_owned));
    if let Some(file) = &args.enrolment {
        command.extend(["--enrolment".to_owned(), text(&std::path::absolute(file)?)?]);
    }
    command.push("--".to_owned());
    for word in &args.tool.tool {
        command.push(text(Path::new(word))?);
    }
    ensure!(
        command.iter().all(|word| !word.contains(char::is_control)),
        "the command has a line break or another control character; put it into a script"
    );
    Ok(Job {
        command,
        user: args.user.clone(),
        at: args.at,
    })
}

fn write(directory: &Path, files: &[JobFile]) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create “{}”", directory.display()))?;
    for file in files {
        let path: PathBuf = directory.join(&file.name);
        std::fs::write(&path, &file.content).with_context(|| {
            format!(
                "cannot write “{}”; run this as an administrator, or add --directory",
                path.display()
            )
        })?;
        println!("Wrote {}", path.display());
    }
    Ok(())
}
