//! What the officer does on the AccountServer: list, fetch, hand back, reject.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use keyfold_api::client::{Client, UserClient};
use keyfold_api::requests::{RejectRequest, Request, RequestId, RequestState, SignRequest};
use keyfold_api::sessions::SignIn;
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::x509::name::readable;
use secrecy::SecretString;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::directory::date;
use super::secrets::secret;

/// Which AccountServer, and who signs in.
#[derive(Args)]
#[group(id = "server", multiple = true, requires_all = ["platform", "user"])]
pub(super) struct PlatformArguments {
    /// The AccountServer's address, https://…
    #[arg(long, value_name = "URL", required = false)]
    platform: Url,
    /// The officer's name on the AccountServer
    #[arg(long, value_name = "NAME", required = false)]
    user: String,
    /// Read the officer's password from the first line of FILE (- for standard input) instead of the terminal
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Arguments of `requests`.
#[derive(Args)]
pub(super) struct Requests {
    #[command(flatten)]
    platform: PlatformArguments,
}

impl Requests {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let session = self.platform.sign_in(directory)?;
        let user = &session.user;
        let requests = session.ask(user.all(|page| user.requests(page)))?;
        let waiting: Vec<_> = requests
            .iter()
            .filter(|request| request.state == RequestState::Waiting)
            .collect();
        if waiting.is_empty() {
            println!("No request waits.");
        }
        for request in waiting {
            println!("Request:      {}", request.id);
            println!(
                "Scope:        {} {}",
                request.scope,
                readable(&path(request))
            );
            println!("Requester:    {}", requester(request));
            println!("Submitted:    {}", date(request.submitted_at));
            println!("Fingerprint:  {}", request.spki_fingerprint.grouped());
            println!();
        }
        Ok(())
    }
}

/// Arguments of `reject`.
#[derive(Args)]
pub(super) struct Reject {
    /// The request's number
    #[arg(long, value_name = "ID")]
    request: RequestId,
    /// What the requester reads
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    platform: PlatformArguments,
}

impl Reject {
    pub(super) fn run(self, directory: &Path) -> anyhow::Result<()> {
        let session = self.platform.sign_in(directory)?;
        let rejection = RejectRequest {
            reason: self.reason,
        };
        let request = session.ask(session.user.reject_request(self.request, &rejection))?;
        println!("Rejected:     {} of {}", request.id, requester(&request));
        Ok(())
    }
}

impl PlatformArguments {
    /// Fetches a request that waits. What the AccountServer says of it must agree with the request itself.
    pub(super) fn fetch(&self, directory: &Path, id: RequestId) -> anyhow::Result<Waiting> {
        let session = self.sign_in(directory)?;
        let request = session.ask(session.user.request(id))?;
        if request.state != RequestState::Waiting {
            bail!("request {id} was decided before; list the ones that wait with requests");
        }
        let csr = CertificateSigningRequest::from_pem(request.request.as_bytes())
            .with_context(|| format!("request {id} is refused"))?;
        if csr.scope() != request.scope || csr.spki_fingerprint() != request.spki_fingerprint {
            bail!(
                "what the AccountServer says about request {id} is not what the request says; sign nothing and find out why"
            );
        }
        Ok(Waiting {
            session,
            request,
            csr,
        })
    }

    fn sign_in(&self, directory: &Path) -> anyhow::Result<Session> {
        let path = directory.join("root.pem");
        let root =
            fs::read(&path).with_context(|| format!("{} could not be read", path.display()))?;
        let root = AuthorityRoot::from_pem(&root)?;
        let client = Client::new(&self.platform, root.fingerprint())?;
        let password = secret(
            &format!("Password of {}: ", self.user),
            self.password_file.as_deref(),
        )?;
        let mut sign_in = SignIn {
            user: self.user.clone(),
            password: SecretString::from(password.as_str()),
            code: None,
            device: None,
        };
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut signed_in = runtime.block_on(client.sign_in(&sign_in));
        if let Err(error) = &signed_in
            && error.problem_code() == Some("second-factor-required")
        {
            let code = secret(&format!("Code of {}: ", self.user), None)?;
            sign_in.code = Some(SecretString::from(code.as_str()));
            signed_in = runtime.block_on(client.sign_in(&sign_in));
        }
        let user = signed_in?;
        Ok(Session { runtime, user })
    }
}

/// An officer who signed in.
struct Session {
    runtime: Runtime,
    user: UserClient,
}

impl Session {
    fn ask<T, E>(&self, question: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.runtime.block_on(question)
    }
}

/// A request that waits on the AccountServer.
pub(super) struct Waiting {
    session: Session,
    request: Request,
    pub(super) csr: CertificateSigningRequest,
}

impl Waiting {
    pub(super) fn requester(&self) -> String {
        requester(&self.request)
    }

    pub(super) fn path(&self) -> String {
        readable(&path(&self.request))
    }

    pub(super) fn submitted_at(&self) -> String {
        date(self.request.submitted_at)
    }

    pub(super) fn hand_back(&self, certificate: &GroupCertificate) -> anyhow::Result<()> {
        let signed = SignRequest {
            certificate: certificate.to_pem(),
        };
        self.session
            .ask(self.session.user.sign_request(self.request.id, &signed))?;
        Ok(())
    }
}

fn requester(request: &Request) -> String {
    readable(&format!(
        "{} ({})",
        request.requester_name, request.requester
    ))
}

fn path(request: &Request) -> String {
    let mut path = request.path.clone();
    path.push(request.scope_name.clone());
    path.join(" / ")
}
