//! Questions whose bounds two readers could see differently: over a plain connection, byte by byte.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::House;

/// What would be answered 200 if it were taken for a question of its own.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: hidden\r\nConnection: close\r\n\r\n";

fn serve(house: &House) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let server = axum::serve(listener, house.router());
    tokio::spawn(server.into_future());
    address
}

/// Sends it, and reads until the server ends the connection.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    // The server may have hung up before everything was sent.
    let _ = connection.write_all(bytes).await;
    let mut answer = Vec::new();
    let end = timeout(Duration::from_mins(1), connection.read_to_end(&mut answer)).await;
    let shown: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
    // A reset is an end too.
    let _ = end.unwrap_or_else(|_| panic!("the connection goes on after {shown:?}"));
    String::from_utf8_lossy(&answer).into_owned()
}

fn statuses(answer: &str) -> Vec<&str> {
    let lines = answer.split("HTTP/1.1 ").skip(1);
    lines.map(|line| &line[..3]).collect()
}

#[tokio::test]
async fn a_question_inside_another_one_is_not_answered() {
    let house = House::new().await;
    let address = serve(&house);
    assert_eq!(
        statuses(&exchange(address, HIDDEN.as_bytes()).await),
        ["200"]
    );
    let chunked = format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len());
    let length = HIDDEN.len();
    for headers in [
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
        format!("Content-Length: +{length}\r\n"),
        format!("Content-Length: {length}, 0\r\n"),
        "Content-Length: 0x10\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding: identity\r\n".to_owned(),
        "Transfer-Encoding: x\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "Transfer-Encoding:\x0bchunked\r\n".to_owned(),
        "X: y\r\n Transfer-Encoding: chunked\r\n".to_owned(),
        "X: y\0\r\n".to_owned(),
        "X\u{e9}: y\r\n".to_owned(),
        ": y\r\n".to_owned(),
    ] {
        let question = format!(
            "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Type: application/json\r\n\r\n{HIDDEN}"
        );
        let answer = exchange(address, question.as_bytes()).await;
        let statuses = statuses(&answer);
        assert!(!statuses.contains(&"200"), "{headers:?}: {answer}");
        assert!(
            statuses.iter().all(|status| status.starts_with('4')),
            "{headers:?}: {answer}"
        );
    }
    // RFC 9112 §6.3: with both, the chunks count, and the connection ends.
    let both = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"
    );
    let answer = exchange(address, both.as_bytes()).await;
    assert!(!statuses(&answer).contains(&"200"), "{answer}");
}

#[tokio::test]
async fn broken_chunks_and_endless_headers_end_the_connection() {
    let house = House::new().await;
    let address = serve(&house);
    let head = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n".to_owned(),
        "ffffffffffffffffff\r\n{}".to_owned(),
        "-1\r\n{}\r\n0\r\n\r\n".to_owned(),
        format!("2\r\n{{}}XX0\r\n\r\n{HIDDEN}"),
        format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(100_000)),
    ] {
        let answer = exchange(address, format!("{head}{chunks}").as_bytes()).await;
        let found = statuses(&answer);
        assert!(
            found.iter().all(|status| status.starts_with('4')),
            "{chunks:.40}: {answer}"
        );
    }
    let many = "X: y\r\n".repeat(2_000);
    let long = format!("X: {}\r\n", "y".repeat(2_000_000));
    let address_line = "a".repeat(100_000);
    for question in [
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{many}\r\n"),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{long}\r\n"),
        format!("GET /{address_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("GET /healthz?{address_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        "GET  /healthz  HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /healthz HTTP/1.1\nHost: x\0\n\n".to_owned(),
        "GET /healthz\r\n\r\n".to_owned(),
        "GET /healthz HTTP/9.9\r\n\r\n".to_owned(),
    ] {
        let answer = exchange(address, question.as_bytes()).await;
        let found = statuses(&answer);
        assert!(
            found.iter().all(|status| status.starts_with('4')),
            "{question:.40}: {answer:.200}"
        );
    }
    assert_eq!(
        statuses(&exchange(address, HIDDEN.as_bytes()).await),
        ["200"],
        "still there"
    );
}
