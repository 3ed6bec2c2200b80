//! The first start of a platform that nobody can sign in to.

use std::fs;

use anyhow::{Context as _, ensure};
use keyfold_api::client::Client;
use keyfold_api::sessions::SignIn;
use keyfold_api::setup::SetUp;
use keyfold_tests::support::authority::Authority;
use keyfold_tests::support::server::{Server, Settings};
use tokio::runtime::Runtime;
use url::Url;

const PASSWORD: &str = "ada likes long passwords";

fn set_up(link: &Url) -> anyhow::Result<SetUp> {
    let token = link.fragment().context("the link holds no token")?;
    Ok(SetUp {
        token: token.to_owned().into(),
        name: "ada".to_owned(),
        display_name: "Ada Admin".to_owned(),
        password: PASSWORD.into(),
    })
}

#[test]
fn the_first_start_prints_a_link_that_makes_the_first_admin() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().join("server");
    let passphrase = directory.path().join("passphrase");
    fs::write(&passphrase, "one root to sign them all")?;
    let authority = Authority::at(
        &directory.path().join("authority"),
        "Northwind Authority",
        &passphrase,
    )?;
    Server::found(&data, "Northwind Backups")?;
    authority.issue_platform(&["127.0.0.1"], &data.join("platform"))?;
    let settings = Settings {
        data,
        log: directory.path().join("server.log"),
        log_level: "trace".to_owned(),
        temporary: directory.path().join("temporary"),
    };
    let mut server = Server::serve(settings.clone(), 0)?;
    let replaced = server.setup_link().context("no link")?.clone();
    server.start_again()?;
    let link = server.setup_link().context("no link")?.clone();
    ensure!(link.host_str() == Some("127.0.0.1") && link.port() == server.url().port());

    let runtime = Runtime::new()?;
    let client = Client::new(server.url(), authority.root()?.fingerprint())?;
    let refused = runtime.block_on(client.set_up(&set_up(&replaced)?));
    let refused = refused.err().context("a link that was replaced works")?;
    ensure!(refused.problem_code() == Some("setup-link-refused"));
    let admin = runtime.block_on(client.set_up(&set_up(&link)?))?;
    let sign_in = SignIn {
        user: admin.name,
        password: PASSWORD.into(),
        code: None,
        device: None,
    };
    runtime.block_on(client.sign_in(&sign_in))?;
    let again = runtime.block_on(client.set_up(&set_up(&link)?));
    let again = again.err().context("the link works twice")?;
    ensure!(again.problem_code() == Some("already-set-up"));

    server.start_again()?;
    ensure!(server.setup_link().is_none(), "there is somebody");
    let log = fs::read_to_string(&settings.log)?;
    ensure!(log.contains("the first platform admin was made"), "{log}");
    for link in [link, replaced] {
        ensure!(!log.contains(link.fragment().unwrap_or_default()));
    }
    Ok(())
}
