//! `init`: the database, the root Collection, the first admin.

use clap::Args;
use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::{ScopeGuid, ScopeKind};

use super::data_dir::DataDir;
use super::secret_input::NewPassword;
use crate::clock::{Clock as _, Entropy, SystemClock};
use crate::store::{PeopleStore as _, ScopeRow, ScopeStore as _, WayIn};
use crate::{passwords, words};

/// Make the database, the root Collection and its first admin.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    data_dir: DataDir,
    /// The platform's name, which its root Collection gets too.
    #[arg(long)]
    name: String,
    /// The name with which the first admin signs in.
    #[arg(long, value_name = "NAME")]
    admin: String,
    /// The name that people see; the sign-in name when absent.
    #[arg(long, value_name = "NAME")]
    admin_display_name: Option<String>,
    #[command(flatten)]
    password: NewPassword,
}

impl Init {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let entropy = Entropy::from_system()?;
        let display_name = self
            .admin_display_name
            .unwrap_or_else(|| self.admin.clone());
        for name in [&self.name, &self.admin, &display_name] {
            words::name(name)?;
        }
        let password_hash = passwords::hash(&self.password.read()?, &entropy)?;
        let root = ScopeRow {
            guid: entropy.draw(ScopeGuid::random),
            kind: ScopeKind::Collection,
            name: self.name,
            parent: None,
        };
        let store = self.data_dir.create().await?;
        let act = |action| Act::new(SystemClock.now(), By::CommandLine, action).scope(root.guid);
        let founded = act(Action::FoundPlatform).named(&root.name);
        store.found_platform(&root.name, &root, &founded).await?;
        let user = User {
            name: self.admin,
            display_name,
            role: Role::PlatformAdmin,
            scope: root.guid,
        };
        let added = act(Action::AddUser)
            .user(&user.name)
            .with("role", "platform-admin");
        let way_in = WayIn::Password {
            hash: password_hash,
        };
        store.insert_user(&user, &way_in, &added).await?;
        store.close().await;
        println!("root Collection {}", root.guid);
        Ok(())
    }
}
