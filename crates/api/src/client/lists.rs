//! What a signed-in person lists: one method a route, a page at a time, and [`UserClient::all`] for whoever needs the
//! whole list.

use std::future::Future;

use keyfold_core::id::{AccountId, ScopeGuid};
use serde::de::DeserializeOwned;

use super::{ClientError, UserClient};
use crate::accounts::Account;
use crate::alerts::Alert;
use crate::backups::Backup;
use crate::captured_keys::CapturedKeySummary;
use crate::certificates::UploadedCertificate;
use crate::pages::{MAX_LIMIT, Page, PageQuery};
use crate::requests::Request;
use crate::scopes::{ActiveCertificateRow, Scope};

/// More items than any platform has: a hostile AccountServer does not fill the memory.
const ENDLESS: usize = 5_000_000;

impl UserClient {
    /// A whole list, page after page: `user.all(|page| user.certificates(scope, page))`. A list may be long; whoever
    /// shows a part of it asks for that part.
    pub async fn all<T, F>(
        &self,
        mut list: impl FnMut(PageQuery) -> F,
    ) -> Result<Vec<T>, ClientError>
    where
        F: Future<Output = Result<Page<T>, ClientError>>,
    {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let page = list(PageQuery {
                limit: Some(MAX_LIMIT),
                cursor,
            });
            let page = page.await?;
            items.extend(page.items);
            if page.next.is_none() {
                return Ok(items);
            }
            if items.len() > ENDLESS {
                return Err(self.endless());
            }
            cursor = page.next;
        }
    }

    /// `GET /scopes`: all that the user may see, parents before children.
    pub async fn scopes(&self, page: PageQuery) -> Result<Page<Scope>, ClientError> {
        self.page(&["scopes"], &page).await
    }

    /// `GET /scopes/{guid}/children`: what lies directly in the scope, by name.
    pub async fn children(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<Scope>, ClientError> {
        self.of_scope(scope, &["children"], page).await
    }

    /// `GET /scopes/{guid}/accounts`: at any depth, Group after Group, by name in each.
    pub async fn accounts(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<Account>, ClientError> {
        self.of_scope(scope, &["accounts"], page).await
    }

    /// `GET /scopes/{guid}/reports/group-certificates-active`: parents before children.
    pub async fn active_certificates(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<ActiveCertificateRow>, ClientError> {
        self.of_scope(scope, &["reports", "group-certificates-active"], page)
            .await
    }

    /// `GET /scopes/{guid}/alerts`: open ones at and below the scope, what changed last first.
    pub async fn alerts(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<Alert>, ClientError> {
        self.of_scope(scope, &["alerts"], page).await
    }

    /// `GET /scopes/{guid}/certificates`: the scope's own, newest first.
    pub async fn certificates(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<UploadedCertificate>, ClientError> {
        self.of_scope(scope, &["certificates"], page).await
    }

    /// `GET /requests`: of the scopes the user may see, newest first.
    pub async fn requests(&self, page: PageQuery) -> Result<Page<Request>, ClientError> {
        self.page(&["requests"], &page).await
    }

    /// `GET /accounts/{id}/backups`: newest first.
    pub async fn backups_of_account(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> Result<Page<Backup>, ClientError> {
        self.page(&["accounts", &account.to_string(), "backups"], &page)
            .await
    }

    /// `GET /accounts/{id}/captured-keys`: to certificates of scopes that the user may see, newest first.
    pub async fn captured_keys_of_account(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> Result<Page<CapturedKeySummary>, ClientError> {
        self.page(&["accounts", &account.to_string(), "captured-keys"], &page)
            .await
    }

    /// `GET /scopes/{guid}/captured-keys`: to certificates of the scope and those below it, the newest certificate's
    /// first, each certificate's newest first.
    pub async fn captured_keys_of_scope(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<CapturedKeySummary>, ClientError> {
        self.of_scope(scope, &["captured-keys"], page).await
    }

    async fn of_scope<T: DeserializeOwned>(
        &self,
        scope: ScopeGuid,
        list: &[&str],
        page: PageQuery,
    ) -> Result<Page<T>, ClientError> {
        let scope = scope.to_string();
        let path = [&["scopes", scope.as_str()], list].concat();
        self.page(&path, &page).await
    }
}
