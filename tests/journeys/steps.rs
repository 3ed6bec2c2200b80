//! Steps that several journeys take.

use anyhow::{Context as _, ensure};
use keyfold_api::requests::{Request, RequestState};
use keyfold_tests::support::admin::Admin;

use crate::desk::Desk;

impl Desk {
    /// Reads the fingerprint that the dialog shows out to the officer, who signs.
    pub(crate) fn read_out_and_have_signed(&self, admin: &Admin) -> anyhow::Result<Request> {
        let requests = admin.ask(|user| user.all(|page| user.requests(page)))?;
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
