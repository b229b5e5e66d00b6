//! `--state` from outside: a forecast that starts from a saved account.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

const USAGE: &str = r#"{"five_hour": {"utilization": 37.0, "resets_at": "2026-11-20T14:09:59.6Z"},
  "seven_day": {"utilization": 61.0, "resets_at": "2026-11-24T06:59:59.6Z"},
  "extra_usage": {"is_enabled": true, "monthly_limit": 5000, "used_credits": 1234}}"#;
const CREDITS: &str = r#"{"amount": 810, "currency": "USD", "auto_reload_settings": null}"#;

fn burncast(home: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("burncast").unwrap();
    command.current_dir(home).env("NO_COLOR", "1");
    command.args(args).assert()
}

/// A folder with a scenario in UTC and two saved answers of 20 November 2026, 13:05.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let out = burncast(home.path(), &["init"]).success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let zone = text.lines().find(|l| l.starts_with("timezone")).unwrap();
    let text = text.replace(zone, "timezone = \"UTC\"");
    fs::write(home.path().join("mine.toml"), text).unwrap();
    let read = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_179_900);
    for (name, text) in [("usage.json", USAGE), ("credits.json", CREDITS)] {
        fs::write(home.path().join(name), text).unwrap();
        let file = File::options().append(true).open(home.path().join(name));
        file.unwrap().set_modified(read).unwrap();
    }
    home
}

#[test]
fn a_run_starts_from_the_saved_state_and_says_so() {
    let home = home();
    let args = ["run", "mine.toml", "--trials", "32", "--no-charts"];
    let state = ["--state", "usage.json", "--state", "credits.json"];
    let said = "20 Nov 2026 13:05 (time of the file)";
    burncast(home.path(), &[&args[..], &state].concat())
        .success()
        .stdout(
            contains(said)
                .and(contains("session 37 %"))
                .and(contains("$12.34 of $50.00")),
        );
    let run = fs::read_to_string(home.path().join("output/mine/run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    let scenario = &run["scenario"];
    assert!(
        scenario["begins"]
            .as_str()
            .unwrap()
            .contains("balance $8.10")
    );
    assert_eq!(scenario["start"], "2026-11-20T13:05:00+00:00");
    // The hash is that of all that is in effect: another state is another scenario.
    let hash = scenario["hash"].clone();
    burncast(home.path(), &args).success();
    let run = fs::read_to_string(home.path().join("output/mine/run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    assert_eq!(run["scenario"]["begins"], serde_json::Value::Null);
    assert_ne!(run["scenario"]["hash"], hash);
}

#[test]
fn check_shows_the_state_as_it_was_understood() {
    let home = home();
    let state = ["check", "mine.toml", "--state", "usage.json"];
    burncast(home.path(), &state).success().stdout(
        contains("37 % used, open until 20 Nov 14:10")
            .and(contains("61 % used, resets 24 Nov 07:00"))
            .and(contains("The state does not tell the balance")),
    );
    let later = [&state[..], &["--start", "2026-11-21T09:00"]].concat();
    burncast(home.path(), &later)
        .success()
        .stdout(contains("from 21 Nov 2026 09:00 on: session full"));
    burncast(
        home.path(),
        &["check", "mine.toml", "--start", "2026-11-21"],
    )
    .code(2)
    .stderr(contains("--state"));
}

#[test]
fn a_replay_starts_from_it_too() {
    let home = home();
    let args = [
        "replay",
        "mine.toml",
        "--state",
        "usage.json",
        "--only",
        "window",
    ];
    burncast(home.path(), &args)
        .success()
        .stdout(contains("Tue 24 Nov 07:00:00"));
}

#[test]
fn standard_input_is_read_now() {
    let home = home();
    let mut command = Command::cargo_bin("burncast").unwrap();
    command.current_dir(home.path());
    command.args(["check", "mine.toml", "--state", "-"]);
    let text = "Current session\n37% used\nResets in 2h\nCurrent week (all models)\n61% used\n";
    command
        .write_stdin(text)
        .assert()
        .success()
        .stdout(contains("(now): session 37 %, week 61 %"));
}

#[test]
fn wrong_states_are_wrong_input() {
    let home = home();
    fs::write(
        home.path().join("bad.json"),
        r#"{"five_hour": {"utilization": 137}, "seven_day": {"utilization": "many"}}"#,
    )
    .unwrap();
    fs::create_dir(home.path().join("folder")).unwrap();
    fs::write(home.path().join("binary"), [0xff, 0xfe, 0x00]).unwrap();
    for (file, words) in [
        ("bad.json", "error: 2 problems in bad.json"),
        ("gone.json", "there is no such file"),
        ("folder", "this is a folder"),
        ("binary", "the file is not text"),
    ] {
        burncast(home.path(), &["check", "mine.toml", "--state", file])
            .code(2)
            .stdout("")
            .stderr(contains(words));
    }
    // What a person typed is counted as typed, what the state brought is not.
    let args = [
        "check",
        "mine.toml",
        "--state",
        "usage.json",
        "--set",
        "wallet.balance=much",
    ];
    burncast(home.path(), &args)
        .code(2)
        .stderr(contains("--set 1"));
}
