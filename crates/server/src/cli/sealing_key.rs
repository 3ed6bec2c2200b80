//! The file with the key that seals second factors.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use super::data_dir::for_this_user_alone;
use crate::clock::Entropy;
use crate::second_factors::SealingKey;
use crate::store::SecondFactorStore as _;
use crate::store::sql::SqlStore;

/// Reads the key; where there is none, for this platform, it is made.
pub(super) async fn read(
    file: &Path,
    store: &SqlStore,
    entropy: &Entropy,
) -> anyhow::Result<SealingKey> {
    let fresh = !file.try_exists()?;
    if fresh {
        make(file, &entropy.token()).with_context(|| format!("cannot make {}", file.display()))?;
    }
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = Zeroizing::new(text);
    let key = SealingKey::from_text(text.trim())
        .with_context(|| format!("{} is refused", file.display()))?;
    if store.claim_sealing_key(key.check(), fresh).await? {
        return Ok(key);
    }
    if fresh {
        fs::remove_file(file)?;
    }
    bail!(
        "{} is not the file under which this platform's second factors are sealed; copy it from another AccountServer of \
         the platform or from a backup, or, if it is lost, run `keyfold-server user reset-second-factor --everybody`",
        file.display()
    );
}

/// Writes the whole file, for its owner alone, or none.
fn make(file: &Path, text: &str) -> std::io::Result<()> {
    let part = file.with_extension("part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = File::create_new(&part)?;
    for_this_user_alone(&part, 0o600)?;
    writeln!(written, "{text}")?;
    written.sync_all()?;
    // Unlike a renaming, this takes no other file's place.
    fs::hard_link(&part, file)?;
    fs::remove_file(&part)
}

#[cfg(test)]
mod tests {
    use keyfold_api::audit::{Act, Action, By};
    use keyfold_core::id::{ScopeGuid, ScopeKind};
    use time::OffsetDateTime;

    use super::*;
    use crate::store::{ScopeRow, ScopeStore as _};

    #[tokio::test]
    async fn the_first_start_makes_the_file_and_no_other_one_does() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&directory.path().join("test.sqlite"), true).await;
        let store = store.unwrap();
        let entropy = Entropy::from_seed(1);
        let act = Act::new(
            OffsetDateTime::UNIX_EPOCH,
            By::CommandLine,
            Action::FoundPlatform,
        );
        let root = ScopeRow {
            guid: entropy.draw(ScopeGuid::random),
            kind: ScopeKind::Collection,
            name: "Northwind".to_owned(),
            parent: None,
        };
        store
            .found_platform("Northwind", &root, &act)
            .await
            .unwrap();

        let file = directory.path().join("secret.key");
        let key = read(&file, &store, &entropy).await.unwrap();
        let again = read(&file, &store, &entropy).await.unwrap();
        assert_eq!(key.check(), again.check());
        let other = directory.path().join("other.key");
        let refused = read(&other, &store, &entropy).await.err().unwrap();
        assert!(refused.to_string().contains("copy it from another"));
        assert!(
            !other.exists(),
            "the next start would take it for the right one"
        );
        fs::remove_file(&file).unwrap();
        assert!(read(&file, &store, &entropy).await.is_err(), "it was lost");
        store.delete_second_factors(&act).await.unwrap();
        let next = read(&file, &store, &entropy).await.unwrap();
        assert_ne!(next.check(), key.check());
        fs::write(&file, "").unwrap();
        assert!(read(&file, &store, &entropy).await.is_err(), "damaged");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret.key");
        make(&file, "text").unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&file).unwrap(), "text\n");
        assert!(make(&file, "other").is_err(), "it is there");
    }
}
