//! Which database: the `SQLite` file in the data directory, or a Postgres that several AccountServers share.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use url::{Host, Url};

/// Which database.
#[derive(Debug, Clone, Args)]
pub(super) struct Database {
    /// A Postgres database, which several AccountServers may share; a file in the data directory when absent.
    #[arg(
        long = "database",
        value_name = "postgres://USER@HOST/NAME",
        hide_env_values = true
    )]
    pub(super) address: Option<Address>,
}

/// The address of a Postgres database. It may hold a password, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address(Url);

/// Why an address is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum AddressError {
    /// It is no URL.
    #[error("this is no address; write postgres://USER@HOST/NAME")]
    Url(#[from] url::ParseError),
    /// It leads elsewhere than to Postgres.
    #[error("only Postgres is reached by an address; write postgres://USER@HOST/NAME")]
    Scheme,
}

impl Address {
    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// Unless it says otherwise (`sslmode`), the way to another machine is TLS to the host that is named.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut url = Url::parse(text)?;
        if !["postgres", "postgresql"].contains(&url.scheme()) {
            return Err(AddressError::Scheme);
        }
        let says = |wanted: &[&str]| url.query_pairs().any(|(name, _)| wanted.contains(&&*name));
        if leads_away(&url) && !says(&["sslmode", "ssl-mode"]) {
            url.query_pairs_mut().append_pair("sslmode", "verify-full");
        }
        Ok(Self(url))
    }
}

/// Whether the address is another machine's.
fn leads_away(url: &Url) -> bool {
    let named = url.host_str().filter(|host| !host.is_empty());
    let in_query = url
        .query_pairs()
        .filter(|(name, _)| name == "host" || name == "hostaddr");
    let in_query: Vec<String> = in_query.map(|(_, host)| host.into_owned()).collect();
    let hosts = named.into_iter().chain(in_query.iter().map(String::as_str));
    hosts.into_iter().any(|host| {
        let is_socket = host.starts_with('/') || host.starts_with("%2F") || host.starts_with("%2f");
        !is_socket && !is_this_machine(host)
    })
}

fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Err(_) => false,
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Address").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> String {
        text.parse::<Address>().unwrap().0.into()
    }

    #[test]
    fn the_way_to_another_machine_is_protected() {
        for away in [
            "postgres://keyfold@db.example.org/keyfold",
            "postgresql://keyfold@192.0.2.1:5433/keyfold",
            "postgres:///keyfold?host=db.example.org",
        ] {
            assert!(address(away).contains("sslmode=verify-full"), "{away}");
        }
        for chosen in [
            "postgres://keyfold@db.example.org/keyfold?sslmode=disable",
            "postgres:///keyfold?host=/run/postgresql",
            "postgres://keyfold@%2Frun%2Fpostgresql/keyfold",
            "postgres://keyfold@localhost/keyfold",
            "postgres://keyfold@127.0.0.1/keyfold",
            "postgres://keyfold@[::1]/keyfold",
            "postgres:///keyfold",
        ] {
            assert_eq!(address(chosen), chosen);
        }
    }

    #[test]
    fn what_is_no_address_of_postgres_is_refused() {
        for other in [
            "mysql://a@b/c",
            "keyfold.sqlite",
            "sqlite:keyfold.sqlite",
            "",
        ] {
            assert!(other.parse::<Address>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let address: Address = "postgres://keyfold:s3cret@localhost/keyfold"
            .parse()
            .unwrap();
        assert!(!format!("{address:?}").contains("s3cret"));
    }
}
