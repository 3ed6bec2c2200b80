//! A desk to work at: a platform, a desktop, and the Console's window on it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::binaries::{DIRECTORY, binary};
use keyfold_tests::support::platform::{ADMIN, Platform};
use keyfold_tests::support::process::succeed;
use keyfold_tests::window::{Session, Stage, Theme, wait_for};
use url::Url;

/// Answers the native dialogs of a debug build; the Console reads the file at each dialog.
const PICK: &str = "KEYFOLD_E2E_PICK";

/// Where a debug build writes the address that it would open in the browser.
const BROWSER: &str = "KEYFOLD_E2E_BROWSER";

/// That file, in the desk's folder.
const ADDRESS: &str = "address.txt";

/// Everything that a journey needs. The window closes first, the platform stops last.
pub(crate) struct Desk {
    pub(crate) session: Session,
    stage: Stage,
    pub(crate) platform: Platform,
    answers: PathBuf,
    directory: tempfile::TempDir,
}

/// Tells a journey at a desk of its own; when it goes wrong, a picture of the screen is kept.
pub(crate) fn journey(
    name: &str,
    theme: Theme,
    body: impl FnOnce(&Desk) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let desk = Desk::prepare(theme)?;
    desk.platform.console_home().connect(&desk.platform)?;
    let desk = desk.open()?;
    desk.keep_picture_of_failure(name, body(&desk))
}

/// A desk before the Console is opened on it.
pub(crate) struct Prepared {
    stage: Stage,
    pub(crate) platform: Platform,
    answers: PathBuf,
    directory: tempfile::TempDir,
}

impl Desk {
    /// Starts a platform and a desktop, without a window yet.
    pub(crate) fn prepare(theme: Theme) -> anyhow::Result<Prepared> {
        let directory = tempfile::tempdir()?;
        let platform = Platform::start(&directory.path().join("platform"))?;
        let answers = directory.path().join("answers.pick");
        let home = platform.console_home();
        let environment = [
            ("KEYFOLD_CONSOLE_HOME", home.path()),
            (PICK, answers.as_path()),
            (BROWSER, &directory.path().join(ADDRESS)),
        ];
        Ok(Prepared {
            stage: Stage::start(theme, &environment)?,
            platform,
            answers,
            directory,
        })
    }

    /// A folder of this desk's own.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the next native dialog answers.
    pub(crate) fn answer_dialogs_with(&self, path: &Path) -> anyhow::Result<()> {
        Ok(fs::write(&self.answers, path.to_string_lossy().as_bytes())?)
    }

    /// The address that the Console opened in the browser, once it did.
    pub(crate) fn opened_address(&self) -> anyhow::Result<Url> {
        wait_for("an address in the browser", || {
            let address = fs::read_to_string(self.directory().join(ADDRESS))?;
            Ok(Some(Url::parse(&address)?))
        })
    }

    /// Signs in by mouse.
    pub(crate) fn sign_in(&self) -> anyhow::Result<Admin> {
        self.session.role("textbox", "Name")?.fill(ADMIN)?;
        let password = &self.platform.secrets().admin_password;
        self.session.role("textbox", "Password")?.fill(password)?;
        self.session.role("button", "Sign in")?.click()?;
        self.session.test_id("tree")?;
        self.platform.admin()
    }

    /// Keeps a picture of the screen if `outcome` is an error, and says where.
    pub(crate) fn keep_picture_of_failure(
        &self,
        name: &str,
        outcome: anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        outcome.with_context(|| match self.stage.photograph(&picture) {
            Ok(()) => format!("the screen is in {}", picture.display()),
            Err(error) => format!("there is no picture of the screen: {error:#}"),
        })
    }
}

impl Prepared {
    /// Opens the Console's window.
    pub(crate) fn open(self) -> anyhow::Result<Desk> {
        Ok(Desk {
            session: self.stage.open(&console()?)?,
            stage: self.stage,
            platform: self.platform,
            answers: self.answers,
            directory: self.directory,
        })
    }
}

/// The Console of this workspace, built first unless whoever runs the tests has built everything.
fn console() -> anyhow::Result<PathBuf> {
    let console = binary("keyfold-console")?;
    if env::var_os(DIRECTORY).is_none() {
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        succeed(build.args(["build", "--package", "keyfold-console"]))?;
    }
    ensure!(console.exists(), "{} is not built", console.display());
    Ok(console)
}
