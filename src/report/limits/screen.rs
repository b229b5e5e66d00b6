//! The screen of learned limits: sentences, a table of windows and meters, notes, lines to paste.

use super::notes::notes;
use super::sentences::{range, readings, round, sentences, times};
use crate::analysis::words::{percent, usd};
use crate::base::civil::Zone;
use crate::base::time::Instant;
use crate::base::zones;
use crate::fit::limits::{Fit, Limits, Window};
use crate::report::lines::wrap;
use crate::report::page::{Look, Page};

/// The whole screen, ending with a newline. `timezone` is that of its dates; `into` the scenario
/// that was written to.
pub fn screen(l: &Limits, timezone: &str, into: Option<&str>, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    let title = page.paint("1", "Sizes of your windows, from your own percentages");
    page.line(&title);
    for part in wrap(&facts(l, timezone, look), page.width() - 2) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
    page.blank();
    for sentence in sentences(l) {
        page.wrapped("", &sentence);
    }
    page.blank();
    table(&mut page, l);
    let notes = notes(l);
    if !notes.is_empty() {
        page.blank();
    }
    for (kind, note) in &notes {
        page.wrapped(kind, note);
    }
    page.blank();
    match (l.toml(), into) {
        (None, _) => page.wrapped("", "Nothing to put into a scenario."),
        (Some(_), Some(path)) => page.wrapped("", &format!("{path} now has these sizes.")),
        (Some(text), None) => {
            page.wrapped("", "For your scenario (or --write SCENARIO):");
            page.blank();
            for line in text.lines() {
                match line {
                    "" => page.blank(),
                    line => page.line(&format!("  {line}")),
                }
            }
        }
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

/// `120 readings, 22-24 Jul 2026 · 1,204 logged requests … · Europe/Berlin`.
fn facts(l: &Limits, timezone: &str, look: &Look) -> String {
    let used: usize = l.windows.iter().map(Window::used).sum();
    let periods: usize = l.windows.iter().map(|w| w.chains.len()).sum();
    let mut parts = vec![format!(
        "{} in {}",
        readings(used),
        times(periods, "period")
    )];
    if let Some((first, last)) = l.period {
        parts.push(days(first, last, timezone));
    }
    if let Some(plan) = &l.plan {
        parts.push(format!("plan {plan}"));
    }
    parts.push(timezone.to_owned());
    parts.extend(look.elapsed.clone());
    parts.join(" · ")
}

fn days(first: Instant, last: Instant, timezone: &str) -> String {
    let zone = zones::zone(timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let offsets = zones::offsets(&zone, first, last);
    let zone = Zone(&offsets);
    let (a, b) = (zone.local(first), zone.local(last));
    let date = |l: &crate::base::civil::Local| format!("{} {} {}", l.day, l.month_short(), l.year);
    if a.same_day(&b) {
        return date(&a);
    }
    format!("{} to {}", date(&a), date(&b))
}

/// Below these widths the table has no band from before, and no word on how well it fits.
const WIDE: usize = 88;
const MIDDLE: usize = 78;

fn table(page: &mut Page<'_>, l: &Limits) {
    let wide = page.width() >= WIDE;
    let mut header = vec!["Window", "meter", "likely", "holds", "90 %"];
    if wide {
        header.push("before");
    }
    let middle = page.width() >= MIDDLE;
    if middle {
        header.extend(["predicted", "in the log"]);
    }
    let columns = header.len();
    let mut rows: Vec<Vec<String>> = vec![header.into_iter().map(str::to_owned).collect()];
    for w in l.windows.iter().filter(|w| !w.chains.is_empty()) {
        for (i, fit) in w.fits.iter().enumerate() {
            rows.push(row(w, fit, i == 0, columns));
        }
        if w.unrelated >= 0.005 {
            let mut row = vec![
                String::new(),
                "none of them".to_owned(),
                likely(w.unrelated),
            ];
            row.resize(columns, String::new());
            rows.push(row);
        }
    }
    if rows.len() > 1 {
        page.table(
            &rows,
            &[false, false, true, true, true, true, true, true, true],
        );
    }
}

/// A weight, short: `96 %`, `<1 %`, `>99 %`.
fn likely(weight: f64) -> String {
    if weight < 0.01 {
        "<1 %".to_owned()
    } else if weight > 0.99 && weight < 1.0 {
        ">99 %".to_owned()
    } else {
        percent(weight)
    }
}

/// A line of so many columns: 5, 7 or 8.
fn row(w: &Window, fit: &Fit, first: bool, columns: usize) -> Vec<String> {
    let checks = &fit.checks;
    let inside = match checks.predicted {
        0 => "–".to_owned(),
        n => percent(checks.inside as f64 / n as f64),
    };
    let mut row = vec![
        if first {
            w.label.clone()
        } else {
            String::new()
        },
        fit.meter.name().to_owned(),
        likely(fit.weight),
        usd(round(fit.band.median)),
        range(&fit.band),
    ];
    if columns == 8 {
        row.push(if w.known.is_some() {
            range(&fit.prior)
        } else {
            "anything".to_owned()
        });
    }
    if columns >= 7 {
        row.push(inside);
        row.push(checks.explained().map_or_else(|| "–".to_owned(), percent));
    }
    row
}
