//! Real borg with a password and a key file: both are captured, both are recovered, both are needed.

use std::fs;
use std::process::Command;

use anyhow::Context as _;
use keyfold_core::encryption_key::PASSWORD;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{run, succeed, succeed_with_input};

const KEY_FILE: &str = "borg-key";
const PASSPHRASE: &str = "a lighthouse without a sea";

#[test]
fn a_borg_repository_is_restored_with_the_recovered_secrets() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let at = |name: &str| directory.path().join(name);
    let platform = Platform::start(directory.path())?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Law firms", admin.root()?.guid)?;
    platform.certify(&admin, &group, PASSPHRASE)?;

    let (account, enrolment) = admin.create_account("file server", group.guid)?;
    let agent = platform.agent("file server");
    agent.enrol(&enrolment)?;
    agent.set_key("le mot de passe: naïve café\n".as_bytes())?;
    let (files, repository, key_file) = (at("files"), at("repository"), at("borg.key"));
    files::write_sample(&files, 11)?;
    let borg = |arguments: &[&str]| {
        let tool = ["env", &format!("BORG_BASE_DIR={}", at("borg").display())];
        let key_file = format!("BORG_KEY_FILE={}", key_file.display());
        let mut all: Vec<String> = tool.iter().map(ToString::to_string).collect();
        all.extend([key_file, "borg".to_owned()]);
        all.extend(arguments.iter().map(ToString::to_string));
        all
    };
    let repository_text = repository.to_str().context("a plain path")?;
    agent.run_tool(&borg(&["init", "--encryption", "keyfile", repository_text]))?;
    let with = format!("{KEY_FILE}={}", key_file.display());
    let password = agent.password()?;
    succeed_with_input(
        &mut agent.command(&["key", "set", "--replace", "--with", &with])?,
        password.as_bytes(),
    )?;

    let archive = format!("{repository_text}::first");
    let ran = agent.backup(&borg(&[
        "create",
        &archive,
        files.to_str().context("a plain path")?,
    ]))?;
    assert_eq!(ran.code, Some(0), "{}", ran.said());

    let before = files::content(&files)?;
    for lost in [&files, &at("borg"), &agent.config().to_owned()] {
        fs::remove_dir_all(lost)?;
    }
    fs::remove_file(&key_file)?;

    let captured = admin.newest_captured_key(account.id)?;
    let key = admin.recover(&captured, "the file server burnt", PASSPHRASE)?;
    let password = key.secret(PASSWORD).context("no password")?;
    let password = std::str::from_utf8(password.value())?;
    let restored = at("restored");
    fs::create_dir_all(&restored)?;
    let extract = || {
        let mut command = Command::new("borg");
        command
            .current_dir(&restored)
            .env("BORG_BASE_DIR", at("borg"));
        command
            .env("BORG_PASSPHRASE", password)
            .env("BORG_KEY_FILE", &key_file);
        command.args(["extract", &archive]);
        command
    };
    let without = run(&mut extract())?;
    assert_ne!(without.code, Some(0), "the key file is needed");

    fs::write(
        &key_file,
        key.secret(KEY_FILE).context("no key file")?.value(),
    )?;
    succeed(&mut extract())?;
    assert_eq!(
        files::content(&restored.join(files.strip_prefix("/")?))?,
        before
    );
    Ok(())
}
