//! What logs say, in sentences; and what was read and left out.

use rust_decimal::prelude::ToPrimitive;

use crate::analysis::words::{Dates, model, percent, usd};
use crate::base::money::group_thousands;
use crate::base::time::{Instant, Span};
use crate::catalog::Catalog;
use crate::logs::Receipt;
use crate::stats::quantile::quantile;

use super::{Group, Usage};

/// The findings, the most important first. None when there is no request.
pub fn sentences(u: &Usage) -> Vec<String> {
    let (Some(first), Some(last)) = (u.total.first, u.total.last) else {
        return vec!["No request in this time.".to_owned()];
    };
    let dates = Dates::new(&u.zone, first, last.max(first + Span::days(4))).with_year();
    let mut all = vec![volume(u, &dates, first, last)];
    all.extend(dollars(u, &dates));
    all.extend(windows(u, &dates));
    if u.limit_hits > 0 {
        let times = count(u.limit_hits, "time", "times");
        all.push(format!("A used-up allowance stopped you {times}."));
    }
    all
}

fn volume(u: &Usage, dates: &Dates<'_>, first: Instant, last: Instant) -> String {
    let t = &u.total;
    let span = calendar_days(dates, first, last);
    let days = match (u.days.len() as u64, span) {
        (1, 1) => "on one day".to_owned(),
        (active, span) if active >= span => format!("on each of {span} days"),
        (active, span) => format!("on {active} of {span} days"),
    };
    let requests = match t.requests {
        0 => "an unknown number of requests".to_owned(),
        n => count(n, "request", "requests"),
    };
    let reads = t.tokens.cache_read as f64 / (t.tokens.total().max(1)) as f64;
    format!(
        "{}: {requests} in {} {days}, {} tokens, {} of them read from the cache.",
        dates.range(Some(first), Some(last)),
        count(t.sessions, "session", "sessions"),
        tokens(t.tokens.total()),
        percent(reads),
    )
}

/// Local dates from the first to the last.
fn calendar_days(dates: &Dates<'_>, first: Instant, last: Instant) -> u64 {
    let day = |at: Instant| (at.0 + dates.zone.offset(at)).div_euclid(86_400_000);
    (day(last) - day(first) + 1).max(1) as u64
}

/// Fewest active days whose median says something.
const DAYS_ENOUGH: usize = 5;

fn dollars(u: &Usage, dates: &Dates<'_>) -> Option<String> {
    let total = u.total.usd();
    if total <= 0.0 {
        return None;
    }
    let mut text = format!("At the list prices of each day that is {}", usd(total));
    let mut each: Vec<f64> = u.days.iter().map(|d| d.sum.usd()).collect();
    each.sort_by(f64::total_cmp);
    let most = u.days.iter().max_by_key(|d| d.sum.cost);
    let enough = each.len() >= DAYS_ENOUGH;
    if let (Some(median), Some(most), true) = (quantile(&each, 0.5), most, enough) {
        let day = most.sum.first.map_or_else(String::new, |at| dates.day(at));
        text.push_str(&format!(
            "; an active day costs {} in the median and cost {} at most ({day})",
            usd(median),
            usd(most.sum.usd())
        ));
    }
    text.push('.');
    let share = |g: &Group| percent(g.sum.usd() / total);
    if let Some(top) = u.models.first() {
        let name = model_name(&top.keys[0]);
        text.push_str(&format!(" {name} takes {} of it", share(top)));
        let subs = u.actors.iter().find(|a| a.keys[0] == "sub-agents");
        if let Some(subs) = subs {
            text.push_str(&format!(", sub-agents {}", share(subs)));
        }
        text.push('.');
    }
    Some(text)
}

fn windows(u: &Usage, dates: &Dates<'_>) -> Option<String> {
    // Sums over days say nothing about five hours.
    if u.windows.len() < 3 || u.total.usd() <= 0.0 || u.long_aggregates > 0 {
        return None;
    }
    let mut each: Vec<f64> = u.windows.iter().map(|w| w.sum.usd()).collect();
    each.sort_by(f64::total_cmp);
    let most = u.windows.iter().max_by_key(|w| w.sum.cost)?;
    Some(format!(
        "It fills {} 5-hour windows: half of them took more than {}, one in ten more than {}, the largest {} ({}).",
        group_thousands(u.windows.len() as u64),
        usd(quantile(&each, 0.5)?),
        usd(quantile(&each, 0.9)?),
        usd(most.sum.usd()),
        dates.minute(most.sum.first?),
    ))
}

/// What was read, what was left out, and what the numbers leave open; each with its kind.
pub fn notes(u: &Usage) -> Vec<(&'static str, String)> {
    let mut all = vec![("read", read(&u.receipt))];
    all.extend(left_out(&u.receipt).map(|text| ("read", text)));
    let names = |list: &std::collections::BTreeMap<String, u64>| {
        let parts = list.iter().map(|(name, n)| {
            let name = if name.is_empty() { "(no model)" } else { name };
            format!("{name} ({})", group_thousands(*n))
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    if !u.unpriced.is_empty() {
        let n: u64 = u.unpriced.values().sum();
        all.push((
            "warning",
            format!(
                "{} without a price, so the dollars are too low: {}",
                count(n, "request", "requests"),
                names(&u.unpriced)
            ),
        ));
    }
    if !u.outside.is_empty() {
        all.push((
            "note",
            format!(
                "before or after the dates of its price, so at the nearest one: {}",
                names(&u.outside)
            ),
        ));
    }
    all.extend(placeholders(u).map(|text| ("warning", text)));
    if u.unfinished > 0 {
        let share = u.unfinished as f64 / u.total.requests.max(1) as f64;
        all.push((
            "note",
            format!(
                "{} ({}) have no row that says why they stopped: their output may be too low",
                count(u.unfinished, "request", "requests"),
                percent(share)
            ),
        ));
    }
    if u.receipt.unsplit_writes > 0 {
        all.push((
            "note",
            format!(
                "{} do not tell 5-minute from 1-hour cache writes: taken as 5 minutes in transcripts, as 1 hour elsewhere",
                count(u.receipt.unsplit_writes, "entry", "entries")
            ),
        ));
    }
    if u.long_aggregates > 0 {
        all.push((
            "note",
            format!(
                "{} over more than a day stand on their first day",
                count(u.long_aggregates, "sum", "sums")
            ),
        ));
    }
    all
}

fn placeholders(u: &Usage) -> Option<String> {
    let found = u.imputed?;
    let share = u.placeholders as f64 / u.total.requests.max(1) as f64;
    let rests = if found.own {
        "as much output as your other requests"
    } else {
        "as much output as published use"
    };
    Some(format!(
        "{} ({}) hold a placeholder as output, as versions 2.1.8 to 2.1.58 wrote it: with {rests} they had about {} tokens more, worth {}, which no sum above has",
        count(u.placeholders, "request", "requests"),
        percent(share),
        tokens(found.tokens as u64),
        usd(found.usd)
    ))
}

fn read(r: &Receipt) -> String {
    format!(
        "{}, {}: {}, {} with usage; {} after {} were merged",
        count(r.files, "file", "files"),
        bytes(r.bytes),
        count(r.rows, "row", "rows"),
        group_thousands(r.usage_rows),
        count(r.requests, "request", "requests"),
        count(r.duplicates, "copy", "copies"),
    )
}

/// What carries no usage or could not be read; none when there is nothing.
fn left_out(r: &Receipt) -> Option<String> {
    let parts = [
        (r.cut_lines, "cut line", "cut lines"),
        (r.broken_rows, "broken row", "broken rows"),
        (r.odd_fields, "odd field", "odd fields"),
        (r.without_id, "row without an id", "rows without an id"),
        (
            r.synthetic,
            "row made on the machine",
            "rows made on the machine",
        ),
        (r.errors, "error row", "error rows"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| count(*n, one, many))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// `1 file`, `1,198 files`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", group_thousands(n), if n == 1 { one } else { many })
}

/// `812`, `45.3 k`, `119 M`, `4.85 billion`.
pub fn tokens(n: u64) -> String {
    let n = n.to_f64().unwrap_or(f64::MAX);
    let (value, unit) = match n {
        n if n < 1e3 => return format!("{n:.0}"),
        n if n < 1e6 => (n / 1e3, "thousand"),
        n if n < 1e9 => (n / 1e6, "million"),
        n => (n / 1e9, "billion"),
    };
    let places = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.places$} {unit}")
}

fn bytes(n: u64) -> String {
    match n {
        n if n < 1000 => format!("{n} bytes"),
        n if n < 1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        n if n < 1_000_000_000 => format!("{:.0} MB", n as f64 / 1e6),
        n => format!("{:.1} GB", n as f64 / 1e9),
    }
}

/// The catalogue's name of a logged model, or the logged one.
pub fn model_name(logged: &str) -> String {
    let found = Catalog::embedded().resolve(logged);
    found.map_or_else(|| model(logged), |m| m.model.name.clone())
}
