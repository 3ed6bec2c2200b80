//! `kill -9` of a process that writes a certificate folder: the old state is left or the new, and the key opens.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keyfold_core::passphrase::Passphrase;
use keyfold_keystore::{CertificatesDirectory, Verdict};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::common::{PARAMS, certificate, passphrase, private_key, record, rng, save, scope};

const KILLS: usize = 200;
const DIRECTORY: &str = "KEYFOLD_TEST_DIRECTORY";
const FIRST_STEP: &str = "KEYFOLD_TEST_FIRST_STEP";

/// What it is called and what it does.
type Step = (&'static str, fn(&CertificatesDirectory));

/// What the writer does, again and again; step N takes the folder from state N to state N + 1, modulo their number.
const STEPS: [Step; 6] = [
    ("new key pair", |directory| {
        save(directory, &record(), "group-key.pem", "first").unwrap();
    }),
    ("add slot", |directory| {
        directory
            .add_slot(
                scope(),
                spki(),
                &first(),
                "colleague",
                &third(),
                PARAMS,
                &mut rng(),
            )
            .unwrap();
    }),
    ("certificate", |directory| {
        directory
            .save_certificate(scope(), spki(), &certificate("group.pem"))
            .unwrap();
    }),
    ("change passphrase", |directory| {
        directory
            .change_passphrase(scope(), spki(), &first(), &second(), PARAMS, &mut rng())
            .unwrap();
    }),
    ("remove slot", |directory| {
        directory
            .remove_slot(scope(), spki(), "colleague", &second())
            .unwrap();
    }),
    ("delete key pair", |directory| {
        directory
            .delete_key_pair(scope(), spki(), &record().name)
            .unwrap();
    }),
];

#[test]
fn a_killed_writer_leaves_the_old_state_or_the_new() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("Certificates");
    let directory = CertificatesDirectory::at(&path).unwrap();
    let states: Vec<Files> = STEPS
        .iter()
        .map(|(_, step)| {
            let state = files_in(&directory.folder_path(scope()));
            step(&directory);
            state
        })
        .collect();

    let mut moments = StdRng::seed_from_u64(9);
    let (mut old, mut new, mut between, mut residues) = (0, 0, 0, 0);
    let mut killed_in = [0; STEPS.len()];
    for kill in 0..KILLS {
        let first = kill % STEPS.len();
        put_files(&directory.folder_path(scope()), &states[first]);
        let (begun, done) = run_and_kill(&path, first, kill % 2 == 0, &mut moments);
        residues += usize::from(has_residue(&path));
        let found = state_of(&directory);
        let (before, after) = (done % STEPS.len(), begun % STEPS.len());
        assert!(
            found == before || found == after,
            "kill {kill}: {found}, not {before} or {after}"
        );
        if begun > done {
            killed_in[before] += 1;
            *(if found == before { &mut old } else { &mut new }) += 1;
        } else {
            between += 1;
        }
    }

    println!(
        "{KILLS} kills: {old} left the old state, {new} the new, {between} came between two steps"
    );
    println!("{residues} left something in the staging area, which the next writer clears away");
    for ((step, _), kills) in STEPS.iter().zip(killed_in) {
        println!("{kills:4} during: {step}");
    }
    assert!(residues > 0, "no kill came while something was written");
    assert!(
        killed_in.iter().all(|kills| *kills > 0),
        "a step was never killed"
    );
}

/// Not a test: what the test above runs in a process of its own, until it is killed.
#[test]
#[ignore = "run by a_killed_writer_leaves_the_old_state_or_the_new"]
fn writer() {
    let Ok(path) = std::env::var(DIRECTORY) else {
        return;
    };
    let first: usize = std::env::var(FIRST_STEP).unwrap().parse().unwrap();
    let directory = CertificatesDirectory::at(path).unwrap();
    let mut out = std::io::stdout();
    for step in first.. {
        writeln!(out, "\nbegun {step}")
            .and_then(|()| out.flush())
            .unwrap();
        STEPS[step % STEPS.len()].1(&directory);
        writeln!(out, "\ndone {step}")
            .and_then(|()| out.flush())
            .unwrap();
    }
}

/// How many steps the writer had begun and done when it was killed, counted on from `first`.
fn run_and_kill(
    path: &Path,
    first: usize,
    while_writing: bool,
    moments: &mut StdRng,
) -> (usize, usize) {
    if while_writing && path.join(".staging").exists() {
        fs::remove_dir_all(path.join(".staging")).unwrap();
    }
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::writer", "--ignored", "--nocapture"])
        .env(DIRECTORY, path)
        .env(FIRST_STEP, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(writer.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("begun") && output.read_line(&mut said).unwrap() > 0 {}
    let deadline = Instant::now() + Duration::from_mins(1);
    while while_writing && !has_residue(path) && Instant::now() < deadline {
        std::thread::yield_now();
    }
    // From 30 microseconds to half a second, each power of ten as likely: steps are as different.
    let moment = 10_f64.powf(moments.random_range(-4.5..-0.3));
    std::thread::sleep(Duration::from_secs_f64(moment));
    writer.kill().unwrap();
    output.read_to_string(&mut said).unwrap();
    writer.wait().unwrap();
    let last = |word: &str| {
        let mut latest_first = said.lines().rev();
        let step = latest_first.find_map(|line| line.strip_prefix(word)?.parse::<usize>().ok());
        step.map_or(first, |step| step + 1)
    };
    (last("begun "), last("done "))
}

/// The files below a folder, by their path in it.
type Files = Vec<(PathBuf, Vec<u8>)>;

fn files_in(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop().filter(|next| next.exists()) {
        for path in fs::read_dir(next)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = fs::read(&path).unwrap();
                files.push((path.strip_prefix(folder).unwrap().to_owned(), content));
            }
        }
    }
    files
}

fn put_files(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (path, content) in files {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), content).unwrap();
    }
}

fn has_residue(path: &Path) -> bool {
    fs::read_dir(path.join(".staging")).is_ok_and(|mut entries| entries.next().is_some())
}

/// Which of the states between the steps this is; the key opens in all that have one.
fn state_of(directory: &CertificatesDirectory) -> usize {
    let reports = directory.list().unwrap();
    let Some(report) = reports.first() else {
        return 0;
    };
    assert_eq!(
        (reports.len(), report.record.as_ref()),
        (1, Some(&record()))
    );
    let Some(pair) = report.key_pairs.first() else {
        assert_eq!(report.verdict, Verdict::Empty);
        return 0;
    };
    assert_eq!(report.key_pairs.len(), 1);
    let opens = |text: &Passphrase| match directory.unseal(scope(), spki(), text) {
        Ok(key) => {
            assert_eq!(key.pkcs8_der(), private_key("group-key.pem").pkcs8_der());
            true
        }
        Err(_) => false,
    };
    let colleague = pair.slots.len() == 2;
    match (&pair.verdict, colleague, opens(&first())) {
        (Verdict::NotSignedYet, false, true) => 1,
        (Verdict::NotSignedYet, true, true) => 2,
        (Verdict::Complete, true, true) => 3,
        (Verdict::Complete, true, false) if opens(&second()) => 4,
        (Verdict::Complete, false, false) if opens(&second()) => 5,
        state => panic!("no state of ours: {state:?}"),
    }
}

fn spki() -> keyfold_core::fingerprint::Fingerprint {
    certificate("group.pem").spki_fingerprint()
}

fn first() -> Passphrase {
    passphrase("first")
}

fn second() -> Passphrase {
    passphrase("second")
}

fn third() -> Passphrase {
    passphrase("third")
}
