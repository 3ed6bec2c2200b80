//! `user`: people and their passwords.

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::{self, Role};
use keyfold_core::id::ScopeGuid;

use super::data_dir::DataDir;
use super::secret_input::NewPassword;
use crate::clock::{Clock as _, Entropy, SystemClock};
use crate::store::{PeopleStore as _, ScopeStore as _, SecondFactorStore as _, WayIn};
use crate::{passwords, words};

/// Add a user, or set a user's password.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a user.
    Add(Add),
    /// Set a user's password, and end the user's sessions.
    Password(Password),
    /// Take a user's second factor away, and end the user's sessions: for whom nobody else can do it.
    ResetSecondFactor(ResetSecondFactor),
}

/// A new user.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    data_dir: DataDir,
    /// The name with which the user signs in.
    #[arg(long)]
    name: String,
    /// The name that people see; the sign-in name when absent.
    #[arg(long)]
    display_name: Option<String>,
    /// What the user may do.
    #[arg(long, value_enum)]
    role: RoleArgument,
    /// The scope in which the user may do it, with everything below; the root Collection when absent.
    #[arg(long, value_name = "GUID")]
    scope: Option<ScopeGuid>,
    /// The user signs in at the identity provider, under the name that it gives them.
    #[arg(long, conflicts_with = "password_file")]
    openid_connect: bool,
    #[command(flatten)]
    password: NewPassword,
}

/// A new password for a user.
#[derive(Debug, Args)]
pub(super) struct Password {
    #[command(flatten)]
    data_dir: DataDir,
    /// The name with which the user signs in.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    new: NewPassword,
}

/// Whose second factor is taken away.
#[derive(Debug, Args)]
pub(super) struct ResetSecondFactor {
    #[command(flatten)]
    data_dir: DataDir,
    /// The name with which the user signs in.
    #[arg(long, required_unless_present = "everybody")]
    name: Option<String>,
    /// Everybody's: the way on when the secret file is lost. The next start of a server may then make another one.
    #[arg(long, conflicts_with = "name")]
    everybody: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArgument {
    /// Everything, with users and the platform's settings; on the root Collection.
    PlatformAdmin,
    /// Administers the scope: accounts, requests, uploads, recoveries, and the users below.
    GroupAdmin,
    /// Works for the Authority: signs or rejects requests.
    Officer,
    /// Reads reports and the audit log.
    Auditor,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::PlatformAdmin => Self::PlatformAdmin,
            RoleArgument::GroupAdmin => Self::GroupAdmin,
            RoleArgument::Officer => Self::Officer,
            RoleArgument::Auditor => Self::Auditor,
        }
    }
}

impl User {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run().await,
            Self::Password(password) => password.run().await,
            Self::ResetSecondFactor(reset) => reset.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        let display_name = self.display_name.unwrap_or_else(|| self.name.clone());
        words::name(&self.name)?;
        words::name(&display_name)?;
        let scope = match self.scope {
            Some(scope) => scope,
            None => {
                store
                    .platform()
                    .await?
                    .context("the platform was not founded; run init")?
                    .1
            }
        };
        let user = sessions::User {
            name: self.name,
            display_name,
            role: self.role.into(),
            scope,
        };
        let way_in = if self.openid_connect {
            WayIn::OpenIdConnect
        } else {
            WayIn::Password {
                hash: passwords::hash(&self.password.read()?, &Entropy::from_system()?)?,
            }
        };
        let act = act(Action::AddUser, &user.name)
            .scope(scope)
            .with("role", crate::rights::name(user.role));
        store
            .insert_user(&user, &way_in, &act)
            .await
            .context("the user was not added")?;
        store.close().await;
        Ok(())
    }
}

impl Password {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        let password_hash = passwords::hash(&self.new.read()?, &Entropy::from_system()?)?;
        store
            .change_password(
                &self.name,
                &password_hash,
                &act(Action::SetPassword, &self.name),
            )
            .await
            .context("the password was not changed: is there such a user?")?;
        store.close().await;
        Ok(())
    }
}

impl ResetSecondFactor {
    async fn run(self) -> anyhow::Result<()> {
        let store = self.data_dir.open().await?;
        if let Some(name) = self.name {
            let act = act(Action::ResetSecondFactor, &name);
            store
                .delete_second_factor(&name, &act)
                .await
                .context("no second factor was taken away: is there such a user?")?;
        } else {
            let now = SystemClock.now();
            let act = Act::new(now, By::CommandLine, Action::ResetSecondFactor);
            store.delete_second_factors(&act).await?;
        }
        store.close().await;
        Ok(())
    }
}

/// What the command line does to a user.
fn act(action: Action, user: &str) -> Act {
    Act::new(SystemClock.now(), By::CommandLine, action).user(user)
}
