//! `cargo xtask bench server`: what the AccountServer must be able to do, each measured beside its yardstick.
//!
//! A room measures one thing and runs in a process of its own, so that none finds the caches or the memory of another.
//! A new measurement is a room and a line in `ROOMS`.

mod agents;
mod capture;
mod house;
mod large;
mod memory;
mod pages;
mod platform;
mod program;
mod startup;
mod table;

use std::env;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};
use clap::Parser;

use table::Row;

/// One thing to measure.
struct Room {
    /// What `--only` calls it.
    letter: char,
    /// What it measures.
    about: &'static str,
    /// Measures; answers rows of the table.
    measure: fn(&Extent) -> anyhow::Result<Vec<Row>>,
}

const ROOMS: &[Room] = &[
    Room {
        letter: 'a',
        about: "capture of what is in memory on upload",
        measure: capture::measure,
    },
    Room {
        letter: 'b',
        about: "Agents that present their keys over TLS",
        measure: agents::measure,
    },
    Room {
        letter: 'c',
        about: "memory per cached key",
        measure: memory::measure,
    },
    Room {
        letter: 'd',
        about: "pages of a large tree",
        measure: pages::measure,
    },
    Room {
        letter: 'e',
        about: "start-up with a large tree",
        measure: startup::measure,
    },
];

/// How much is measured: everything, or a part for a quick look.
pub(crate) struct Extent {
    scale: f64,
}

impl Extent {
    /// So much of a full number; at least one.
    pub(crate) fn of(&self, full: usize) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "numbers of millions, and clap keeps the scale between 0 and 1"
        )]
        let part = (full as f64 * self.scale).round() as usize;
        part.max(1)
    }
}

#[derive(Parser)]
#[command(about = "Measures the AccountServer")]
struct Arguments {
    /// Only these rooms
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    only: Vec<char>,
    /// A part of the full extent, for a quick look: 0.01 is a hundredth
    #[arg(long, value_name = "PART", default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// Measure this room here, and print its rows as JSON lines
    #[arg(long, hide = true)]
    room: Option<char>,
    /// What `cargo bench` says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(scale) if scale > 0.0 && scale <= 1.0 => Ok(scale),
        _ => Err("a number above 0 and at most 1".to_owned()),
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(letter) = arguments.room {
        let extent = Extent {
            scale: arguments.scale,
        };
        for row in (room(letter)?.measure)(&extent)? {
            println!("{}", serde_json::to_string(&row)?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    for letter in &arguments.only {
        room(*letter)?;
    }
    let mut rows = Vec::new();
    let mut failed = false;
    for room in ROOMS {
        if !arguments.only.is_empty() && !arguments.only.contains(&room.letter) {
            continue;
        }
        eprintln!("({}) {} …", room.letter, room.about);
        match in_a_process(room.letter, arguments.scale) {
            Ok(found) => rows.extend(found),
            Err(error) => {
                eprintln!("({}) {error:#}", room.letter);
                failed = true;
            }
        }
    }
    print!("{}", table::lines(&rows));
    failed |= rows.iter().any(|row| !row.holds());
    Ok(ExitCode::from(u8::from(failed)))
}

fn room(letter: char) -> anyhow::Result<&'static Room> {
    let found = ROOMS.iter().find(|room| room.letter == letter);
    found.with_context(|| {
        let letters: Vec<_> = ROOMS.iter().map(|room| room.letter.to_string()).collect();
        format!(
            "there is no room {letter}; there are {}",
            letters.join(", ")
        )
    })
}

fn in_a_process(letter: char, scale: f64) -> anyhow::Result<Vec<Row>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--room", &letter.to_string(), "--scale", &scale.to_string()]);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("not measured ({})", output.status);
    }
    let said = String::from_utf8(output.stdout)?;
    let rows = said.lines().map(serde_json::from_str);
    Ok(rows.collect::<Result<_, _>>()?)
}
