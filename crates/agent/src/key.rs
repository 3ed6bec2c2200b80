//! `key set`, `key generate`, `password-command`.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use keyfold_core::encryption_key::{EncryptionKey, MAX_BYTES, NamedSecret, PASSWORD};
use keyfold_core::id::KeyId;
use zeroize::Zeroizing;

use crate::key_file::{self, KeptKey, Slot};
use crate::state::StateDirectory;
use crate::{generated, rotation};

/// Keeps an existing password, and further secrets beside it (`NAME=FILE`), as this machine's key.
pub(crate) fn set(
    state: &StateDirectory,
    file: Option<&Path>,
    also: &[String],
    replace: bool,
) -> anyhow::Result<()> {
    refuse_to_set(state, replace)?;
    keep(state, read(file, also)?, false)
}

/// A key of an existing password, and further secrets beside it (`NAME=FILE`).
pub(crate) fn read(file: Option<&Path>, also: &[String]) -> anyhow::Result<EncryptionKey> {
    let password = match file {
        Some(path) => without_line_end(read_secret(path)?),
        None if io::stdin().is_terminal() => typed_twice()?,
        None => without_line_end(
            bounded(io::stdin().lock()).context("cannot read the key from standard input")?,
        ),
    };
    let mut secrets = vec![password_secret(password)?];
    for pair in also {
        let (name, path) = pair
            .split_once('=')
            .context("--with takes NAME=FILE, such as borg-key=/media/usb/key")?;
        secrets.push(NamedSecret::new(name, read_secret(Path::new(path))?)?);
    }
    Ok(EncryptionKey::new(secrets)?)
}

/// Makes a random password of 256 bits this machine's key, and a salt if the tool has one.
pub(crate) fn generate(
    state: &StateDirectory,
    with_salt: bool,
    replace: bool,
) -> anyhow::Result<()> {
    refuse_to_set(state, replace)?;
    keep(state, generated::new(with_salt)?, true)
}

/// Writes one secret of the key to standard output, byte for byte.
pub(crate) fn print(state: &StateDirectory, slot: Slot, name: &str) -> anyhow::Result<()> {
    let kept = match slot {
        Slot::Present => required(state)?,
        Slot::Next | Slot::Former => key_file::read(state, slot)?.with_context(|| {
            format!(
                "there is no {} key; the key is not being changed",
                slot.name()
            )
        })?,
    };
    let Some(secret) = kept.key.secret(name) else {
        let names: Vec<_> = kept.key.secrets().iter().map(NamedSecret::name).collect();
        bail!(
            "the key has no secret “{name}”; it has: {}",
            names.join(", ")
        );
    };
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(secret.value())
        .and_then(|()| stdout.flush())
        .context("cannot print the key")
}

/// The key, or the advice to set one.
pub(crate) fn required(state: &StateDirectory) -> anyhow::Result<KeptKey> {
    key_file::read(state, Slot::Present)?
        .context("no key is set; run `keyfold-agent key generate`, or `keyfold-agent key set` for an existing one")
}

fn keep(state: &StateDirectory, key: EncryptionKey, generated: bool) -> anyhow::Result<()> {
    let kept = KeptKey {
        id: KeyId::random(&mut rand::rng()),
        key,
        generated,
    };
    key_file::write(state, Slot::Present, &kept)?;
    println!("Key set. Its number is {}.", kept.id);
    println!("It can be recovered once a backup completed under an active Group Certificate.");
    Ok(())
}

fn refuse_to_set(state: &StateDirectory, replace: bool) -> anyhow::Result<()> {
    rotation::refuse_while_pending(state)?;
    refuse_to_replace(key_file::read(state, Slot::Present)?.as_ref(), replace)
}

/// Refuses to replace the present key unless that is wanted.
pub(crate) fn refuse_to_replace(present: Option<&KeptKey>, replace: bool) -> anyhow::Result<()> {
    ensure!(
        replace || present.is_none(),
        "a key is set already, and the backups made with it need it; to use another from now on, add --replace"
    );
    Ok(())
}

/// Tools cut white space off the ends of a password they are given: such a key would be captured differently from
/// the one that encrypts.
fn password_secret(password: Zeroizing<Vec<u8>>) -> anyhow::Result<NamedSecret> {
    ensure!(
        password.trim_ascii().len() == password.len(),
        "the key begins or ends with white space, which restic and borg would cut off; choose one without"
    );
    ensure!(
        !password.contains(&0),
        "the key contains a NUL byte, which no backup tool takes; choose one without"
    );
    Ok(NamedSecret::new(PASSWORD, password)?)
}

fn typed_twice() -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let ask = |prompt| {
        rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .context("cannot read the key")
    };
    let first = ask("Encryption key: ")?;
    ensure!(
        first == ask("The same again: ")?,
        "the two are not equal; nothing was changed, try again"
    );
    Ok(Zeroizing::new(first.as_bytes().to_vec()))
}

fn read_secret(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let opened = File::open(path).and_then(bounded);
    opened.with_context(|| format!("cannot read the key from “{}”", path.display()))
}

fn bounded(source: impl io::Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut secret = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 3));
    source.take(MAX_BYTES as u64 + 3).read_to_end(&mut secret)?;
    Ok(secret)
}

/// Without the one line end that editors and `echo` add.
fn without_line_end(mut secret: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if secret.last() == Some(&b'\n') {
        secret.pop();
        if secret.last() == Some(&b'\r') {
            secret.pop();
        }
    }
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8]) -> Vec<u8> {
        without_line_end(Zeroizing::new(text.to_vec())).to_vec()
    }

    #[test]
    fn one_line_end_is_not_part_of_the_key() {
        assert_eq!(cut(b"secret\n"), b"secret");
        assert_eq!(cut(b"secret\r\n"), b"secret");
        assert_eq!(cut(b"secret"), b"secret");
        assert_eq!(cut(b"secret\n\n"), b"secret\n");
    }

    #[test]
    fn a_password_that_tools_would_change_is_refused() {
        for bad in [
            &b" secret"[..],
            b"secret ",
            b"secret\n",
            b"\tsecret",
            b"se\0cret",
            b"",
        ] {
            assert!(
                password_secret(Zeroizing::new(bad.to_vec())).is_err(),
                "{bad:?}"
            );
        }
        assert!(password_secret(Zeroizing::new(b"correct horse \xff".to_vec())).is_ok());
    }
}
