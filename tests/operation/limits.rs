//! Nobody who only begins keeps others out; what is too much is refused before it is read.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::ensure;
use keyfold_tests::support::platform::Platform;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::wire::{self, PATIENCE, Wire};

const HALF_OPEN: usize = 2000;
const HALF_HEADER: &[u8] = b"GET /api/v1/platform HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

/// Connections that began and go no further: TCP, half a TLS handshake, half a header. Dropped at the end.
#[derive(Default)]
struct HalfOpen {
    raw: Vec<TcpStream>,
    encrypted: Vec<Wire>,
}

impl HalfOpen {
    fn open(platform: &Platform) -> anyhow::Result<Self> {
        let mut hello = Vec::new();
        wire::client(platform, b"http/1.1")?.write_tls(&mut hello)?;
        let mut open = Self::default();
        for number in 0..HALF_OPEN {
            match number % 3 {
                0 => open.raw.push(wire::tcp(platform)?),
                1 => {
                    let mut stream = wire::tcp(platform)?;
                    stream.write_all(&hello[..hello.len() / 2])?;
                    open.raw.push(stream);
                }
                _ => {
                    let mut wire = wire::connect(platform, b"http/1.1")?;
                    wire.write_all(HALF_HEADER)?;
                    open.encrypted.push(wire);
                }
            }
        }
        Ok(open)
    }
}

/// Both sides of every connection are files of this machine.
fn allow_many_files() -> anyhow::Result<()> {
    let present = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: present.maximum,
        maximum: present.maximum,
    };
    Ok(setrlimit(Resource::Nofile, most)?)
}

/// The slowest of some good questions, each on a new connection.
fn slowest_good_question(platform: &Platform) -> anyhow::Result<Duration> {
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let (head, took) = wire::get(platform, "/api/v1/platform")?;
        ensure!(head.starts_with("http/1.1 200"), "{head}");
        slowest = slowest.max(took);
    }
    Ok(slowest)
}

#[test]
fn two_thousand_half_open_connections_keep_nobody_out() -> anyhow::Result<()> {
    allow_many_files()?;
    for (what, settings, held) in [
        (
            "all of them held",
            "max-connections-per-address = 4096",
            2000,
        ),
        (
            "with a tenth of the places",
            "max-connections-per-address = 200",
            200,
        ),
    ] {
        let directory = tempfile::tempdir()?;
        // Here nothing times out: it is the number that counts.
        let patient = "handshake-timeout = '10m'\nheader-timeout = '10m'\n";
        let platform = wire::platform(directory.path(), &format!("{patient}{settings}"))?;
        let quiet = slowest_good_question(&platform)?;
        let start = Instant::now();
        let half_open = HalfOpen::open(&platform)?;
        let opened = start.elapsed();
        let mut connections = 0;
        wire::eventually("as many connections as may be", || {
            connections = wire::number(&platform, "keyfold_connections")?;
            Ok(connections >= held)
        })?;
        let busy = slowest_good_question(&platform)?;
        println!(
            "{what}: {HALF_OPEN} half-open in {opened:?}, {connections} connections; \
             slowest of 20 good questions {quiet:?} before, {busy:?} then"
        );
        ensure!(busy < Duration::from_secs(1), "{busy:?}");
        drop(half_open);
    }
    Ok(())
}

#[test]
fn who_is_slow_is_not_waited_for() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let quick = "handshake-timeout = '1s'\nheader-timeout = '1s'\nidle-timeout = '3s'";
    let platform = wire::platform(directory.path(), quick)?;
    let start = Instant::now();
    let mut silent = wire::tcp(&platform)?;
    let mut half = wire::connect(&platform, b"http/1.1")?;
    half.write_all(HALF_HEADER)?;
    let mut http2 = wire::connect(&platform, b"h2")?;
    let mut idle = wire::connect(&platform, b"http/1.1")?;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    wire::answer(&mut idle)?;

    ensure!(silent.read(&mut [0])? == 0, "no handshake");
    wire::until_closed(&mut half);
    wire::until_closed(&mut http2);
    wire::until_closed(&mut idle);
    println!("all four closed after {:?}", start.elapsed());
    ensure!(start.elapsed() < PATIENCE / 2, "{:?}", start.elapsed());
    wire::eventually("no connection is left", || {
        Ok(wire::number(&platform, "keyfold_connections")? == 0)
    })
}

#[test]
fn too_much_is_refused_before_it_is_read() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "")?;
    let mut wire = wire::connect(&platform, b"http/1.1")?;
    let start = Instant::now();
    wire.write_all(
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
          Content-Length: 10737418240\r\n\r\n",
    )?;
    let (head, body) = wire::answer(&mut wire)?;
    println!("10 GiB refused after {:?}", start.elapsed());
    ensure!(head.starts_with("http/1.1 413"), "{head}");
    ensure!(body.contains("body-too-large"), "{body}");
    ensure!(start.elapsed() < Duration::from_secs(1));

    let many = "X-Header: 1\r\n".repeat(200);
    let large = format!("X-Header: {}\r\n", "x".repeat(64 * 1024));
    for headers in [many, large] {
        let mut wire = wire::connect(&platform, b"http/1.1")?;
        let question = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        // The server may close before it has read everything.
        let _ = wire.write_all(question.as_bytes());
        let answer = wire::until_closed(&mut wire);
        // What it did not read makes the end a reset, which may overtake the answer.
        let is_refused = answer.is_empty() || answer.starts_with("HTTP/1.1 431");
        ensure!(is_refused, "{answer}");
    }
    Ok(())
}

#[test]
fn an_http2_client_has_so_many_streams_and_resets() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let platform = wire::platform(directory.path(), "max-streams = 7")?;
    let mut wire = wire::connect(&platform, b"h2")?;
    wire.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
    wire.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    // GET / of localhost, by HPACK's static table (RFC 7541, appendix A).
    let get = [&[0x82, 0x87, 0x84, 0x01, 9][..], b"localhost"].concat();
    let mut flood = Vec::new();
    for stream in (1..2000).step_by(2) {
        flood.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, &get));
        flood.extend(frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes()));
    }
    // It may be cut off in the middle.
    let _ = wire.write_all(&flood);
    let mut streams = None;
    loop {
        let mut head = [0; 9];
        wire.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        wire.read_exact(&mut payload)?;
        match head[3] {
            SETTINGS => {
                let setting = |it: &&[u8]| it[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes();
                streams = payload.chunks(6).find(setting).map(|it| it[5]).or(streams);
            }
            GOAWAY => {
                println!("1000 streams and resets: GOAWAY {payload:?}, {streams:?} streams");
                ensure!(payload[4..8] == ENHANCE_YOUR_CALM.to_be_bytes());
                break;
            }
            _ => {}
        }
    }
    ensure!(streams == Some(7), "{streams:?}");
    let (head, _) = wire::get(&platform, "/healthz")?;
    ensure!(head.starts_with("http/1.1 200"), "{head}");
    Ok(())
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
const MAX_CONCURRENT_STREAMS: u16 = 3;

/// A frame of HTTP/2 (RFC 9113, section 4.1), shorter than 256 bytes.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short frame");
    let mut frame = vec![0, 0, length, kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}
