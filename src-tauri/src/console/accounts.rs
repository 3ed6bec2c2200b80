//! Accounts.

use keyfold_api::accounts::{Account, NewAccount};
use keyfold_api::scopes::Change;

use super::{Console, parse};
use crate::error::CommandError;
use crate::view::accounts::{AccountView, EnrolmentView};

impl Console {
    /// Accounts at any depth below a scope.
    pub async fn accounts(&self, scope: &str) -> Result<Vec<AccountView>, CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        let mut accounts = self.answered(user.all(|page| user.accounts(guid, page)).await)?;
        accounts.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        let groups: Vec<_> = accounts.iter().map(|account| account.group).collect();
        let scopes = self.scope_names_with(&groups).await?;
        Ok(accounts
            .iter()
            .map(|account| AccountView::new(account, &scopes))
            .collect())
    }

    /// Creates an account in a Group.
    pub async fn create_account(
        &self,
        name: String,
        group: &str,
    ) -> Result<AccountView, CommandError> {
        let new = NewAccount {
            name,
            group: parse(group)?,
        };
        let user = self.user()?;
        let account = self.answered(user.create_account(&new).await)?;
        Ok(self.account_view(&account))
    }

    /// Renames or moves an account; what is absent stays.
    pub async fn change_account(
        &self,
        account: &str,
        name: Option<String>,
        group: Option<&str>,
    ) -> Result<AccountView, CommandError> {
        let id = parse(account)?;
        let parent = group.map(parse).transpose()?;
        let user = self.user()?;
        let account = self.answered(user.change_account(id, &Change { name, parent }).await)?;
        Ok(self.account_view(&account))
    }

    /// Deletes an account that has no captured keys.
    pub async fn delete_account(&self, account: &str) -> Result<(), CommandError> {
        let id = parse(account)?;
        let user = self.user()?;
        self.answered(user.delete_account(id).await)
    }

    /// Makes a one-time enrolment string for the account's Agent.
    pub async fn create_enrolment(&self, account: &str) -> Result<EnrolmentView, CommandError> {
        let id = parse(account)?;
        let user = self.user()?;
        let token = self.answered(user.create_enrolment(id).await)?;
        Ok(token.into())
    }

    fn account_view(&self, account: &Account) -> AccountView {
        AccountView::new(account, &self.scope_names())
    }
}
