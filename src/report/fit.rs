//! A fit on one screen and as a document: what was seen, each key with its interval and how well it
//! fits, what is left to the preset, and the simulation beside the observation.

use serde_json::{Value, json};

use crate::analysis::realism::{Pair, Row};
use crate::fit::{Fitted, Key};
use crate::report::limits;
use crate::report::lines::{pad, wrap};
use crate::report::realism;
use crate::stats::estimate::Estimate;

/// The version of the document.
pub const FORMAT: u32 = 1;

/// A comparison of the simulated scenario with the logs.
pub struct Check<'a> {
    pub rows: &'a [Row],
    pub trials: u64,
}

/// The whole screen. `written`: the file, `None` when the scenario itself went to stdout.
pub fn screen(
    f: &Fitted,
    check: Option<&Check<'_>>,
    written: Option<&str>,
    width: usize,
) -> String {
    let mut out = String::from("\n");
    let mut say = |text: &str| {
        for line in wrap(text, width - 2) {
            out.push_str(&format!("  {line}\n"));
        }
    };
    for text in f.sentences() {
        say(&text);
    }
    for text in f.limits.iter().flat_map(limits::sentences::sentences) {
        say(&text);
    }
    out.push('\n');
    out.push_str(&table(f, width));
    let kept: Vec<&Key> = f.keys.iter().filter(|k| k.value.is_none()).collect();
    if !kept.is_empty() {
        out.push_str(&format!(
            "\n  Left to the preset \"{}\":\n",
            f.options.preset
        ));
        for key in kept {
            let text = format!("{}: {}", key.name, key.words);
            for (i, line) in wrap(&text, width - 6).into_iter().enumerate() {
                let indent = if i == 0 { 4 } else { 6 };
                out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            }
        }
    }
    for note in f.notes() {
        out.push('\n');
        for (i, line) in wrap(&note, width - 8).into_iter().enumerate() {
            let head = if i == 0 { "  note  " } else { "        " };
            out.push_str(&format!("{head}{line}\n"));
        }
    }
    if let Some(check) = check {
        out.push('\n');
        out.push_str(&comparison(f, check, width));
    }
    if let Some(path) = written {
        out.push_str(&format!("\n  {path}   next: burncast run {path}\n"));
    }
    out
}

/// A line or two per fitted key: its first estimate and observations, and below it the law.
fn table(f: &Fitted, width: usize) -> String {
    let fitted: Vec<&Key> = f.keys.iter().filter(|k| k.value.is_some()).collect();
    let name = fitted.iter().map(|k| k.name.len()).max().unwrap_or(0);
    let seen: Vec<String> = fitted.iter().map(|k| estimate(k)).collect();
    let longest = seen.iter().map(|s| s.chars().count()).max().unwrap_or(0);
    let middle = longest.max(24).min(width.saturating_sub(name + 13).max(24));
    let head = pad("estimate (90 % interval)", middle, false);
    let mut out = format!("  {}  {head}  {:>7}\n", pad("Key", name, false), "n");
    for (key, seen) in fitted.iter().zip(&seen) {
        for (i, part) in wrap(seen, middle).iter().enumerate() {
            let (key, n) = match i {
                0 => (key.name, crate::base::money::group_thousands(key.n)),
                _ => ("", String::new()),
            };
            let line = format!(
                "  {}  {}  {n:>7}",
                pad(key, name, false),
                pad(part, middle, false)
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
        for line in wrap(&key.words, width.saturating_sub(6)) {
            out.push_str(&format!("      {line}\n"));
        }
    }
    out
}

/// `median 3.1 (2.4 to 3.9)`, or the value where there is no estimate.
fn estimate(key: &Key) -> String {
    match key.shown.first() {
        Some((label, e)) => {
            let [value, low, high] = [e.value, e.low, e.high].map(crate::fit::short);
            format!("{label} {value} ({low} to {high})")
        }
        None => key.value.clone().unwrap_or_default(),
    }
}

fn comparison(f: &Fitted, check: &Check<'_>, width: usize) -> String {
    let source = format!("{} ({} days)", f.observed.source, f.facts.days);
    realism::text("as fitted", Some(&source), check.trials, check.rows, width)
}

/// The document that `--json` prints.
pub fn document(f: &Fitted, check: Option<&Check<'_>>, scenario: &str) -> Value {
    let facts = &f.facts;
    json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "observed": {
            "files": facts.files,
            "requests": facts.requests,
            "first_day": facts.first.to_string(),
            "last_day": facts.last.to_string(),
            "days": facts.days,
            "active_days": facts.active_days,
            "sessions": facts.sessions,
            "tokens_per_30_days": per_month(f, facts.total.tokens.total() as f64),
            "output_tokens_per_30_days": per_month(f, facts.total.tokens.output as f64),
            "list_price_per_30_days_usd": per_month(f, facts.total.cost as f64 / 1e12),
            "unpriced_requests": facts.total.unpriced,
        },
        "left_out": {
            "sessions_without_main_thread": facts.left_out.headless,
            "their_requests": facts.left_out.headless_requests,
            "sessions_before_the_period": facts.left_out.early,
            "requests_without_session": facts.left_out.homeless,
            "aggregated_rows": facts.left_out.aggregates,
            "unknown_models": facts.unknown.iter().map(|(name, n)| json!({ "model": name, "requests": n })).collect::<Vec<_>>(),
        },
        "preset": f.options.preset,
        "start": f.start.to_string(),
        "timezone": f.options.timezone,
        "keys": f.keys.iter().map(key).collect::<Vec<_>>(),
        "notes": f.notes(),
        "limits": f.limits.as_ref().map(limits::json::value),
        "check": check.map(|c| json!({
            "trials": c.trials,
            "quantities": c.rows.iter().map(row).collect::<Vec<_>>(),
        })),
        "scenario": scenario,
    })
}

fn per_month(f: &Fitted, all: f64) -> f64 {
    all * 30.0 / f64::from(f.facts.days.max(1))
}

fn key(k: &Key) -> Value {
    let one = |(label, e): &(&str, Estimate)| json!({ "what": label, "value": e.value, "low": e.low, "high": e.high });
    json!({
        "key": k.name,
        "value": k.value,
        "n": k.n,
        "of": k.of,
        "estimates": k.shown.iter().map(one).collect::<Vec<_>>(),
        "words": k.words,
    })
}

fn row(r: &Row) -> Value {
    let pair = |p: Option<Pair>| {
        p.map(|p| {
            let (low, high) = p.doubt.map_or((None, None), |d| (Some(d.0), Some(d.1)));
            json!({
                "simulated": p.simulated,
                "observed": p.observed,
                "observed_low": low,
                "observed_high": high,
                "ratio": p.ratio(),
            })
        })
    };
    json!({
        "id": r.id,
        "p10": pair(r.p10),
        "median_or_percent": pair(Some(r.median)),
        "p90": pair(r.p90),
        "mean": pair(r.mean),
        "ok": r.ok,
        "unsure": r.unsure,
        "why": r.why,
    })
}
