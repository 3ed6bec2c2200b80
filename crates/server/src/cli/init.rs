//! `init`: the database, the root Collection, the first admin if one is named.

use clap::Args;
use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::{ScopeGuid, ScopeKind};

use super::data_dir::DataDir;
use super::secret_input::NewPassword;
use crate::clock::{Clock as _, Entropy, SystemClock};
use crate::store::{PeopleStore as _, ScopeRow, ScopeStore as _, WayIn};
use crate::{passwords, rights, words};

/// Make the database and the root Collection, with a first admin if one is named.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(flatten)]
    data_dir: DataDir,
    /// The platform's name, which its root Collection gets too.
    #[arg(long)]
    name: String,
    /// The name with which the first admin signs in. When absent, `serve` prints a link to make one with.
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
    /// The name that people see; the sign-in name when absent.
    #[arg(long, value_name = "NAME", requires = "admin")]
    admin_display_name: Option<String>,
    #[command(flatten)]
    password: NewPassword,
}

impl Init {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let entropy = Entropy::from_system()?;
        words::name(&self.name)?;
        let root = ScopeRow {
            guid: entropy.draw(ScopeGuid::random),
            kind: ScopeKind::Collection,
            name: self.name,
            parent: None,
        };
        let admin = match self.admin {
            Some(name) => {
                let display_name = self.admin_display_name.unwrap_or_else(|| name.clone());
                words::name(&name)?;
                words::name(&display_name)?;
                let hash = passwords::hash(&self.password.read()?, &entropy)?;
                let user = User {
                    name,
                    display_name,
                    role: Role::PlatformAdmin,
                    scope: root.guid,
                };
                Some((user, WayIn::Password { hash }))
            }
            None => None,
        };
        let store = self.data_dir.create().await?;
        let act = |action| Act::new(SystemClock.now(), By::CommandLine, action).scope(root.guid);
        let founded = act(Action::FoundPlatform).named(&root.name);
        store.found_platform(&root.name, &root, &founded).await?;
        if let Some((user, way_in)) = admin {
            let added = act(Action::AddUser)
                .user(&user.name)
                .with("role", rights::name(user.role));
            store.insert_user(&user, &way_in, &added).await?;
        }
        store.close().await;
        println!("root Collection {}", root.guid);
        Ok(())
    }
}
