//! What monitoring sees: numbers, readiness, the log.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;

use anyhow::{Context as _, ensure};
use keyfold_core::id::ScopeKind;

use crate::wire;

/// Whether a line is one of the text format: a comment, or a name, perhaps labels, and a number.
fn is_sample(line: &str) -> bool {
    if let Some(comment) = line.strip_prefix("# ") {
        return ["HELP ", "TYPE ", "UNIT ", "EOF"]
            .iter()
            .any(|it| comment.starts_with(it));
    }
    let Some((series, value)) = line.rsplit_once(' ') else {
        return false;
    };
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let is_name = name.starts_with("keyfold_")
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_name && labels.ends_with('}') && value.parse::<f64>().is_ok()
}

#[test]
fn numbers_move_and_name_nobody() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "")?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (account, enrolment) = admin.create_account("library", group.guid)?;
    let answered = |route: &str| {
        let labels = format!(r#"{{method="GET",route="{route}",status="404"}}"#);
        wire::number(&platform, &format!("keyfold_http_requests_total{labels}"))
    };
    ensure!(wire::number(&platform, "keyfold_cached_keys")? == 0);
    let agent = platform.agent("library");
    agent.enrol(&enrolment)?;
    agent.set_key(b"a key to be cached")?;
    agent.backup(&["true"])?;
    ensure!(wire::number(&platform, "keyfold_cached_keys")? == 1);
    for path in ["/nowhere/library", "/nowhere/schools"] {
        wire::get(&platform, path)?;
    }
    ensure!(answered("none")? == 2);
    ensure!(wire::number(&platform, r#"keyfold_refusals_total{of="no-such-route"}"#)? == 2);

    let (status, text) = wire::monitoring(&platform, "/metrics")?;
    ensure!(status == 200);
    let strange: Vec<&str> = text.lines().filter(|line| !is_sample(line)).collect();
    ensure!(strange.is_empty(), "{strange:?}");
    ensure!(text.ends_with("# EOF\n"));
    for name in [
        "keyfold_http_request_duration_seconds_bucket{le=\"0.1\",method=\"POST\",route=\"/api/v1/agent/backups\"}",
        "keyfold_connections ",
        "keyfold_database_connections{of=\"idle\"}",
        "keyfold_password_checks{of=\"waiting\"} 0",
        "keyfold_certificate_not_after_timestamp_seconds{of=\"tls\"}",
        "keyfold_certificate_not_after_timestamp_seconds{of=\"capture\"}",
        "keyfold_revocation_list_timestamp_seconds{of=\"next-update\"}",
        "keyfold_evictions_total{of=\"expired\"} 0",
        "keyfold_cache_bytes{of=\"used\"}",
        "keyfold_captured_keys_total{of=\"upload\"} 0",
        "keyfold_captures{of=\"running\"} 0",
    ] {
        ensure!(text.contains(name), "{name} is not in\n{text}");
    }
    let (id, guid) = (account.id.to_string(), group.guid.to_string());
    for name in ["library", "Schools", "ada", id.as_str(), guid.as_str()] {
        ensure!(!text.contains(name), "{name} is in\n{text}");
    }
    Ok(())
}

#[test]
fn a_receiver_of_the_audit_log_that_is_away_shows() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let address = silent.local_addr()?;
    drop(silent);
    let platform = wire::platform(
        directory.path(),
        &format!("audit-syslog = 'tcp://{address}'"),
    )?;
    let shows = |name: &str| {
        let (_, text) = wire::monitoring(&platform, "/metrics")?;
        Ok(text.contains(name))
    };
    wire::eventually("a failure", || {
        shows(r#"keyfold_sending_failures_total{of="syslog"}"#)
    })?;
    let receiver = TcpListener::bind(address)?;
    let _stream = receiver.accept()?;
    wire::eventually("entries", || shows(r#"keyfold_sent{of="syslog"}"#))
}

#[test]
fn not_ready_says_why() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "")?;
    let (head, _) = wire::get(&platform, "/healthz")?;
    ensure!(head.starts_with("http/1.1 200"), "{head}");
    let (status, body) = wire::monitoring(&platform, "/readyz")?;
    ensure!(status == 200, "{body}");
    let ready: serde_json::Value = serde_json::from_str(&body)?;
    ensure!(ready["ready"] == true && ready["checks"].as_array().map(Vec::len) == Some(5));

    let stale = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/vectors/platform/crl-stale.pem"
    );
    fs::copy(stale, platform.data().join("platform/crl.pem"))?;
    let (status, body) = wire::monitoring(&platform, "/readyz")?;
    let ready: serde_json::Value = serde_json::from_str(&body)?;
    ensure!(status == 503 && ready["ready"] == false, "{body}");
    let checks = ready["checks"].as_array().context("no checks")?;
    let failed: Vec<_> = checks.iter().filter(|check| check["ok"] == false).collect();
    ensure!(failed.len() == 1, "{body}");
    ensure!(failed[0]["name"] == "revocation-list" && failed[0]["detail"] == "out of date");
    Ok(())
}

#[test]
fn one_line_a_question_with_its_identifier_and_no_more() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "log = 'trace'")?;
    let mut wire = wire::connect(&platform, b"http/1.1")?;
    let mut ask = |headers: &str| -> anyhow::Result<String> {
        let question = format!(
            "GET /api/v1/accounts/secret-account HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer secret-token\r\nCookie: secret-cookie\r\n{headers}\r\n"
        );
        wire.write_all(question.as_bytes())?;
        let (head, _) = wire::answer(&mut wire)?;
        let id = head
            .lines()
            .find_map(|line| line.strip_prefix("x-request-id: "));
        Ok(id.context("no identifier")?.to_owned())
    };
    ensure!(ask("X-Request-Id: proxy-17\r\n")? == "proxy-17");
    let made = ask("X-Request-Id: not harmless\r\n")?;
    ensure!(made.len() == 16, "{made}");

    let log = wire::log(&platform)?;
    for id in ["proxy-17", &made.to_lowercase()] {
        let lines: Vec<_> = log
            .iter()
            .filter(|line| line["level"] == "INFO")
            .filter(|line| {
                let name = line["span"]["id"].as_str().unwrap_or_default();
                name.to_lowercase() == id
            })
            .collect();
        ensure!(lines.len() == 1, "{id}: {lines:?}");
        let (line, span) = (&lines[0]["fields"], &lines[0]["span"]);
        ensure!(
            line["message"] == "answered" && line["status"] == 401,
            "{line}"
        );
        ensure!(line["milliseconds"].is_u64(), "{line}");
        ensure!(
            span["method"] == "GET" && span["route"] == "/api/v1/accounts/{id}",
            "{span}"
        );
    }
    let text = fs::read_to_string(platform.log())?;
    for secret in ["secret-token", "secret-cookie", "secret-account"] {
        ensure!(!text.contains(secret), "the log has {secret}");
    }
    Ok(())
}
