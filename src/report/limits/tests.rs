use std::io::Write;

use super::*;
use crate::account::Meter;
use crate::base::time::Instant;
use crate::fit::limits::{Question, limits};
use crate::logs::state::{Reading, WindowKind};
use crate::logs::{Logs, Request, Tokens};
use crate::report::charts::limits::draw;
use crate::report::page::Look;

/// 2026-10-12T08:00Z.
const START: i64 = 1_791_792_000_000;
const MINUTE: i64 = 60_000;

/// Four mornings of work at a steady pace, 20 requests of cache writes, reads and output each.
fn logs() -> Logs {
    let mut logs = Logs::default();
    let model = logs.names.add("claude-opus-4-8");
    for n in 0..80_i64 {
        let at = START + n / 20 * 24 * 60 * MINUTE + n % 20 * 10 * MINUTE;
        logs.requests.push(Request {
            at: Instant(at),
            until: Instant(at + MINUTE),
            model,
            tokens: Tokens {
                input: 5,
                cache_write_1h: 60_000 + 7_000 * (n as u64 * 37 % 17),
                cache_read: 60_000 * (n as u64 * 11 % 13),
                output: 20_000 + 900 * (n as u64 * 29 % 23),
                cache_write_5m: 0,
            },
            count: 1,
            ..Request::default()
        });
    }
    logs
}

/// What a window of this many dollars of price shows every half an hour, and its week.
fn readings(logs: &Logs, limit: f64) -> Vec<Reading> {
    let mut all = Vec::new();
    for day in 0..4 {
        let begins = START + day * 24 * 60 * MINUTE;
        for half in 1..=7 {
            let at = begins + half * 30 * MINUTE - 2 * MINUTE;
            let used = |from: i64| -> f64 {
                let inside = logs
                    .requests
                    .iter()
                    .filter(|r| r.at.0 >= from && r.until.0 <= at);
                let usd = |t: &Tokens| {
                    5.0 * t.input as f64
                        + 10.0 * t.cache_write_1h as f64
                        + 0.5 * t.cache_read as f64
                        + 25.0 * t.output as f64
                };
                inside.map(|r| usd(&r.tokens) / 1e6).sum()
            };
            let mut put = |kind, percent: f64, resets: i64| {
                all.push(Reading {
                    at: Instant(at),
                    kind,
                    percent: percent.floor(),
                    whole: true,
                    resets: Some(Instant(resets)),
                });
            };
            put(
                WindowKind::Session,
                100.0 * used(begins) / limit,
                begins + 300 * MINUTE,
            );
            let week = START - 60 * MINUTE;
            put(
                WindowKind::Week,
                100.0 * used(week) / (8.0 * limit),
                week + 7 * 1440 * MINUTE,
            );
        }
    }
    all.push(Reading {
        at: Instant(START),
        kind: WindowKind::Other("tangelo".into()),
        percent: 3.0,
        whole: true,
        resets: None,
    });
    all
}

fn sample(limit: f64, meter: Option<Meter>) -> Limits {
    let logs = logs();
    let question = Question {
        plan: Some("max-5x"),
        meter,
    };
    limits(&logs, &readings(&logs, limit), &question).unwrap()
}

/// Readings of another person, which go with the log only by chance.
fn strange() -> Limits {
    let logs = logs();
    let mut readings = readings(&logs, 90.0);
    for r in &mut readings {
        let minutes = (r.at.0 - START).rem_euclid(1440 * MINUTE) / MINUTE;
        r.percent = ((300 - minutes) * (300 - minutes) / 2_000) as f64;
        r.resets = None;
    }
    readings.sort_by_key(|r| r.at);
    let question = Question {
        plan: Some("max-5x"),
        meter: None,
    };
    limits(&logs, &readings, &question).unwrap()
}

fn look(width: usize) -> Look {
    Look {
        width,
        color: false,
        elapsed: Some("0.2 s".to_owned()),
        written: Some("output/limits/   2 tables, 1 chart, run.json".to_owned()),
    }
}

#[test]
fn the_screen_of_limits() {
    let l = sample(90.0, None);
    insta::assert_snapshot!(screen(&l, "Europe/Berlin", None, &look(100)));
    for width in [60, 80] {
        for line in screen(&l, "Europe/Berlin", Some("mine.toml"), &look(width)).lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn the_screen_of_strange_readings() {
    insta::assert_snapshot!(screen(&strange(), "UTC", None, &look(100)));
}

#[test]
fn tables_of_limits() {
    let l = sample(90.0, None);
    let mut text = Vec::new();
    for table in tables::TABLES {
        writeln!(text, "# {}: {}", table.file, table.describe).unwrap();
        let mut one = Vec::new();
        (table.write)(&l, &mut one).unwrap();
        let one = String::from_utf8(one).unwrap();
        let head: String = one.lines().take(9).map(|l| format!("{l}\n")).collect();
        text.write_all(head.as_bytes()).unwrap();
    }
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_document_of_limits() {
    let text = document(&sample(90.0, None), &["limits.csv".to_owned()]).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["format"], 1);
    assert_eq!(value["meter"], "price");
    assert_eq!(value["windows"][0]["window"], "session");
    let limit = &value["windows"][0]["limit"];
    assert!(
        limit["p05_usd"].as_f64() < Some(90.0) && limit["p95_usd"].as_f64() > Some(90.0),
        "{limit}"
    );
    assert_eq!(
        value["left_out"]["readings_of_unknown_windows"]["\"tangelo\""],
        1
    );
    assert_eq!(value["files"][0], "limits.csv");
}

/// Nothing of the chart touches or leaves the canvas.
#[test]
fn the_chart_of_limits() {
    let shapes = [
        sample(90.0, None),
        sample(900.0, None),
        sample(30.0, Some(Meter::ReadsFull)),
        strange(),
    ];
    for l in &shapes {
        let d = draw(l).unwrap();
        for (i, a) in d.texts.iter().enumerate() {
            let r = a.room;
            let inside = r.left > 2.0 && r.right < d.width - 2.0 && r.bottom < d.height - 2.0;
            assert!(inside, "{} leaves the canvas", a.text);
            for b in &d.texts[..i] {
                assert!(!r.touches(&b.room), "{} touches {}", a.text, b.text);
            }
        }
    }
    let rendered = crate::report::charts::limits::render(&shapes[0])
        .unwrap()
        .unwrap();
    assert!(rendered.svg.starts_with("<svg") && rendered.png.len() > 1000);
}
