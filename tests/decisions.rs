//! `tune`, `compare`, `windows` and `sensitivity` from outside: answers, files, exit codes, and one
//! clear error for whatever is wrong.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

/// An API key of a few requests a day: small enough for tests.
const SMALL: &str = r#"# My key.
title = "An API key"
start = 2026-12-01
horizon = "1 week"
[run]
trials = 300
[plan]
name = "api"
[wallet]
balance = 5 # what is left
[wallet.auto_reload]
threshold = 2 # too low?
reload_to = 10
delay = "10m"
retry = "6h"
[[actor]]
name = "me"
client = "api"
hours = "mon-fri 09:00-17:00"
models = "opus-5.5"
sessions_per_day = { median = 3, p90 = 6 }
prompts = { median = 4, p90 = 9, max = 20 }
requests_per_prompt = { median = 3, p90 = 6, max = 12 }
gap = { median = 10, p90 = 40, max = 300 }
prompt_gap = { median = 60, p90 = 900, max = 7_200 }
first_context = 20_000
growth = { median = 1_000, p90 = 4_000, max = 20_000 }
output = { median = 300, p90 = 1_500, max = 8_000 }
when_blocked = ["wait 1h", "drop"]
"#;

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("mine.toml"), SMALL).unwrap();
    home
}

fn burncast(home: &Path, args: &[&str]) -> Assert {
    let mut command = Command::cargo_bin("burncast").unwrap();
    command.current_dir(home).env("NO_COLOR", "1").args(args);
    command.assert()
}

const GRID: [&str; 6] = [
    "--threshold",
    "1,3",
    "--reload-to",
    "10,20",
    "--accept",
    "p_blocked_by_wallet <= 50 %",
];

fn tune(home: &Path, more: &[&str]) -> Assert {
    let args: Vec<&str> = ["tune", "mine.toml"]
        .into_iter()
        .chain(GRID)
        .chain(more.iter().copied())
        .collect();
    burncast(home, &args)
}

#[test]
fn tune_says_what_to_set_and_writes_a_folder() {
    let home = home();
    tune(home.path(), &[])
        .success()
        .stderr("")
        .stdout(contains("4 settings searched on seed 42").and(contains("recommended")));
    for file in [
        "settings.csv",
        "run.json",
        "charts/map.svg",
        "charts/front.png",
    ] {
        let path = home.path().join("output/mine-tune").join(file);
        assert!(path.is_file(), "{file}");
    }
}

#[test]
fn tune_as_a_document_and_in_silence() {
    let home = home();
    let out = tune(home.path(), &["--json", "--no-charts"]).success();
    let stdout = &out.get_output().stdout;
    let found: Value = serde_json::from_slice(stdout).unwrap();
    assert_eq!(found["trials"], 300);
    let listed = found["settings"].as_array().unwrap().iter();
    assert_eq!(listed.filter(|s| s["listed"] == true).count(), 4);
    let file = fs::read(home.path().join("output/mine-tune/run.json")).unwrap();
    assert_eq!(&file, stdout);
    tune(home.path(), &["-q"]).success().stdout("").stderr("");
}

#[test]
fn tune_writes_the_setting_and_leaves_the_rest() {
    let home = home();
    let out = tune(home.path(), &["--json", "--write"]).success();
    let found: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let best = &found["recommended"];
    let text = fs::read_to_string(home.path().join("mine.toml")).unwrap();
    for (key, value) in [
        ("threshold", "threshold_usd"),
        ("reload_to", "reload_to_usd"),
    ] {
        let line = format!("{key} = {}", best[value].as_str().unwrap());
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    for comment in ["# My key.", "# what is left", "# too low?"] {
        assert!(text.contains(comment), "{comment}");
    }
    burncast(home.path(), &["check", "mine.toml"]).success();
}

#[test]
fn tune_without_an_answer_is_1_and_writes_nothing() {
    let home = home();
    burncast(
        home.path(),
        &[
            "tune",
            "mine.toml",
            "--threshold",
            "1",
            "--reload-to",
            "3",
            "--cap",
            "3",
            "--accept",
            "p_blocked_by_wallet <= 0.1 %",
            "--write",
        ],
    )
    .code(1)
    .stdout(
        contains("No setting that was tried keeps stops by the wallet to 0.10 % of runs").or(
            contains("No setting that was tried keeps stops by the wallet"),
        ),
    )
    .stderr(contains("no setting will do, so nothing was written"));
    assert_eq!(
        fs::read_to_string(home.path().join("mine.toml")).unwrap(),
        SMALL
    );
}

#[test]
fn wrong_questions_are_told_and_are_2() {
    let home = home();
    let wrong: [(&[&str], &str); 14] = [
        (
            &["tune", "--accept", "p_bloked <= 1%"],
            "did you mean \"p_blocked\"?",
        ),
        (&["tune", "--accept", "p_blocked 1%"], "has no comparison"),
        (
            &["tune", "--accept", "p_drains.weak <= 1%"],
            "unknown pool \"weak\"",
        ),
        (&["tune", "--minimise", "costs"], "unknown metric \"costs\""),
        (&["tune", "--threshold", ""], "tune.threshold=[\"\"]"),
        (&["tune", "--threshold", "5,abc"], "threshold is [5, abc]"),
        (
            &["tune", "--threshold", "50", "--reload-to", "20"],
            "no threshold is below a reload_to",
        ),
        (&["tune", "--delta", "-3"], "delta is -3"),
        (&["tune", "--idle-rate", "200"], "idle_rate is 200"),
        (
            &["tune", "--set", "wallet.enabled=false"],
            "the wallet is switched off",
        ),
        (&["compare"], "it has no [[variant]]"),
        (
            &["compare", "--variant", "x"],
            "no variant is called \"x\"; it has no [[variant]]",
        ),
        (
            &["compare", "--models", "opus-99"],
            "unknown model \"opus-99\"",
        ),
        (
            &["sensitivity", "--metric", "foo"],
            "unknown metric \"foo\"",
        ),
    ];
    for (args, said) in wrong {
        let mut all = vec![args[0], "mine.toml"];
        all.extend(&args[1..]);
        burncast(home.path(), &all)
            .code(2)
            .stdout("")
            .stderr(contains(said));
    }
    let left = home.path().join("output");
    assert!(
        !left.exists() || fs::read_dir(left).unwrap().count() == 0,
        "nothing is written"
    );
}

#[test]
fn the_other_decisions_answer() {
    let home = home();
    burncast(
        home.path(),
        &[
            "compare",
            "mine.toml",
            "--models",
            "opus-5.5,sonnet-5.5",
            "--no-charts",
        ],
    )
    .success()
    .stdout(contains("Sonnet 5.5 instead of Opus 5.5 saves"));
    let json = |args: &[&str]| -> Value {
        let out = burncast(home.path(), args).success();
        serde_json::from_slice(&out.get_output().stdout).unwrap()
    };
    let found = json(&["sensitivity", "mine.toml", "--trials", "64", "--json"]);
    assert_eq!(found["metric"], "cost_mean");
    assert!(found["inputs"].as_array().unwrap().len() > 5);
    let still = burncast(
        home.path(),
        &[
            "sensitivity",
            "mine.toml",
            "--trials",
            "64",
            "--metric",
            "expired_mean",
        ],
    );
    still.success().stdout(contains(
        "in all 64 trials, whichever input is moved by itself",
    ));
}
