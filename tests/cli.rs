//! Every command from outside: output, files, exit codes.

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

fn burncast(home: &Path) -> Command {
    let mut command = Command::cargo_bin("burncast").unwrap();
    command.current_dir(home).env("NO_COLOR", "1");
    command
}

/// A folder with a scenario of every kind of pool, small enough for tests.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let out = burncast(home.path()).arg("init").output().unwrap();
    std::fs::write(home.path().join("mine.toml"), out.stdout).unwrap();
    home
}

fn run(home: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
    burncast(home)
        .args(["run", "mine.toml", "--trials", "64"])
        .args(more)
        .assert()
}

#[test]
fn run_prints_a_screen_and_writes_a_folder() {
    let home = home();
    run(home.path(), &[])
        .success()
        .stdout(contains("64 trials, seed 42").and(contains("output/mine/")))
        .stderr("");
    for file in ["drains.csv", "trials.csv", "run.json", "charts/cost.svg"] {
        assert!(
            home.path().join("output/mine").join(file).is_file(),
            "{file}"
        );
    }
    let hidden = std::fs::read_dir(home.path().join("output"))
        .unwrap()
        .count();
    assert_eq!(hidden, 1, "nothing is left beside the run");
}

/// The same scenario and seed give the same bytes, whatever the number of threads.
#[test]
fn runs_repeat_to_the_byte() {
    let home = home();
    run(home.path(), &["-o", "a", "--threads", "1", "--quiet"])
        .success()
        .stdout("");
    run(home.path(), &["-o", "b", "--threads", "2", "--quiet"]).success();
    let mut compared = 0;
    for entry in std::fs::read_dir(home.path().join("a/mine")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let twin = home.path().join("b/mine").join(entry.file_name());
            let same = std::fs::read(entry.path()).unwrap() == std::fs::read(twin).unwrap();
            assert!(same, "{:?} differs", entry.file_name());
            compared += 1;
        }
    }
    assert!(compared > 8);
}

#[test]
fn json_is_the_document_of_the_folder() {
    let home = home();
    let out = run(home.path(), &["--json", "--no-charts"]).success();
    let stdout = &out.get_output().stdout;
    let value: serde_json::Value = serde_json::from_slice(stdout).unwrap();
    assert_eq!(value["format"], 1);
    assert_eq!(value["run"]["trials"], 64);
    let file = std::fs::read(home.path().join("output/mine/run.json")).unwrap();
    assert_eq!(&file, stdout);
}

#[test]
fn requirements_decide_the_exit_code() {
    let home = home();
    run(
        home.path(),
        &["-q", "--no-charts", "--require", "cost_p50 < 1000"],
    )
    .success()
    .stderr("");
    run(home.path(), &["--no-charts", "--require", "cost_p50 < 1"])
        .code(1)
        .stderr(contains("cost_p50 < 1 does not hold: found $"));
    run(home.path(), &["--require", "p_drains.nothing < 0.1"])
        .code(2)
        .stderr(contains("known: session"));
    run(home.path(), &["--require", "p_bloked < 0.1"])
        .code(2)
        .stderr(contains("did you mean"));
}

#[test]
fn wrong_input_is_2() {
    let home = home();
    burncast(home.path()).arg("fly").assert().code(2);
    burncast(home.path())
        .args(["run", "none.toml"])
        .assert()
        .code(2)
        .stderr(contains("none.toml"));
    run(home.path(), &["--set", "wallet.balanse=3"])
        .code(2)
        .stderr(contains("balanse"));
    run(home.path(), &["--trials", "0"]).code(2);
    std::fs::create_dir_all(home.path().join("photos/mine")).unwrap();
    std::fs::write(home.path().join("photos/mine/a.jpg"), "x").unwrap();
    run(home.path(), &["-o", "photos"])
        .code(2)
        .stderr(contains("not replaced"));
    assert!(home.path().join("photos/mine/a.jpg").is_file());
}

#[cfg(unix)]
#[test]
fn a_failing_machine_is_3_and_keeps_the_old_run() {
    let home = home();
    run(home.path(), &["-q", "--no-charts"]).success();
    let before = std::fs::read(home.path().join("output/mine/run.json")).unwrap();
    // A file where the folder's parent should be fails for the superuser too.
    std::fs::write(home.path().join("blocked"), "x").unwrap();
    run(home.path(), &["-o", "blocked/deep"])
        .code(3)
        .stderr(contains("cannot write"));
    let after = std::fs::read(home.path().join("output/mine/run.json")).unwrap();
    assert_eq!(before, after);
}

#[test]
fn check_says_what_a_scenario_means() {
    let home = home();
    burncast(home.path())
        .args(["check", "mine.toml"])
        .assert()
        .success()
        .stdout(contains("horizon").and(contains("wallet")));
    std::fs::write(home.path().join("bad.toml"), "titel = 3\n").unwrap();
    burncast(home.path())
        .args(["check", "bad.toml"])
        .assert()
        .code(2)
        .stderr(contains("titel"));
}

#[test]
fn replay_in_three_forms() {
    let home = home();
    let replay = |more: &[&str]| {
        let out = burncast(home.path())
            .args([
                "replay",
                "mine.toml",
                "--trial",
                "3",
                "--only",
                "session-start",
            ])
            .args(more)
            .assert()
            .success();
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    assert!(replay(&[]).contains("session 1 starts"));
    let csv = replay(&["--csv"]);
    assert!(csv.starts_with("at,since_start_h,event,actor"));
    let json = replay(&["--json"]);
    assert_eq!(json.lines().count() + 1, csv.lines().count());
    for line in json.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["event"], "session-start");
    }
    let late = replay(&["--csv", "--from", "2027-12-31"]);
    assert_eq!(late.lines().count(), 1);
    burncast(home.path())
        .args(["replay", "mine.toml", "--only", "nonsense"])
        .assert()
        .code(2)
        .stderr(contains("known: session-start"));
    burncast(home.path())
        .args(["replay", "mine.toml", "--from", "tomorrow"])
        .assert()
        .code(2);
    burncast(home.path())
        .args([
            "replay",
            "mine.toml",
            "--typical",
            "--trials",
            "64",
            "--only",
            "refused",
        ])
        .assert()
        .success();
}

#[test]
fn small_commands_answer() {
    let home = home();
    let ok = |args: &[&str], says: &str| {
        burncast(home.path())
            .args(args)
            .assert()
            .success()
            .stdout(contains(says));
    };
    ok(&["presets"], "claude-code-heavy");
    ok(&["presets", "casual-chat"], "[actor]");
    ok(&["prices"], "opus-5.5");
    ok(&["prices", "opus-5.5", "--date", "2026-12-01"], "source: ");
    ok(&["schema"], "$schema");
    ok(&["completions", "bash"], "_burncast");
    ok(&["--help"], "Exit codes");
    ok(
        &["init", "--preset", "casual-chat", "--plan", "pro"],
        "casual-chat",
    );
    for wrong in [
        vec!["presets", "x"],
        vec!["prices", "opus-5,5"],
        vec!["init", "--plan", "max"],
    ] {
        burncast(home.path())
            .args(wrong)
            .assert()
            .code(2)
            .stderr(contains("error: "));
    }
}

/// `burncast schema | head -1`: the reader goes away, and that is all right.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::{Command, Stdio};
    let home = home();
    let replay = ["replay", "mine.toml"];
    for args in [
        &["schema"][..],
        &replay,
        &[&replay[..], &["--csv"]].concat(),
    ] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("burncast"))
            .current_dir(home.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{args:?}");
        assert_eq!(out.status.code(), Some(0), "{args:?}");
    }
}

/// Ctrl-C: what is finished is written and marked, exit code 130.
#[cfg(unix)]
#[test]
fn an_interrupted_run_is_partial() {
    use std::process::{Command, Stdio};
    let home = home();
    let child = Command::new(assert_cmd::cargo::cargo_bin("burncast"))
        .current_dir(home.path())
        .args(["run", "mine.toml", "--trials", "1000000", "--no-charts"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&out.stdout).contains("stopped early"));
    let text = std::fs::read_to_string(home.path().join("output/mine/run.json")).unwrap();
    assert!(text.contains("\"partial\": true"));
}

/// Plans on one screen and in a folder; what cannot be compared is told.
#[test]
fn plans_answers_and_refuses() {
    let home = home();
    let plans = |more: &[&str]| {
        let mut command = burncast(home.path());
        command
            .args(["plans", "mine.toml", "--trials", "32"])
            .args(more);
        command.assert()
    };
    plans(&["--no-charts"])
        .success()
        .stdout(contains("cheapest for this work").and(contains("output/mine-plans/")))
        .stderr("");
    for file in [
        "plans.csv",
        "hours.csv",
        "use.csv",
        "switches.csv",
        "run.json",
    ] {
        let path = home.path().join("output/mine-plans").join(file);
        assert!(path.is_file(), "{file}");
    }
    let out = plans(&["--json", "--no-charts", "--hour", "0"]).success();
    let value: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(value["kind"], "plans");
    assert_eq!(value["hour"]["given"], true);
    let shares = value["contenders"].as_array().unwrap().iter();
    let sum: f64 = shares
        .map(|c| c["p_cheapest"]["value"].as_f64().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    plans(&["--hour", "-3"]).code(2);
    plans(&["--hour=cheap"])
        .code(2)
        .stderr(contains("expected dollars"));
    plans(&["--set", "plan.name=max"])
        .code(2)
        .stderr(contains("did you mean"));
    plans(&[
        "--set",
        "plan.name=",
        "--set",
        "plan.window=",
        "--set",
        "wallet=",
    ])
    .code(2)
    .stderr(contains("not one of the catalogue's"));
}

/// The same for logged requests: fees by the day, no curves.
#[test]
fn plans_judges_a_history() {
    let home = home();
    let project = home.path().join("claude/projects/p");
    std::fs::create_dir_all(&project).unwrap();
    let mut log = String::new();
    for n in 0..40 {
        log.push_str(&format!(
            "{{\"type\":\"assistant\",\"timestamp\":\"2026-10-{:02}T10:{n:02}:00.000Z\",\
             \"sessionId\":\"s\",\"uuid\":\"a{n}\",\"version\":\"2.1.200\",\"requestId\":\"r{n}\",\
             \"message\":{{\"id\":\"m{n}\",\"model\":\"claude-opus-4-8\",\"stop_reason\":\"end_turn\",\
             \"usage\":{{\"input_tokens\":5,\"output_tokens\":900,\"cache_creation_input_tokens\":9000,\
             \"cache_read_input_tokens\":20000}}}}}}\n",
            1 + n % 20
        ));
    }
    std::fs::write(project.join("s.jsonl"), log).unwrap();
    let out = burncast(home.path())
        .args([
            "plans",
            "--history",
            "claude/projects",
            "--plan",
            "pro,max-5x,api",
            "--json",
        ])
        .env("BURNCAST_DATA_DIR", home.path().join("data"))
        .assert()
        .success();
    let value: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(value["kind"], "plans of a history");
    let all = value["contenders"].as_array().unwrap();
    assert_eq!(all.len(), 5);
    let fee = |name: &str| {
        let found = all.iter().find(|c| c["name"] == name).unwrap();
        found["fee_usd"].as_f64().unwrap()
    };
    assert!((fee("Pro") - 20.0).abs() < 1e-3 && (fee("Max 5x") - 100.0).abs() < 1e-3);
    let api = all.iter().find(|c| c["name"] == "API").unwrap()["cost_usd"]["mean"].as_f64();
    let listed = value["list_price_usd"].as_f64();
    assert!(
        (api.unwrap() - listed.unwrap()).abs() < 1e-3,
        "{api:?} {listed:?}"
    );
    assert!(home.path().join("output/history-plans/plans.csv").is_file());
}
