//! What a signed-in person lists: one method a route, a page at a time, and [`UserClient::all`] for whoever needs the
//! whole list.

use std::future::Future;

use keyfold_core::id::ScopeGuid;

use super::{ClientError, UserClient};
use crate::certificates::UploadedCertificate;
use crate::pages::{MAX_LIMIT, Page, PageQuery};

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

    /// `GET /scopes/{guid}/certificates`: the scope's own, newest first.
    pub async fn certificates(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<UploadedCertificate>, ClientError> {
        self.page(&["scopes", &scope.to_string(), "certificates"], &page)
            .await
    }
}
