//! README is true: its commands run, its screen and its pictures are what the program makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

fn burncast(args: &[String], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_burncast"))
        .args(args)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .env("CLAUDE_CONFIG_DIR", dir.join("claude"))
        .env("BURNCAST_DATA_DIR", dir.join("data"))
        .output()
        .unwrap()
}

/// Splits a line as a shell does, as far as README needs it: spaces and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

/// A place with the scenarios in it, where files may be written.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let scenarios = dir.path().join("scenarios");
    fs::create_dir(&scenarios).unwrap();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, scenarios.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(dir.path().join("usage.json"), USAGE).unwrap();
    fs::write(dir.path().join("readings.jsonl"), readings()).unwrap();
    let project = dir.path().join("claude/projects/p1");
    fs::create_dir_all(&project).unwrap();
    for session in 0..12 {
        let file = project.join(format!("s{session}.jsonl"));
        fs::write(file, transcript(session)).unwrap();
    }
    dir
}

/// A saved answer of the usage endpoint.
const USAGE: &str = r#"{
  "five_hour": {"utilization": 37.0, "resets_at": "2026-11-20T14:09:59.613021+00:00"},
  "seven_day": {"utilization": 61.0, "resets_at": "2026-11-24T06:59:59.613044+00:00"},
  "extra_usage": {"is_enabled": true, "monthly_limit": 5000, "used_credits": 1234}
}"#;

/// Percentages of the days of the transcripts.
fn readings() -> String {
    let line = |day: usize, minute: usize, percent: usize| {
        format!(
            "{{\"at\":\"2026-10-{day:02}T10:{minute:02}:30Z\",\"five_hour\":{{\"utilization\":{percent}.0,\
             \"resets_at\":\"2026-10-{day:02}T15:00:00Z\"}}}}\n"
        )
    };
    let day = |day: usize| line(day, 1, 0) + &line(day, 12, 1) + &line(day, 25, 2);
    (5..17).map(day).collect()
}

/// A day's session of a few prompts with a few requests each.
fn transcript(session: usize) -> String {
    let mut text = String::new();
    for n in 0..24 {
        let at = format!("2026-10-{:02}T10:{n:02}:00.000Z", session + 5);
        let id = format!("{session}-{n}");
        if n % 6 == 0 {
            text.push_str(&format!(
                "{{\"type\":\"user\",\"timestamp\":\"{at}\",\"sessionId\":\"s{session}\",\
                 \"uuid\":\"u{id}\",\"message\":{{\"role\":\"user\",\"content\":\"go on\"}}}}\n"
            ));
            continue;
        }
        text.push_str(&format!(
            "{{\"type\":\"assistant\",\"timestamp\":\"{at}\",\"sessionId\":\"s{session}\",\
             \"uuid\":\"a{id}\",\"version\":\"2.1.200\",\"requestId\":\"req_{id}\",\
             \"message\":{{\"id\":\"msg_{id}\",\"model\":\"claude-opus-4-8\",\
             \"stop_reason\":\"end_turn\",\"usage\":{{\"input_tokens\":5,\
             \"output_tokens\":{},\"cache_creation_input_tokens\":{},\
             \"cache_read_input_tokens\":{},\"cache_creation\":{{\
             \"ephemeral_1h_input_tokens\":{}}}}}}}}}\n",
            100 + 37 * n,
            1000 + 10 * n,
            20_000 + 1000 * n,
            1000 + 10 * n,
        ));
    }
    text
}

#[test]
fn every_command_works() {
    let dir = workplace();
    let mut ran = 0;
    for line in blocks(&readme(), "sh").iter().flat_map(|b| b.lines()) {
        if line == "cargo test" {
            continue;
        }
        let line = line.replace("cargo run --release -- ", "burncast ");
        let (line, target) = match line.split_once(" > ") {
            Some((command, file)) => (command.to_owned(), Some(file.to_owned())),
            None => (line, None),
        };
        let mut args = words(
            line.strip_prefix("burncast ")
                .unwrap_or_else(|| panic!("{line}")),
        );
        if args[0] == "run" {
            args.extend(["--trials".to_owned(), "64".to_owned()]);
        }
        let out = burncast(&args, dir.path());
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{line}\n{errors}");
        assert!(!out.stdout.is_empty(), "{line} says nothing");
        if let Some(file) = target {
            fs::write(dir.path().join(file), &out.stdout).unwrap();
        }
        ran += 1;
    }
    assert!(ran >= 9, "{ran} commands found");
}

#[test]
fn the_scenario_shown_is_right() {
    let dir = tempfile::tempdir().unwrap();
    for text in blocks(&readme(), "toml") {
        fs::write(dir.path().join("shown.toml"), text).unwrap();
        let args = ["check", "shown.toml"].map(str::to_owned);
        let out = burncast(&args, dir.path());
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

/// Without the time it took and the place it wrote to.
fn timeless(screen: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in screen.lines() {
        if line.contains("/max5x-heavy/ ") {
            continue;
        }
        match line.rsplit_once(" · ") {
            Some((start, end)) if end.ends_with(" s") && line.contains("seed") => {
                lines.push(start.to_owned());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The committed example is what the program makes today. `BLESS=1` makes it anew.
#[test]
fn the_example_run_is_true() {
    let dir = workplace();
    let args = [
        "run",
        "scenarios/max5x-heavy.toml",
        "--trials",
        "1000",
        "-o",
        "example",
    ];
    let out = burncast(&args.map(str::to_owned), dir.path());
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let screen = String::from_utf8(out.stdout).unwrap();
    let fresh = dir.path().join("example/max5x-heavy");
    let kept = root().join("output/example/max5x-heavy");
    if std::env::var_os("BLESS").is_some() {
        bless(&fresh, &kept, &screen);
    }
    let shown = blocks(&readme(), "text");
    assert_eq!(
        timeless(&shown[0]),
        timeless(&screen),
        "README's screen: BLESS=1 renews it"
    );
    let mut compared = 0;
    for name in files_below(&kept) {
        let text = |base: &Path| fs::read(base.join(&name)).unwrap_or_default();
        // Pictures in pixels may differ in the last bit between machines; their SVG may not.
        if name.extension().is_some_and(|e| e == "png") {
            assert!(fresh.join(&name).exists());
            continue;
        }
        assert!(
            text(&kept) == text(&fresh),
            "{}: BLESS=1 renews it",
            name.display()
        );
        compared += 1;
    }
    assert!(compared >= 12, "{compared} files compared");
    assert_eq!(files_below(&kept), files_below(&fresh));
}

fn files_below(base: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![base.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.push(path.strip_prefix(base).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn bless(fresh: &Path, kept: &Path, screen: &str) {
    let _ = fs::remove_dir_all(kept);
    for name in files_below(fresh) {
        let to = kept.join(&name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(fresh.join(&name), to).unwrap();
    }
    let text = readme();
    let (before, rest) = text.split_once("```text\n").unwrap();
    let (_, after) = rest.split_once("```").unwrap();
    let body = timeless(screen);
    let new = format!("{before}```text\n  {body}\n```{after}");
    fs::write(root().join("README.md"), new).unwrap();
}

#[test]
fn every_scenario_is_listed() {
    let text = readme();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            text.contains(&format!("(scenarios/{name})")),
            "README does not list {name}"
        );
    }
}
