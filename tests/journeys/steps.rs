//! Steps that several journeys take.

use anyhow::{Context as _, ensure};
use keyfold_api::client::UserClient;
use keyfold_api::requests::{Request, RequestState};
use keyfold_tests::support::admin::Admin;

use crate::desk::Desk;

impl Desk {
    /// Opens the context menu of a node of the tree with the mouse, and goes through its items.
    pub(crate) fn choose(&self, node: &str, items: &[&str]) -> anyhow::Result<()> {
        self.session
            .role_beginning("treeitem", node)?
            .right_click()?;
        for item in items {
            self.session.role("menuitem", item)?.click()?;
        }
        Ok(())
    }

    /// Shows every node of the tree.
    pub(crate) fn unfold_tree(&self) -> anyhow::Result<()> {
        self.session.test_id("tree")?.click()?;
        for _level in 0..3 {
            self.session.press("Home")?;
            for _key in 0..6 {
                self.session.press("ArrowRight")?;
            }
        }
        Ok(())
    }

    /// Reads the fingerprint that the dialog shows out to the officer, who signs.
    pub(crate) fn read_out_and_have_signed(&self, admin: &Admin) -> anyhow::Result<Request> {
        let requests = admin.ask(UserClient::requests)?;
        let waiting = requests
            .into_iter()
            .find(|request| matches!(request.state, RequestState::Waiting));
        let request = waiting.context("no request reached the platform")?;
        let grouped = request.spki_fingerprint.grouped().replace(' ', "");
        let shown: String = self.session.text()?.split_whitespace().collect();
        ensure!(
            shown.contains(&grouped),
            "the window shows another fingerprint than the officer sees"
        );
        self.platform.sign(&request, None)?;
        Ok(request)
    }
}
