//! The database is copied while the AccountServer runs, lost, and put back: the `SQLite` file by our own commands, Postgres by
//! its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result};
use keyfold_core::id::{ScopeGuid, ScopeKind};
use keyfold_postgres::Cluster;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::{Platform, Secrets};
use keyfold_tests::support::process::{run, succeed};
use keyfold_tests::support::server::use_database;

fn server(command: &str, data: &Path, rest: &[&str]) -> Result<Command> {
    let mut server = Command::new(binary("keyfold-server")?);
    server.arg(command).arg("--data-dir").arg(data).args(rest);
    Ok(server)
}

fn refused(command: Result<Command>, words: &str) -> Result<()> {
    let ran = run(&mut command?)?;
    assert_eq!(ran.code, Some(1), "{}", ran.said());
    assert!(ran.stderr.contains(words), "{}", ran.said());
    Ok(())
}

/// Makes a Group in the root.
fn add_group(platform: &Platform, name: &str) -> Result<ScopeGuid> {
    let admin = platform.admin()?;
    let root = admin.root()?.guid;
    Ok(admin.create_scope(ScopeKind::Group, name, root)?.guid)
}

/// Which of the Groups are there.
fn there<const N: usize>(platform: &Platform, groups: [ScopeGuid; N]) -> Result<[bool; N]> {
    let admin = platform.admin()?;
    Ok(
        groups.map(|group| match admin.ask(|user| user.scope(group)) {
            Ok(_) => true,
            Err(error) if error.problem_code() == Some("not-found") => false,
            Err(error) => panic!("{error}"),
        }),
    )
}

fn for_its_owner_alone(file: &Path) -> Result<bool> {
    Ok(fs::metadata(file)?.permissions().mode() & 0o777 == 0o600)
}

/// Runs a command while somebody works; answers how many Groups they made meanwhile.
fn while_groups_are_added(platform: &Platform, command: &mut Command) -> Result<usize> {
    let (admin, done) = (platform.admin()?, AtomicBool::new(false));
    let root = admin.root()?.guid;
    let work = || {
        let mut added = 0;
        while !done.load(Ordering::SeqCst) {
            admin.create_scope(ScopeKind::Group, &format!("meanwhile {added}"), root)?;
            added += 1;
        }
        Ok(added)
    };
    thread::scope(|scope| {
        let work = scope.spawn(work);
        let ran = succeed(command);
        done.store(true, Ordering::SeqCst);
        let added = work.join().expect("the work panicked");
        ran.and(added)
    })
}

#[test]
fn the_sqlite_file_is_backed_up_while_it_is_used_and_restored() -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut platform = Platform::start(&home.path().join("platform"))?;
    let data = platform.data();
    let before = add_group(&platform, "before")?;
    let copy = home.path().join("copy.sqlite");
    let file = copy.to_str().context("a path is not UTF-8")?;
    let added = while_groups_are_added(&platform, &mut server("backup", &data, &[file])?)?;
    assert!(added > 0);
    assert!(for_its_owner_alone(&copy)?);
    assert!(!home.path().join("copy.sqlite.partial").exists());
    refused(server("backup", &data, &[file]), "is there already")?;
    let after = add_group(&platform, "after")?;

    refused(
        server("restore", &data, &["--replace", file]),
        "serves from",
    )?;
    refused(
        server("serve", &data, &["--listen", "127.0.0.1:0"]),
        "serves from",
    )?;
    platform.server_mut().kill()?;
    refused(server("restore", &data, &[file]), "is there already")?;
    let damaged = home.path().join("damaged.sqlite");
    let mut bytes = fs::read(&copy)?;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(&damaged, bytes)?;
    let damaged = damaged.to_str().context("a path is not UTF-8")?;
    refused(
        server("restore", &data, &["--replace", damaged]),
        "is not restored",
    )?;
    platform.server_mut().start_again()?;
    assert_eq!(there(&platform, [before, after])?, [true, true]);

    platform.server_mut().kill()?;
    succeed(&mut server("restore", &data, &["--replace", file])?)?;
    assert!(for_its_owner_alone(&data.join("keyfold.sqlite"))?);
    assert!(for_its_owner_alone(&data.join("keyfold.sqlite.replaced"))?);
    platform.server_mut().start_again()?;
    assert_eq!(there(&platform, [before, after])?, [true, false]);
    Ok(())
}

#[test]
fn a_dump_of_postgres_is_restored_into_another_database() -> Result<()> {
    let home = tempfile::tempdir()?;
    let cluster = Cluster::shared()?;
    let (used, empty) = (cluster.database()?, cluster.database()?);
    let directory = home.path().join("platform");
    let data = directory.join("server");
    use_database(&data, &used)?;
    let start = || {
        let name = "Northwind Backups";
        Platform::start_with(&directory, name, Secrets::default(), 0, "info")
    };
    let platform = start()?;
    let before = add_group(&platform, "before")?;
    let dump = home.path().join("keyfold.dump");
    let mut pg_dump = cluster.client("pg_dump");
    succeed(
        pg_dump
            .args(["--format=custom", "--file"])
            .arg(&dump)
            .arg(name_of(&used)),
    )?;
    let after = add_group(&platform, "after")?;
    let file = home.path().join("copy.sqlite");
    refused(
        server(
            "backup",
            &data,
            &[file.to_str().context("a path is not UTF-8")?],
        ),
        "use pg_dump and pg_restore",
    )?;
    drop(platform);

    let mut pg_restore = cluster.client("pg_restore");
    pg_restore.args(["--exit-on-error", "--no-owner", "--dbname", name_of(&empty)]);
    succeed(pg_restore.arg(&dump))?;
    use_database(&data, &empty)?;
    assert_eq!(there(&start()?, [before, after])?, [true, false]);
    Ok(())
}

pub(crate) fn name_of(database: &url::Url) -> &str {
    database.path().trim_start_matches('/')
}
