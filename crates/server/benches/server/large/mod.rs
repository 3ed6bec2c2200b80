//! A database with 1,000,000 accounts in 100,000 Groups, and an AccountServer in this process that serves it.

mod fill;
mod tree;

use std::sync::Arc;

use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::{Role, SessionId, User};
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{ScopeGuid, ScopeKind};
use keyfold_server::clock::{Clock as _, SystemClock, token_hash};
use keyfold_server::state::Shared;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{
    PeopleStore as _, ScopeRow, ScopeStore as _, SessionRow, SessionStore as _, WayIn,
};
use time::{Duration, OffsetDateTime};

use crate::Extent;
use crate::platform::{ROOT, platform, vector};
use fill::Fill;

/// The bearer token of the platform's admin.
pub(crate) const ADMIN: &str = "bench";
/// Ten thousand accounts in a thousand Groups each.
const PARTNERS: usize = 100;

/// A filled database and what lies in it.
pub(crate) struct Large {
    pub(crate) store: SqlStore,
    pub(crate) root: ScopeGuid,
    pub(crate) collections: Vec<ScopeGuid>,
    pub(crate) accounts: usize,
}

impl Large {
    /// Founds a platform in an empty database and fills it.
    pub(crate) async fn fill(
        store: SqlStore,
        address: &str,
        extent: &Extent,
    ) -> anyhow::Result<Self> {
        let now = SystemClock.now();
        let root = found(&store, now).await?;
        let certificate = vector("platform/group.pem")?;
        let der = GroupCertificate::from_pem(&certificate)?.der().to_vec();
        let partners = extent.of(PARTNERS);
        let mut fill = Fill::open(address, der, now.unix_timestamp()).await?;
        let collections = fill.partners(root, partners).await?;
        Ok(Self {
            store,
            root,
            collections,
            accounts: partners * 10_000,
        })
    }

    /// What routes work with.
    pub(crate) fn platform(&self) -> anyhow::Result<Shared> {
        platform(&self.store, Arc::new(SystemClock))
    }
}

/// The root, the platform's admin and a session of theirs.
async fn found(store: &SqlStore, now: OffsetDateTime) -> anyhow::Result<ScopeGuid> {
    let act = |action| Act::new(now, By::System, action);
    let root = ROOT.parse()?;
    let row = ScopeRow {
        guid: root,
        kind: ScopeKind::Collection,
        name: "Northwind".to_owned(),
        parent: None,
    };
    let founded = act(Action::FoundPlatform);
    store.found_platform("Northwind", &row, &founded).await?;
    let user = User {
        name: ADMIN.to_owned(),
        display_name: ADMIN.to_owned(),
        role: Role::PlatformAdmin,
        scope: root,
    };
    let (way_in, added) = (WayIn::OpenIdConnect, act(Action::AddUser));
    store.insert_user(&user, &way_in, &added).await?;
    let session = SessionRow {
        token: token_hash(ADMIN),
        id: SessionId::random(&mut rand::rng()),
        user: ADMIN.to_owned(),
        address: String::new(),
        began_at: now,
        seen_at: now,
        idle: Duration::DAY,
        expires_at: now + Duration::DAY,
        second_factor: true,
    };
    store.insert_session(&session, &act(Action::SignIn)).await?;
    Ok(root)
}
