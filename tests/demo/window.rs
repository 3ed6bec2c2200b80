//! The Console on a sample organisation that stays from run to run.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use keyfold_tests::support::platform::{ADMIN, OFFICER, Platform, Secrets};
use rand::RngExt as _;

use crate::organisation::Organisation;
use crate::populate::populate;

/// Says that the directory holds a complete sample organisation, and on which port its AccountServer listens.
const COMPLETE: &str = "demo-is-complete";

/// Starts the platform of the demo, fills it the first time, and opens the Console on it.
pub(crate) fn run(
    directory: &Path,
    organisation: &Path,
    console: Option<&Path>,
) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let directory = fs::canonicalize(directory)?;
    let secrets = secrets(&directory)?;
    let passphrase = remembered(&directory, "passphrase")?;
    let began = Instant::now();
    let platform = match fs::read_to_string(directory.join(COMPLETE)) {
        Ok(port) => start(&directory, &secrets, port.trim().parse()?)?,
        Err(_) => fill(&directory, organisation, &secrets, &passphrase)?,
    };
    platform.console_home().connect(&platform)?;
    println!(
        "The demo is ready after {:.0} s, in {}",
        began.elapsed().as_secs_f32(),
        directory.display()
    );
    println!();
    println!("  platform               {}", platform.url());
    println!(
        "  Authority fingerprint  {}",
        platform.authority_fingerprint()
    );
    println!(
        "  sign in as             {ADMIN}, password {}",
        secrets.admin_password
    );
    println!(
        "  Authority’s officer    {OFFICER}, password {}",
        secrets.officer_password
    );
    println!("  certificate passphrase {passphrase}");
    println!("  Authority passphrase   {}", secrets.authority_passphrase);
    println!();
    println!("To sign a request as the Authority’s officer, in another terminal:");
    println!("  {}", sign_command(&platform)?);
    println!();
    match console {
        Some(program) => open_console(program, &platform),
        None => wait_for_the_end(),
    }
}

fn start(directory: &Path, secrets: &Secrets, port: u16) -> anyhow::Result<Platform> {
    Platform::start_with(directory, "Northwind", secrets.clone(), port, "info")
}

fn fill(
    directory: &Path,
    organisation: &Path,
    secrets: &Secrets,
    passphrase: &str,
) -> anyhow::Result<Platform> {
    ensure!(
        !directory.join("server").exists(),
        "{} holds a demo that was not finished; remove the directory and start again",
        directory.display()
    );
    let organisation = Organisation::read(organisation)?;
    println!(
        "Making the sample organisation “{}”; this takes a minute or two.",
        organisation.platform
    );
    let mut platform = Platform::start_with(
        directory,
        &organisation.platform,
        secrets.clone(),
        0,
        "info",
    )?;
    populate(&mut platform, &organisation, passphrase)?;
    let port = platform
        .url()
        .port()
        .context("the AccountServer has no port")?;
    fs::write(directory.join(COMPLETE), port.to_string())?;
    Ok(platform)
}

fn open_console(program: &Path, platform: &Platform) -> anyhow::Result<()> {
    println!("Opening the Console. Close its window to end the demo.");
    let mut console = Command::new(program);
    console.env("KEYFOLD_CONSOLE_HOME", platform.console_home().path());
    let status = console
        .status()
        .with_context(|| format!("cannot open {}", program.display()))?;
    ensure!(status.success(), "the Console ended with {status}");
    Ok(())
}

fn wait_for_the_end() -> anyhow::Result<()> {
    println!("The platform runs until Ctrl-C or the end of standard input.");
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

fn sign_command(platform: &Platform) -> anyhow::Result<String> {
    let authority = keyfold_tests::support::binaries::binary("keyfold-authority")?;
    let directory = platform.directory().join("authority");
    Ok(format!(
        "{} requests --dir {} --platform {} --user {OFFICER}",
        authority.display(),
        directory.display(),
        platform.url()
    ))
}

fn secrets(directory: &Path) -> anyhow::Result<Secrets> {
    Ok(Secrets {
        admin_password: remembered(directory, "admin-password")?,
        officer_password: remembered(directory, "officer-password")?,
        authority_passphrase: remembered(directory, "authority-passphrase")?,
    })
}

/// A random password that is made once and kept in the demo's directory, for its owner only.
fn remembered(directory: &Path, name: &str) -> anyhow::Result<String> {
    let path = directory.join(format!("{name}.txt"));
    if let Ok(password) = fs::read_to_string(&path) {
        return Ok(password.trim().to_owned());
    }
    let mut rng = rand::rng();
    let mut group = || -> String {
        (0..5)
            .map(|_| char::from(rng.random_range(b'a'..=b'z')))
            .collect()
    };
    let password = [group(), group(), group(), group()].join("-");
    fs::write(&path, format!("{password}\n"))?;
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(password)
}
