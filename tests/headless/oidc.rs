//! People of an organisation sign in at its identity provider: a real one, in its own process.

use std::process::Command;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::client::Client;
use keyfold_api::oidc::{BeginOidcSignIn, UseOidcTicket};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::identity_provider::{IdentityProvider, browse};
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::succeed;
use url::Url;
use zeroize::Zeroizing;

const SECRET: &str = "a secret between platform and provider";
const VERIFIER: &str = "only the Console knows this verifier of its own sign-in";
/// Nobody needs to listen there: the browser of the test stops before it goes there.
const PORT: u16 = 53_682;

#[test]
fn people_of_the_organisation_sign_in_at_its_identity_provider() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut provider = IdentityProvider::start(SECRET)?;
    let platform = platform(&directory, &mut provider)?;
    let mut add = Command::new(binary("keyfold-server")?);
    add.args(["user", "add", "--name", "mia", "--role", "auditor"]);
    add.arg("--openid-connect").arg("--data-dir");
    succeed(add.arg(platform.data()))?;

    let desk = Desk::new(&platform)?;
    let back = desk.browse("mia")?;
    let ticket = found(&back, "ticket")?;
    let wrong = desk.use_ticket(
        &ticket,
        "another verifier, of whoever saw the browser's address",
    );
    assert_eq!(wrong, Err("ticket-refused".to_owned()));
    assert_eq!(
        desk.use_ticket(&ticket, VERIFIER),
        Err("ticket-refused".to_owned()),
        "used up"
    );

    let ticket = found(&desk.browse("mia")?, "ticket")?;
    assert_eq!(desk.use_ticket(&ticket, VERIFIER), Ok("mia".to_owned()));
    assert_eq!(
        desk.use_ticket(&ticket, VERIFIER),
        Err("ticket-refused".to_owned())
    );

    // Whom nobody added is not let in, whatever the provider says; nor is somebody with a password here.
    for stranger in ["zoe", "ada"] {
        assert_eq!(found(&desk.browse(stranger)?, "problem")?, "not-known-here");
    }
    Ok(())
}

/// A platform whose people sign in at the provider.
fn platform(
    directory: &tempfile::TempDir,
    provider: &mut IdentityProvider,
) -> anyhow::Result<Platform> {
    let mut platform = Platform::start(directory.path())?;
    provider.link(&mut platform, SECRET)?;
    Ok(platform)
}

/// Somebody with a Console and a browser.
struct Desk<'a> {
    platform: &'a Platform,
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl<'a> Desk<'a> {
    fn new(platform: &'a Platform) -> anyhow::Result<Self> {
        Ok(Self {
            platform,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            client: Client::new(platform.url(), platform.authority_fingerprint())?,
        })
    }

    /// Begins a sign-in, goes through it in the browser, and answers where that ends.
    fn browse(&self, name: &str) -> anyhow::Result<Url> {
        let challenge = Fingerprint::of(VERIFIER.as_bytes());
        let begin = BeginOidcSignIn {
            port: PORT,
            challenge: URL_SAFE_NO_PAD.encode(challenge.as_bytes()),
        };
        let answer = self
            .runtime
            .block_on(self.client.begin_oidc_sign_in(&begin))?;
        browse(
            &answer.url,
            name,
            &self.platform.data().join("platform/root.pem"),
        )
    }

    /// Who is signed in by the ticket, or the code of the refusal.
    fn use_ticket(&self, ticket: &str, verifier: &str) -> Result<String, String> {
        let ticket = UseOidcTicket {
            ticket: Zeroizing::new(ticket.to_owned()),
            verifier: Zeroizing::new(verifier.to_owned()),
        };
        match self.runtime.block_on(self.client.use_oidc_ticket(&ticket)) {
            Ok(user) => Ok(user.user().name.clone()),
            Err(error) => Err(error.problem_code().unwrap_or("no code").to_owned()),
        }
    }
}

/// What the browser brings back under this name.
fn found(back: &Url, name: &str) -> anyhow::Result<String> {
    anyhow::ensure!(back.port() == Some(PORT), "the browser ends at {back}");
    let mut pairs = back.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    Ok(found
        .with_context(|| format!("no {name} in {back}"))?
        .1
        .into_owned())
}
