//! Requests outlive their transcripts, whatever happens to the program that keeps them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const SESSIONS: u64 = 12;
const CALLS: u64 = 400;

/// Every call in it has an output of one token.
fn write_session(folder: &Path, session: u64, calls: u64) {
    let mut text = String::new();
    for call in 0..calls {
        text += &format!(
            r#"{{"type":"assistant","timestamp":"2026-10-05T10:00:00.000Z","sessionId":"{session}","message":{{"id":"msg_{session}_{call}","model":"claude-opus-4-8","stop_reason":"end_turn","usage":{{"output_tokens":1}}}}}}"#
        );
        text.push('\n');
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("{session}.jsonl")), text).unwrap();
}

fn usage(logs: &Path, store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_burncast"));
    command.args(["usage", "--json"]).arg(logs);
    command.env("BURNCAST_DATA_DIR", store);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output_tokens(logs: &Path, store: &Path) -> u64 {
    let out = usage(logs, store).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    answer["total"]["output_tokens"].as_u64().unwrap()
}

/// The program is killed again and again while it writes; what it had kept before is never lost.
#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_kept() {
    let (logs, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_session(logs.path(), 0, CALLS);
    assert_eq!(output_tokens(logs.path(), store.path()), CALLS);
    fs::remove_file(logs.path().join("0.jsonl")).unwrap();
    let kept_before = CALLS;
    for round in 1..=40 {
        // Always something new to keep, and now and then enough waste to write all of it anew.
        for session in 1..SESSIONS {
            write_session(logs.path(), session, CALLS + round);
        }
        let mut child = usage(logs.path(), store.path()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(700 * round));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let whole = kept_before + (SESSIONS - 1) * (CALLS + 40);
    assert_eq!(output_tokens(logs.path(), store.path()), whole);
    fs::remove_dir_all(logs.path()).unwrap();
    assert_eq!(output_tokens(logs.path(), store.path()), whole);
    assert!(!any_file(store.path(), "damaged"));
}

#[test]
fn processes_at_once_keep_all_of_it() {
    let (logs, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for session in 0..SESSIONS {
        write_session(&logs.path().join(session.to_string()), session, CALLS);
    }
    let folders = (0..SESSIONS).map(|s| logs.path().join(s.to_string()));
    let children: Vec<_> = folders
        .map(|folder| usage(&folder, store.path()).spawn().unwrap())
        .collect();
    for child in children {
        let out = child.wait_with_output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
    fs::remove_dir_all(logs.path()).unwrap();
    assert_eq!(output_tokens(logs.path(), store.path()), SESSIONS * CALLS);
}

#[test]
fn nothing_is_left_behind_if_nothing_is_to_be_kept() {
    let (logs, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_session(logs.path(), 0, 1);
    let out = usage(logs.path(), store.path())
        .arg("--no-store")
        .output()
        .unwrap();
    assert!(out.status.success());
    assert_eq!(fs::read_dir(store.path()).unwrap().count(), 0);
}

fn any_file(folder: &Path, part: &str) -> bool {
    let entries = fs::read_dir(folder).unwrap();
    let mut names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    names.any(|n| n.contains(part))
}
