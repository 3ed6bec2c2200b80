//! The story, one line a step, each with the seconds since the beginning.

use std::time::Instant;

use keyfold_tests::support::story::{self, Effort};

/// Tells it in a directory that is gone afterwards.
pub(crate) fn run() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let began = Instant::now();
    story::tell(directory.path(), Effort::EARNEST, &mut |step| {
        println!("{:6.1} s  {step}", began.elapsed().as_secs_f32());
    })
}
