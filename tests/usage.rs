//! `burncast usage` on small transcripts that the tests write: dollars of every kind of row, and
//! screen, CSV and document that agree.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// A row of a transcript: Sonnet 4.6, 10 in, 160 out, 100 written, 1,000 read.
fn row() -> Value {
    json!({
        "type": "assistant",
        "timestamp": "2026-10-05T10:00:00.000Z",
        "sessionId": "s1",
        "uuid": "u1",
        "version": "2.1.200",
        "requestId": "req_x",
        "message": {
            "id": "msg_x",
            "model": "claude-sonnet-4-6",
            "stop_reason": "end_turn",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 160,
                "cache_creation_input_tokens": 100,
                "cache_read_input_tokens": 1000,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 100,
                    "ephemeral_1h_input_tokens": 0,
                },
            },
        },
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut row = row();
    for (path, value) in changes {
        *row.pointer_mut(path).unwrap() = value.clone();
    }
    row
}

fn write(dir: &Path, rows: &[Value]) {
    let project = dir.join("projects/p1");
    fs::create_dir_all(&project).unwrap();
    let text: String = rows.iter().map(|r| format!("{r}\n")).collect();
    fs::write(project.join("s1.jsonl"), text).unwrap();
}

fn burncast(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_burncast"))
        .arg("usage")
        .args(args)
        .env("NO_COLOR", "1")
        .env("BURNCAST_DATA_DIR", dir.join("data"))
        .env("CLAUDE_CONFIG_DIR", dir)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = out.status.code().unwrap();
    (code, text(out.stdout), text(out.stderr))
}

fn document(rows: &[Value], args: &[&str]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), rows);
    let all = [&["--json", "--timezone", "UTC"], args].concat();
    let (code, text, errors) = burncast(dir.path(), &all);
    assert_eq!(code, 0, "{errors}");
    serde_json::from_str(&text).unwrap()
}

fn cost(rows: &[Value], args: &[&str]) -> Value {
    document(rows, args)["total"]["cost_usd"].clone()
}

const WRITTEN: &str = "/message/usage/cache_creation_input_tokens";
const SPLIT: &str = "/message/usage/cache_creation";

#[test]
fn hour_writes_cost_twice_the_input() {
    let all = with(&[
        (WRITTEN, json!(1_000_000)),
        (
            SPLIT,
            json!({"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1_000_000}),
        ),
    ]);
    assert_eq!(cost(&[all], &[]), "6.00273");
    // A split that names only a part: the rest are 5-minute writes.
    let part = with(&[
        (WRITTEN, json!(1_000_000)),
        (SPLIT, json!({"ephemeral_1h_input_tokens": 400_000})),
    ]);
    assert_eq!(cost(&[part], &[]), "4.65273");
}

#[test]
fn a_stated_cost_counts_as_asked() {
    let mut old = row();
    old["costUSD"] = json!(1.25);
    old["version"] = json!("1.0.60");
    let rows = [old];
    assert_eq!(cost(&rows, &[]), "1.25");
    assert_eq!(cost(&rows, &["--cost", "logged"]), "1.25");
    assert_eq!(cost(&rows, &["--cost", "recompute"]), "0.003105");
    assert_eq!(cost(&[row()], &["--cost", "logged"]), Value::Null);
}

#[test]
fn searches_and_fast_mode_are_charged() {
    let mut search = row();
    search["message"]["usage"]["server_tool_use"] = json!({"web_search_requests": 100});
    assert_eq!(cost(&[search], &[]), "1.003105");
    let mut fast = with(&[
        ("/message/model", json!("claude-opus-4-8")),
        (
            "/message/usage",
            json!({"output_tokens": 1_000_000, "speed": "fast"}),
        ),
    ]);
    assert_eq!(cost(&[fast.clone()], &[]), "50");
    fast["message"]["usage"]["speed"] = json!("standard");
    assert_eq!(cost(&[fast], &[]), "25");
}

/// What has no price is counted and named; it is never free.
#[test]
fn an_unknown_model_is_said() {
    let mut other = with(&[("/message/model", json!("deepseek-chat"))]);
    other["message"]["id"] = json!("msg_y");
    let found = document(&[row(), other.clone()], &["--by", "model"]);
    assert_eq!(found["unpriced_requests"], json!({"deepseek-chat": 1}));
    assert_eq!(found["total"]["unpriced_requests"], 1);
    assert_eq!(found["groups"][1]["cost_usd"], Value::Null);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[row(), other]);
    let (_, screen, _) = burncast(dir.path(), &["--by", "model"]);
    assert!(screen.contains("no price"), "{screen}");
    assert!(screen.contains("deepseek-chat (1)"), "{screen}");
}

/// The roots of the environment are read without a path, and all three outputs agree.
#[test]
fn screen_csv_and_document_agree() {
    let dir = tempfile::tempdir().unwrap();
    let mut late = with(&[("/timestamp", json!("2026-10-06T23:59:00.000Z"))]);
    late["message"]["id"] = json!("msg_y");
    write(dir.path(), &[row(), row(), late]);
    let (code, screen, _) = burncast(dir.path(), &["--timezone", "Europe/Berlin"]);
    assert_eq!(code, 0);
    assert!(screen.contains("2026-10-05"), "{screen}");
    assert!(screen.contains("2026-10-07"), "{screen}");
    assert!(screen.contains("2 requests after 1 copy"), "{screen}");
    let (_, csv, _) = burncast(dir.path(), &["--csv", "--timezone", "Europe/Berlin"]);
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (mut output, mut groups) = (0, 0);
    for row in rows.records() {
        let row = row.unwrap();
        output += row[at("output_tokens")].parse::<u64>().unwrap();
        groups += 1;
    }
    assert_eq!((output, groups), (320, 2));
    let (_, text, _) = burncast(dir.path(), &["--json", "--by", "month,session"]);
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found["total"]["output_tokens"], 320);
    assert_eq!(found["groups"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["read"]["duplicates"], 1);
}

#[test]
fn days_can_be_left_out() {
    let mut late = with(&[("/timestamp", json!("2026-10-06T12:00:00.000Z"))]);
    late["message"]["id"] = json!("msg_y");
    let rows = [row(), late];
    let one = document(&rows, &["--since", "2026-10-06"]);
    assert_eq!(one["total"]["requests"], 1);
    let first = document(&rows, &["--until", "2026-10-05"]);
    assert_eq!(first["total"]["requests"], 1);
    let none = document(&rows, &["--since", "2027-01-01"]);
    assert_eq!(none["total"]["requests"], 0);
    assert_eq!(none["sentences"][0], "No request in this time.");
}

#[test]
fn wrong_arguments_exit_with_2() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[row()]);
    for args in [
        &["--by", "hour"][..],
        &["--timezone", "Europe/Berlim"],
        &["--since", "yesterday"],
        &["--by", "day,week,month,model,session"],
        &["/nowhere/at/all"],
    ] {
        let (code, out, errors) = burncast(dir.path(), args);
        assert_eq!(code, 2, "{args:?}: {errors}");
        assert!(out.is_empty() && !errors.is_empty(), "{args:?}");
    }
}
