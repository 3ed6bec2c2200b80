//! The tree of Collections and Groups.

use keyfold_api::scopes::{Change, NewScope, Scope};
use keyfold_core::id::ScopeGuid;

use super::scope_names::ScopeNames;
use super::{Console, parse};
use crate::error::{CommandError, codes};
use crate::view::certificates::{CertificateContext, CertificateView};
use crate::view::requests::RequestView;
use crate::view::scopes::{ScopeDetailView, ScopeKindView, ScopeView};

impl Console {
    /// All scopes that the user may see, parents before children.
    pub async fn scopes(&self) -> Result<Vec<ScopeView>, CommandError> {
        let now = self.now();
        let scopes = self.fetch_scopes().await?;
        Ok(scopes
            .iter()
            .map(|scope| ScopeView::new(scope, now))
            .collect())
    }

    /// Coverage, certificates and requests of one scope.
    pub async fn scope_detail(&self, scope: &str) -> Result<ScopeDetailView, CommandError> {
        let guid: ScopeGuid = parse(scope)?;
        let user = self.user()?;
        let scopes = self.scope_names_with(&[guid]).await?;
        let answers = tokio::try_join!(
            user.coverage(guid),
            user.all(|page| user.certificates(guid, page)),
            user.all(|page| user.requests(page)),
        );
        let (coverage, listed, mut requests) = self.answered(answers)?;
        let local_keys = self.local_keys().await;
        let context = CertificateContext {
            scopes: &scopes,
            local_keys: &local_keys,
            now: self.now(),
        };
        let certificates = listed
            .iter()
            .map(|listed| CertificateView::uploaded(listed, context))
            .collect::<Result<_, _>>()?;
        let mut inherited = Vec::new();
        for above in scopes.above(guid) {
            let listed =
                self.answered(user.all(|page| user.certificates(above.guid, page)).await)?;
            for active in listed
                .iter()
                .filter(|certificate| certificate.state.captures())
            {
                inherited.push(CertificateView::uploaded(active, context)?);
            }
        }
        requests.retain(|request| request.scope == guid);
        Ok(ScopeDetailView {
            coverage: coverage.into(),
            certificates,
            inherited,
            requests: requests
                .iter()
                .map(|request| RequestView::new(request, &local_keys))
                .collect(),
        })
    }

    /// Creates a Collection or Group.
    pub async fn create_scope(
        &self,
        kind: ScopeKindView,
        name: String,
        parent: &str,
    ) -> Result<ScopeView, CommandError> {
        let new = NewScope {
            kind: kind.into(),
            name,
            parent: parse(parent)?,
        };
        let user = self.user()?;
        let scope = self.answered(user.create_scope(&new).await)?;
        Ok(self.changed_scope(&scope).await)
    }

    /// Renames or moves a scope; what is absent stays.
    pub async fn change_scope(
        &self,
        scope: &str,
        name: Option<String>,
        parent: Option<&str>,
    ) -> Result<ScopeView, CommandError> {
        let guid = parse(scope)?;
        let parent = parent.map(parse).transpose()?;
        let user = self.user()?;
        let scope = self.answered(user.change_scope(guid, &Change { name, parent }).await)?;
        Ok(self.changed_scope(&scope).await)
    }

    /// Deletes an empty scope.
    pub async fn delete_scope(&self, scope: &str) -> Result<(), CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        self.answered(user.delete_scope(guid).await)
    }

    /// The view of a scope that just changed; its name is refreshed for later answers where possible.
    async fn changed_scope(&self, scope: &Scope) -> ScopeView {
        // The change stands; a stale name in a later answer is no reason to report a failure.
        self.fetch_scopes().await.ok();
        ScopeView::new(scope, self.now())
    }

    /// One scope of the tree as it is now, with all of them.
    pub(super) async fn fetch_scope(
        &self,
        guid: ScopeGuid,
    ) -> Result<(Scope, ScopeNames), CommandError> {
        let scopes = ScopeNames::new(&self.fetch_scopes().await?);
        let scope = scopes.scope(guid).cloned();
        scope
            .map(|scope| (scope, scopes))
            .ok_or_else(|| CommandError::new(codes::SCOPE_NOT_FOUND))
    }
}
