//! A search for a setting, as a screen and as files.

mod files;
mod json;

pub use files::write;
pub use json::document;

use crate::analysis::tune::{
    Aim, Entry, Standing, Tuned, limits, notes, number, percent, sentences,
};
use crate::analysis::words::usd;
use crate::base::money::group_thousands;
use crate::engine::require::Metric;
use crate::report::lines::wrap;
use crate::report::page::{INDENT, Look, Page};

/// Settings of one standing that a screen shows.
const SHOWN: usize = 6;

/// The whole screen, ending with a newline.
pub fn screen(t: &Tuned, look: &Look) -> String {
    let mut page = Page::new(look);
    page.blank();
    let room = page.width() - INDENT;
    for part in wrap(&t.about.title, room) {
        let bold = page.paint("1", &part);
        page.line(&bold);
    }
    for part in wrap(&facts(t, look), room) {
        let dim = page.paint("2", &part);
        page.line(&dim);
    }
    page.blank();
    for sentence in sentences(t) {
        page.wrapped("", &sentence);
    }
    page.blank();
    let (rows, left_out) = table(t);
    let right = [false, true, true, true, true, true, true, false];
    let right = if has_column(t) {
        &right[..]
    } else {
        &[false, true, true, true, true, true, false]
    };
    page.table(&rows, right);
    if left_out > 0 {
        page.line(&format!("{left_out} more in settings.csv"));
    }
    page.blank();
    for (kind, note) in notes(t) {
        page.wrapped(kind, &note);
    }
    if let Some(written) = &look.written {
        page.blank();
        page.line(written);
    }
    page.end()
}

/// `1-31 December 2026, Europe/Berlin · 32 settings, searched on seed 42, scored again …`.
fn facts(t: &Tuned, look: &Look) -> String {
    let listed = t.entries.iter().filter(|e| e.candidate.origin.listed);
    let settings = match listed.count() {
        1 => "1 setting".to_owned(),
        n => format!("{n} settings"),
    };
    let mut text = format!(
        "{}, {} · {settings} searched on seed {}, scored again on {} new trials, seed {}",
        t.about.horizon,
        t.about.timezone,
        t.seed,
        group_thousands(t.trials),
        t.fresh_seed
    );
    if t.most_trials > t.trials {
        let most = group_thousands(t.most_trials);
        text.push_str(&format!(", near the limit on {most}"));
    }
    if let Some(elapsed) = &look.elapsed {
        text.push_str(&format!(" · {elapsed}"));
    }
    text
}

/// Whether the required number is none that the table shows anyway.
fn has_column(t: &Tuned) -> bool {
    t.accept
        .as_ref()
        .is_some_and(|r| r.metric != Metric::PBlockedByWallet)
}

/// The settings that matter, and how many are left out.
fn table(t: &Tuned) -> (Vec<Vec<String>>, usize) {
    let mut head = vec!["Setting".to_owned(), "stopped".to_owned()];
    if let (true, Some(r)) = (has_column(t), &t.accept) {
        head.push(r.metric.to_string());
    }
    head.extend(["reloads", "idle", "paid, P50", "P95", ""].map(str::to_owned));
    let mut rows = vec![head];
    let mut left_out = 0;
    let mut seen = [0usize; 5];
    for e in &t.entries {
        let place = &mut seen[e.standing as usize];
        let named = e.candidate.origin.today || e.candidate.origin.published.is_some();
        let wanted = match e.standing {
            Standing::Recommended | Standing::AsGood | Standing::CannotTell => *place < SHOWN,
            // Where nothing will do, the nearest ones are of interest.
            Standing::Worse => false,
            Standing::Misses => t.recommended().is_none() && *place < SHOWN / 2,
        };
        *place += 1;
        if wanted || named {
            rows.push(row(t, e));
        } else {
            left_out += 1;
        }
    }
    (rows, left_out)
}

fn row(t: &Tuned, e: &Entry) -> Vec<String> {
    let mut cells = vec![name(t, e), with_error(e)];
    if let (true, Some(r)) = (has_column(t), &t.accept) {
        let found = e.required.as_ref();
        cells.push(found.map_or_else(String::new, |f| number(&r.metric, f.value)));
    }
    let whole = |x: f64| usd(if x >= 10.0 { x.round() } else { x });
    cells.extend([
        format!("{:.1}", e.reloads),
        whole(e.idle_usd),
        whole(e.paid_p50_usd),
        whole(e.paid_p95_usd),
        verdict(t, e),
    ]);
    cells
}

/// `25 below 12, cap 300`, `today: no auto-reload`, `today, light: 5 below 2, cap 20`.
fn name(t: &Tuned, e: &Entry) -> String {
    let text = match &e.candidate.setting {
        Some(s) => format!("{}{}", s.short(), limits(t, s, false)),
        None => "no auto-reload".to_owned(),
    };
    let origin = &e.candidate.origin;
    let today = origin.today.then_some("today");
    let published = origin.published.as_ref().map(|p| p.0.as_str());
    let marks: Vec<&str> = [today, published].into_iter().flatten().collect();
    match marks.is_empty() {
        true => text,
        false => format!("{}: {text}", marks.join(", ")),
    }
}

/// `1.0 % ± 0.4`.
fn with_error(e: &Entry) -> String {
    let s = &e.stopped;
    if s.value <= 0.0 {
        return format!("0 % (<{})", percent(s.high).replace(" %", ""));
    }
    let half = (s.high - s.low) / 2.0;
    let points = percent(half);
    format!("{} ± {}", percent(s.value), points.replace(" %", ""))
}

fn verdict(t: &Tuned, e: &Entry) -> String {
    match e.standing {
        Standing::Recommended => "recommended".to_owned(),
        Standing::AsGood => "as good".to_owned(),
        Standing::CannotTell => "cannot tell".to_owned(),
        Standing::Misses => "misses".to_owned(),
        Standing::Worse => match (&t.aim, &e.apart) {
            (Aim::Dollars(_), Some(apart)) => format!("{} more", usd(apart.value)),
            _ => "worse".to_owned(),
        },
    }
}
