//! The end, in good order or at once.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::wire::{self, PATIENCE};

const BODY: &str = r#"{"user":"nobody","password":"whatever it is"}"#;

/// A question of which the AccountServer has everything but the body's last bytes.
fn half_a_question() -> String {
    format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{}",
        BODY.len(),
        &BODY[..20]
    )
}

#[test]
fn a_question_under_way_is_answered_and_no_new_one() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut platform = wire::platform(directory.path(), "shutdown-delay = '2s'")?;
    ensure!(wire::monitoring(&platform, "/readyz")?.0 == 200);
    let mut under_way = wire::connect(&platform, b"http/1.1")?;
    under_way.write_all(half_a_question().as_bytes())?;
    let mut idle = wire::connect(&platform, b"http/1.1")?;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    wire::answer(&mut idle)?;

    platform.server().signal("TERM")?;
    wire::eventually("not ready", || {
        let (status, body) = wire::monitoring(&platform, "/readyz")?;
        Ok(status == 503 && body.contains("ending"))
    })?;
    ensure!(
        wire::get(&platform, "/readyz")?
            .0
            .starts_with("http/1.1 503"),
        "it still listens for a while, to say so"
    );
    wire::eventually("nothing listens", || Ok(wire::tcp(&platform).is_err()))?;
    wire::until_closed(&mut idle);

    under_way.write_all(&BODY.as_bytes()[20..])?;
    let (head, body) = wire::answer(&mut under_way)?;
    ensure!(head.starts_with("http/1.1 401"), "{head}");
    ensure!(body.contains("wrong-credentials"), "{body}");
    let status = platform.server_mut().ended(PATIENCE)?;
    ensure!(status.code() == Some(0), "{status}");
    let log = wire::log(&platform)?;
    let last = &log[log.len() - 1]["fields"]["message"];
    ensure!(last == "ended", "{last}");
    Ok(())
}

#[test]
fn what_takes_too_long_is_broken_off_and_a_second_signal_ends_at_once() -> anyhow::Result<()> {
    for (grace, second_signal, code) in [("1s", false, 0), ("10m", true, 1)] {
        let directory = tempfile::tempdir()?;
        let settings = format!("shutdown-grace = '{grace}'");
        let mut platform = wire::platform(directory.path(), &settings)?;
        let mut under_way = wire::connect(&platform, b"http/1.1")?;
        under_way.write_all(half_a_question().as_bytes())?;
        wire::eventually("the question came", || {
            Ok(wire::number(&platform, "keyfold_connections")? >= 1)
        })?;
        let start = Instant::now();
        platform.server().signal("TERM")?;
        if second_signal {
            wire::eventually("it ends", || Ok(wire::tcp(&platform).is_err()))?;
            platform.server().signal("TERM")?;
        }
        let status = platform.server_mut().ended(PATIENCE)?;
        println!(
            "grace {grace}: ended after {:?} with {status}",
            start.elapsed()
        );
        ensure!(status.code() == Some(code), "{status}");
        ensure!(start.elapsed() < Duration::from_secs(20));
    }
    Ok(())
}
