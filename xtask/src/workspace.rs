//! Where the checkout and its build products lie.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The checkout that `cargo xtask` was called in.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo's environment, so that a copied or moved checkout works too.
    pub(crate) fn locate() -> anyhow::Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .context("CARGO_MANIFEST_DIR is not set; call this as `cargo xtask`")?;
        let root = Path::new(&manifest)
            .parent()
            .context("xtask/ has no parent folder; call this inside the checkout")?
            .to_owned();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |target| root.join(target));
        Ok(Self { root, target })
    }

    /// The folder that holds the root `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path of the checkout.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target directory.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Where a debug build leaves the program `name`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs()
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of all programs of a debug build, as `KEYFOLD_BINARIES` tells the tests.
    pub(crate) fn programs(&self) -> PathBuf {
        self.target.join("debug")
    }
}
