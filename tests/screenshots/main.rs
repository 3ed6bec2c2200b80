//! Photographs the Console's real window on the demo's sample organisation, light and dark:
//! `keyfold-screenshots FOLDER`, where FOLDER receives the pictures.
//!
//! `cargo xtask screenshots` builds everything and runs this.

#[cfg(target_os = "linux")]
mod demo;
#[cfg(target_os = "linux")]
mod pictures;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    use anyhow::Context as _;

    let folder = std::env::args_os()
        .nth(1)
        .context("say where the pictures go")?;
    pictures::take(std::path::Path::new(&folder))
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the window is photographed on Linux only");
}
