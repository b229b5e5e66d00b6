//! Advice on the windows: a screen, CSV, a document.

use std::io;

use serde_json::{Value, json};

use crate::analysis::windows::{Start, WindowsFinding, clock, sentences};
use crate::analysis::words::percent;
use crate::base::money::group_thousands;
use crate::stats::estimate::Estimate;

use super::page::{Look, Page};
use super::tables::cell::{Rows, hours, number, share, usd as cell_usd};

/// The version of the document.
const FORMAT: u32 = 1;

/// The screen.
pub fn screen(f: &WindowsFinding, title: &str, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    let bold = page.paint("1", title);
    page.line(&bold);
    page.blank();
    for sentence in sentences(f) {
        page.wrapped("", &sentence);
    }
    if f.starts.len() > 1 {
        page.blank();
        let mut right = vec![true; 5 + f.longer.len()];
        right[0] = false;
        page.table(&table(f), &right);
        page.blank();
        page.wrapped(
            "note",
            &format!(
                "{} trials for each start, on the same work; intervals hold for all starts together",
                group_thousands(f.trials as u64)
            ),
        );
    }
    page.end()
}

fn opens(f: &WindowsFinding, s: &Start) -> String {
    match (s.before.0, f.day) {
        (0, _) => "with the first request".to_owned(),
        (before, Some(day)) => clock(day.begins - before / 60_000),
        (before, None) => format!("{} min before", before / 60_000),
    }
}

fn table(f: &WindowsFinding) -> Vec<Vec<String>> {
    let mut head = [
        "Opens",
        "touch the day",
        "runs dry",
        "stops you",
        "more stopped",
    ]
    .map(str::to_owned)
    .to_vec();
    head.extend(f.longer.iter().map(|l| l.label.clone()));
    let mut rows = vec![head];
    rows.extend(f.starts.iter().map(|s| {
        let more = &s.stopped_more_h;
        let mut cells = vec![
            opens(f, s),
            s.touches.to_string(),
            format!("{:.1} ×", s.drains),
            format!("{:.1} h", s.stopped_by_it_h),
            if s.before.0 == 0 {
                String::new()
            } else if more.value.abs() < 0.05 && more.half_width() < 0.05 {
                "none".to_owned()
            } else {
                let shown = format!("{:+.1}", more.value);
                // Neither more nor less.
                let shown = shown.replace("-0.0", "0.0").replace("+0.0", "0.0");
                format!("{shown} ± {:.1} h", more.half_width())
            },
        ];
        cells.extend(s.longer_dry.iter().map(|e| percent(e.value)));
        cells
    }));
    rows
}

/// The table as CSV.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn csv(f: &WindowsFinding) -> io::Result<String> {
    let mut header: Vec<String> = [
        "minutes_before",
        "windows_touching_day",
        "drains",
        "stopped_h",
        "stopped_by_window_h",
        "stopped_more_h",
        "stopped_more_h_low",
        "stopped_more_h_high",
        "cost_more_usd",
        "cost_more_usd_low",
        "cost_more_usd_high",
    ]
    .map(str::to_owned)
    .to_vec();
    header.extend(f.longer.iter().map(|l| format!("p_drains {}", l.label)));
    let mut text = Vec::new();
    let mut rows = Rows::start(&mut text, &header)?;
    for s in &f.starts {
        let mut cells = vec![
            (s.before.0 / 60_000).to_string(),
            s.touches.to_string(),
            number(s.drains, 4),
            hours(s.stopped_h),
            hours(s.stopped_by_it_h),
        ];
        let three = |e: &Estimate, show: fn(f64) -> String| [e.value, e.low, e.high].map(show);
        cells.extend(three(&s.stopped_more_h, hours));
        cells.extend(three(&s.cost_more_usd, cell_usd));
        cells.extend(s.longer_dry.iter().map(|e| share(e.value)));
        rows.row(cells)?;
    }
    rows.end()?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The document.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn json(f: &WindowsFinding, title: &str) -> io::Result<String> {
    let three = |e: &Estimate| -> Value { json!([finite(e.value), finite(e.low), finite(e.high)]) };
    let document = json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "title": title,
        "trials": f.trials,
        "sentences": sentences(f),
        "window": f.label,
        "provenance": f.provenance.name(),
        "longer": f.longer.iter().map(|l| json!({
            "window": l.label,
            "provenance": l.provenance.name(),
            "takes_p10_p50_p90": l.takes,
            "pays_p10_p50_p90": l.pays,
            "used": l.used,
        })).collect::<Vec<_>>(),
        "starts": f.starts.iter().map(|s| json!({
            "minutes_before": s.before.0 / 60_000,
            "windows_touching_day": s.touches,
            "drains": s.drains,
            "stopped_h": s.stopped_h,
            "stopped_by_window_h": s.stopped_by_it_h,
            "stopped_more_h": three(&s.stopped_more_h),
            "cost_more_usd": three(&s.cost_more_usd),
            "p_longer_drains": s.longer_dry.iter().map(three).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// JSON has no infinity.
fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}
