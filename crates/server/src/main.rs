//! `keyfold-server`: the AccountServer.

fn main() -> anyhow::Result<()> {
    keyfold_server::cli::run()
}
