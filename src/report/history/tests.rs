use std::io::Write;

use super::*;
use crate::analysis::history::tests::{dollar, logs, played};
use crate::base::time::Instant;
use crate::report::charts::history::draw;
use crate::report::page::Look;

fn sample() -> HistoryFindings {
    let mut logs = logs();
    logs.requests[1].model = logs.names.add("deepseek-chat");
    let sets = ["plan.window.session.limit={ usd = \"3 to 5\" }"];
    played(&logs, &["pro", "max-5x", "api", "enterprise-seat"], &sets).unwrap()
}

fn look(width: usize) -> Look {
    Look {
        width,
        color: false,
        elapsed: Some("0.4 s".to_owned()),
        written: Some("output/history/   5 tables, 1 chart, history.json".to_owned()),
    }
}

#[test]
fn the_screen_of_a_history() {
    insta::assert_snapshot!(screen::screen(&sample(), &look(100)));
    for line in screen::screen(&sample(), &look(72)).lines() {
        assert!(line.chars().count() <= 72, "{line}");
    }
}

#[test]
fn tables_of_a_history() {
    let f = sample();
    let mut text = Vec::new();
    for table in tables::TABLES {
        writeln!(text, "# {}: {}", table.file, table.describe).unwrap();
        (table.write)(&f, &mut text).unwrap();
    }
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_document_of_a_history() {
    let text = json::document(&sample(), &["plans.csv".to_owned()]).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["format"], 1);
    assert_eq!(value["plans"][0]["plan"], "pro");
    assert_eq!(
        value["plans"][2]["without_extra_usage"],
        serde_json::Value::Null
    );
    assert_eq!(
        value["plans"][0]["assumed_auto_reload"]["reload_to_usd"],
        15
    );
    assert_eq!(
        value["left_out"]["requests_without_price"]["deepseek-chat"],
        1
    );
    assert_eq!(
        text,
        json::document(&sample(), &["plans.csv".to_owned()]).unwrap()
    );
}

/// Nothing of the chart touches or leaves the canvas, on short and long histories.
#[test]
fn the_chart_of_a_history() {
    let mut long = logs();
    for day in 20..500 {
        dollar(&mut long, -day, 0, "old");
    }
    long.requests.sort_by_key(|r| r.at);
    let mut day = logs();
    day.requests.truncate(6);
    let all = [
        "free",
        "pro",
        "max-5x",
        "max-20x",
        "team-standard",
        "team-premium",
    ];
    let shapes = [
        sample(),
        played(&long, &all, &[]).unwrap(),
        played(&day, &["pro"], &["plan.window.session.limit=2"]).unwrap(),
    ];
    for f in &shapes {
        let d = draw(f).unwrap();
        for (i, a) in d.texts.iter().enumerate() {
            let r = a.room;
            let inside = r.left > 2.0 && r.right < d.width - 2.0 && r.bottom < d.height - 2.0;
            assert!(inside, "{} leaves the canvas", a.text);
            for b in &d.texts[..i] {
                assert!(!r.touches(&b.room), "{} touches {}", a.text, b.text);
            }
        }
    }
    assert!(draw(&played(&logs(), &["api"], &[]).unwrap()).is_none());
    let rendered = crate::report::charts::history::render(&shapes[2]).unwrap();
    assert!(rendered.is_some_and(|r| r.svg.starts_with("<svg") && r.png.len() > 1000));
    assert!(
        f64::from(shapes[1].days as u32) > 480.0 && shapes[1].start < Instant(1_793_606_400_000)
    );
}
