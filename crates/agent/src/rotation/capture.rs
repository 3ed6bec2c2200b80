//! The next key is presented outside of a backup, and must be captured before anything relies on it.

use anyhow::{Context as _, ensure};

use super::next;
use crate::report::Report;
use crate::state::StateDirectory;
use crate::{enrolment, renewal};

pub(super) async fn capture(state: &StateDirectory) -> anyhow::Result<()> {
    let next = next(state)?;
    let platform = renewal::client(state, enrolment::required(state)?).await?;
    let mut report = Report::new();
    let captured = report
        .key_changed(state, &platform, &next)
        .await
        .context("the AccountServer was not told of the new key; both keys are kept, and `keyfold-agent key rotate` goes on from here")?;
    ensure!(
        !captured.captured_to.is_empty(),
        "no active Group Certificate covers this account, so the new key could not be recovered; \
         both keys are kept, and `keyfold-agent key rotate` goes on once a certificate is uploaded"
    );
    Ok(())
}
