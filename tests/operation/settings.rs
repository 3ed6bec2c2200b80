//! Settings as a real process takes them.

use std::fs;
use std::process::Command;

use anyhow::ensure;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::process::{run, succeed};

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("keyfold-server.toml");
    fs::write(
        &file,
        "max-streams = 1\nmax-requests = 1\nmax-connections = 1\n",
    )?;
    let config = || -> anyhow::Result<Command> {
        let mut command = Command::new(binary("keyfold-server")?);
        command
            .arg("config")
            .arg("--data-dir")
            .arg(directory.path());
        command.env("KEYFOLD_MAX_STREAMS", "2");
        command.env("KEYFOLD_MAX_REQUESTS", "2");
        Ok(command)
    };
    let shown = succeed(config()?.args(["--max-streams", "3"]))?.stdout;
    for line in [
        "max-streams = 3  # flag",
        "max-requests = 2  # environment",
        "max-connections = 1  # file",
        "listen = \"127.0.0.1:8443\"  # default",
        "# public-url is not set",
    ] {
        ensure!(
            shown.lines().any(|it| it == line),
            "{line} is not in\n{shown}"
        );
    }

    fs::write(&file, "max-stream = 1\n")?;
    let refused = run(&mut config()?)?;
    ensure!(refused.code == Some(1), "{}", refused.said());
    ensure!(
        refused.stderr.contains("the nearest one is `max-streams`"),
        "{}",
        refused.said()
    );

    let elsewhere = directory.path().join("elsewhere.toml");
    fs::write(&elsewhere, "max-connections = 9\n")?;
    let shown = succeed(config()?.env("KEYFOLD_CONFIG", &elsewhere))?.stdout;
    ensure!(shown.contains("max-connections = 9  # file"), "{shown}");
    let misspelt = succeed(
        config()?
            .env("KEYFOLD_CONFIG", &elsewhere)
            .env("KEYFOLD_LISTN", "x"),
    )?;
    ensure!(
        misspelt.stderr.contains("did you mean KEYFOLD_LISTEN?"),
        "{}",
        misspelt.said()
    );
    Ok(())
}
