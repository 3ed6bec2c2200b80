//! The AccountServer's memory, looked at from outside: as root after a key left, and as another process of its user.

mod other;
mod reading;

use std::fs::{self, File};
use std::io::Read as _;
use std::process::Command;

use anyhow::{Context as _, ensure};
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::succeed;

use crate::traces::{CANARY, found_in};

const PASSPHRASE: &str = "three rivers meet below the mill";
const PAGE: usize = 4096;
const ZEROES: [u8; PAGE] = [0; PAGE];

#[test]
fn an_image_of_the_process_after_eviction_holds_no_key() -> anyhow::Result<()> {
    for (settings, readable) in [
        (
            "no-secret-memory = true\ncache-keys = 1\ncache-mib = 1",
            true,
        ),
        ("cache-keys = 1\ncache-mib = 1", false),
    ] {
        let directory = tempfile::tempdir()?;
        let mut platform = Platform::start(directory.path())?;
        fs::write(platform.data().join("keyfold-server.toml"), settings)?;
        platform.server_mut().start_again()?;
        live_and_leave(&platform, readable).context(settings)?;
    }
    Ok(())
}

/// A key comes, is captured after an upload and after a backup, and leaves because another one comes.
fn live_and_leave(platform: &Platform, readable: bool) -> anyhow::Result<()> {
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (_, enrolment) = admin.create_account("library", group.guid)?;
    let library = platform.agent("library");
    library.enrol(&enrolment)?;
    library.set_key(CANARY.as_bytes())?;
    library.backup(&["true"])?;
    let uploaded = platform.certify(&admin, &group, PASSPHRASE)?;
    ensure!(uploaded.captured_now == 1, "{uploaded:?}");
    library.backup(&["true"])?;

    let plain = image(platform, "off")?;
    ensure!(
        found_in(&plain).is_empty(),
        "outside the cache the key is in memory: {:?}",
        found_in(&plain)
    );
    // The positive control: where locked memory can be read, the key is in it until it leaves.
    let whole = image(platform, "on")?;
    ensure!(
        found_in(&whole) == if readable { vec!["raw"] } else { vec![] },
        "in the cache, the key is found as {:?}",
        found_in(&whole)
    );

    let (_, enrolment) = admin.create_account("archive", group.guid)?;
    let archive = platform.agent("archive");
    archive.enrol(&enrolment)?;
    archive.set_key(b"quite another key")?;
    archive.backup(&["true"])?;
    let log = fs::read_to_string(platform.log())?;
    ensure!(log.contains("cache_full"), "nothing was evicted:\n{log}");
    let after = image(platform, "on")?;
    let found = found_in(&after);
    println!("after eviction: {} bytes, found {found:?}", after.len());
    ensure!(
        found.is_empty(),
        "after eviction, the key is found as {found:?}"
    );
    Ok(())
}

/// An image of the running AccountServer, taken as root; `excluded` pages are those that core dumps leave out.
fn image(platform: &Platform, excluded: &str) -> anyhow::Result<Vec<u8>> {
    let file = platform.directory().join("core");
    let mut gdb = as_root("gdb");
    gdb.args(["-nx", "-q", "-batch", "-readnever"])
        .args([
            "-iex",
            "set auto-load off",
            "-iex",
            "set debuginfod enabled off",
        ])
        .args(["-p", &platform.server().process().to_string()])
        .args(["-ex", "set use-coredump-filter on"])
        .args(["-ex", &format!("set dump-excluded-mappings {excluded}")])
        .args(["-ex", &format!("generate-core-file {}", file.display())]);
    let said = succeed(&mut gdb)?.said();
    let image = File::open(&file).with_context(|| format!("gdb took no image: {said}"))?;
    let image = written_pages(image)?;
    fs::remove_file(&file)?;
    ensure!(image.len() > 1 << 20, "the image is empty: {said}");
    Ok(image)
}

/// The file without its pages of zeroes, which are most of it.
fn written_pages(mut file: File) -> anyhow::Result<Vec<u8>> {
    let mut written = Vec::new();
    let mut page = Vec::new();
    while (&mut file)
        .take(ZEROES.len().try_into()?)
        .read_to_end(&mut page)?
        > 0
    {
        if page != ZEROES[..page.len()] {
            written.extend_from_slice(&page);
        }
        page.clear();
    }
    Ok(written)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}
