//! An Authority, an AccountServer and the people who sign in, all in one directory.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use keyfold_api::certificates::Uploaded;
use keyfold_api::requests::Request;
use keyfold_api::scopes::Scope;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_core::key_pair::KeySize;
use keyfold_core::sealed_key::Argon2Params;
use url::Url;

use super::admin::Admin;
use super::agent::Agent;
use super::authority::{Authority, Officer};
use super::console_home::ConsoleHome;
use super::server::{Server, Settings};

/// The admin of the root Collection.
pub const ADMIN: &str = "ada";
/// The Authority's officer.
pub const OFFICER: &str = "olaf";

/// What the people of a platform know by heart.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The password of [`ADMIN`].
    pub admin_password: String,
    /// The password of [`OFFICER`].
    pub officer_password: String,
    /// What opens the Authority's root key.
    pub authority_passphrase: String,
}

impl Default for Secrets {
    fn default() -> Self {
        Self {
            admin_password: "ada likes long passwords".to_owned(),
            officer_password: "olaf reads every fingerprint".to_owned(),
            authority_passphrase: "one root to sign them all".to_owned(),
        }
    }
}

/// A running platform. Dropping it stops the AccountServer; the directory stays with whoever made it.
#[derive(Debug)]
pub struct Platform {
    directory: PathBuf,
    name: String,
    secrets: Secrets,
    authority: Authority,
    authority_fingerprint: Fingerprint,
    server: Server,
}

impl Platform {
    /// Starts a platform on a free port, in an empty directory.
    pub fn start(directory: &Path) -> anyhow::Result<Self> {
        Self::start_with(
            directory,
            "Northwind Backups",
            Secrets::default(),
            0,
            "info",
        )
    }

    /// Starts a platform in `directory`: makes what is not there yet, and uses what is. `port` 0 takes a free one;
    /// `log_level` is that of the AccountServer, as `--log` has it.
    pub fn start_with(
        directory: &Path,
        name: &str,
        secrets: Secrets,
        port: u16,
        log_level: &str,
    ) -> anyhow::Result<Self> {
        let paths = Paths(directory.to_owned());
        for part in [paths.secrets(), paths.agents()] {
            fs::create_dir_all(&part)?;
        }
        paths.write_secret("admin", &secrets.admin_password)?;
        paths.write_secret("officer", &secrets.officer_password)?;
        paths.write_secret("authority", &secrets.authority_passphrase)?;

        let authority = Authority::at(
            &paths.authority(),
            "Northwind Authority",
            &paths.secret("authority"),
        )?;
        let data = paths.data();
        let is_new = !data.join("platform").exists();
        if is_new {
            Server::init(&data, name, ADMIN, "Ada Admin", &paths.secret("admin"))?;
            authority.issue_platform(&["127.0.0.1", "localhost"], &data.join("platform"))?;
        }
        let authority_fingerprint = authority.root()?.fingerprint();
        let settings = Settings {
            data,
            log: paths.log(),
            log_level: log_level.to_owned(),
            temporary: paths.0.join("temporary"),
        };
        let server = Server::serve(settings, port)?;
        let platform = Self {
            directory: paths.0,
            name: name.to_owned(),
            secrets,
            authority,
            authority_fingerprint,
            server,
        };
        if is_new {
            let root = platform.admin()?.root()?;
            platform.add_user(
                OFFICER,
                "Olaf Officer",
                "officer",
                root.guid,
                &platform.secrets.officer_password,
            )?;
        }
        Ok(platform)
    }

    /// Where all of it lies: `authority`, `server` (the data directory), `temporary` (the AccountServer's temporary
    /// files), `agents`, `secrets`, `server.log`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The platform's name, which is the root Collection's too.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The AccountServer's address.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.server.url()
    }

    /// What everybody trusts.
    #[must_use]
    pub fn authority_fingerprint(&self) -> Fingerprint {
        self.authority_fingerprint
    }

    /// The Authority.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The AccountServer.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The AccountServer, to stop and start it.
    pub fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    /// The AccountServer's data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.paths().data()
    }

    /// The AccountServer's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.paths().log()
    }

    /// Passwords and passphrases.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Makes a user; `role` as `keyfold-server user add` takes it.
    pub fn add_user(
        &self,
        name: &str,
        display_name: &str,
        role: &str,
        scope: ScopeGuid,
        password: &str,
    ) -> anyhow::Result<()> {
        let paths = self.paths();
        paths.write_secret(name, password)?;
        Server::add_user(
            &paths.data(),
            name,
            display_name,
            role,
            &scope.to_string(),
            &paths.secret(name),
        )
    }

    /// The home of [`ADMIN`]'s Console.
    #[must_use]
    pub fn console_home(&self) -> ConsoleHome {
        ConsoleHome::at(&self.directory.join("console"))
    }

    /// [`ADMIN`], signed in, with the Certificates directory of her Console.
    pub fn admin(&self) -> anyhow::Result<Admin> {
        let certificates = self.console_home().certificates();
        Admin::sign_in(
            self.url(),
            self.authority_fingerprint,
            ADMIN,
            &self.secrets.admin_password,
            &certificates,
        )
    }

    /// What [`OFFICER`] does with a request whose fingerprint was compared: fetches it, signs it for `days` (1000 when not
    /// given) and hands the certificate back.
    pub fn sign(&self, request: &Request, days: Option<u32>) -> anyhow::Result<()> {
        let password_file = self.paths().secret("officer");
        let officer = Officer {
            platform: self.url(),
            user: OFFICER,
            password_file: &password_file,
        };
        let fingerprint = request.spki_fingerprint.to_string();
        self.authority
            .sign_request(request.id, &fingerprint, &officer, days)
    }

    /// A Group Certificate for `scope` from request to upload, at the least cost that the formats allow.
    pub fn certify(
        &self,
        admin: &Admin,
        scope: &Scope,
        passphrase: &str,
    ) -> anyhow::Result<Uploaded> {
        let request =
            admin.request_certificate(scope, KeySize::Rsa3072, passphrase, Argon2Params::MIN)?;
        self.sign(&request, None)?;
        admin.upload_signed(&request)
    }

    /// The machine of this name, enrolled or not.
    #[must_use]
    pub fn agent(&self, machine: &str) -> Agent {
        Agent::at(&self.paths().agents().join(machine))
    }

    fn paths(&self) -> Paths {
        Paths(self.directory.clone())
    }
}

/// What lies where in a platform's directory.
struct Paths(PathBuf);

impl Paths {
    fn authority(&self) -> PathBuf {
        self.0.join("authority")
    }

    fn data(&self) -> PathBuf {
        self.0.join("server")
    }

    fn agents(&self) -> PathBuf {
        self.0.join("agents")
    }

    fn log(&self) -> PathBuf {
        self.0.join("server.log")
    }

    fn secrets(&self) -> PathBuf {
        self.0.join("secrets")
    }

    fn secret(&self, name: &str) -> PathBuf {
        self.secrets().join(name)
    }

    fn write_secret(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let path = self.secret(name);
        fs::write(&path, value).with_context(|| format!("cannot write {}", path.display()))?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(())
    }
}
