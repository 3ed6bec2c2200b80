//! Nothing of a cluster stays behind, however its test binary ends.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use keyfold_postgres::Cluster;

/// Set for the process that is to be killed.
const VICTIM: &str = "KEYFOLD_POSTGRES_VICTIM";

#[test]
fn a_dropped_cluster_is_gone() {
    let cluster = Cluster::start(&["fsync=off"]).unwrap();
    let said = cluster
        .client("psql")
        .args(["-At", "-c", "SHOW fsync", "postgres"])
        .output();
    assert_eq!(String::from_utf8(said.unwrap().stdout).unwrap(), "off\n");
    assert_ne!(cluster.database().unwrap(), cluster.database().unwrap());
    let directory = cluster.directory().to_owned();
    assert!(directory.join("data").exists());
    drop(cluster);
    assert!(!directory.exists());
}

#[test]
fn a_killed_test_leaves_no_cluster() {
    if env::var_os(VICTIM).is_some() {
        println!(
            "directory {}",
            Cluster::shared().unwrap().directory().display()
        );
        loop {
            sleep(Duration::from_secs(1));
        }
    }
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_killed_test_leaves_no_cluster", "--nocapture"])
        .env(VICTIM, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let directory = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("directory ")?.1.to_owned()))
        .unwrap();
    assert!(Path::new(&directory).join("data").exists());
    victim.kill().unwrap();
    victim.wait().unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    while Path::new(&directory).exists() {
        assert!(Instant::now() < end, "{directory} is still there");
        sleep(Duration::from_millis(20));
    }
}
