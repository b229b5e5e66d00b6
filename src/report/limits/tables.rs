//! The CSV files of learned limits.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::base::time::Instant;
use crate::fit::limits::check::{Verdict, Why};
use crate::fit::limits::{Fit, Limits, Window};
use crate::report::tables::cell::{Rows, number, share, usd};

/// A table.
pub struct Table {
    pub file: &'static str,
    pub describe: &'static str,
    pub write: fn(&Limits, &mut dyn Write) -> io::Result<()>,
}

/// All tables.
pub const TABLES: &[Table] = &[
    Table {
        file: "limits.csv",
        describe: "per window and meter: its size, its weight, how well it predicts the readings",
        write: limits,
    },
    Table {
        file: "readings.csv",
        describe: "each reading that was used, beside the logged use and what that makes of the window",
        write: readings,
    },
];

/// One word for a verdict.
pub fn verdict(v: Verdict) -> &'static str {
    match v {
        Verdict::Learned => "learned",
        Verdict::Loose => "loose",
        Verdict::Few => "few",
        Verdict::Unexplained(Why::Unrelated) => "unrelated",
        Verdict::Unexplained(Why::Elsewhere) => "elsewhere",
        Verdict::Unexplained(Why::Scatter) => "scatter",
        Verdict::Unexplained(Why::OtherMeter(_)) => "other-meter",
    }
}

fn limits(l: &Limits, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "window",
        "label",
        "meter",
        "chosen",
        "verdict",
        "weight",
        "weight_unrelated",
        "limit_p05_usd",
        "limit_p50_usd",
        "limit_p95_usd",
        "before_p05_usd",
        "before_p50_usd",
        "before_p95_usd",
        "before_provenance",
        "readings",
        "periods",
        "predicted",
        "predicted_inside_90",
        "explained_share",
        "scatter_points",
    ];
    let mut rows = Rows::start(to, &header)?;
    for w in l.windows.iter().filter(|w| !w.chains.is_empty()) {
        for fit in &w.fits {
            rows.row(limit(l, w, fit))?;
        }
    }
    rows.end()
}

fn limit(l: &Limits, w: &Window, fit: &Fit) -> Vec<String> {
    let mut row = vec![
        w.id.clone(),
        w.label.clone(),
        fit.meter.name().to_owned(),
        (fit.meter == l.meter).to_string(),
        if fit.meter == l.meter {
            verdict(w.verdict).to_owned()
        } else {
            String::new()
        },
        share(fit.weight),
        share(w.unrelated),
    ];
    row.extend([fit.band.low, fit.band.median, fit.band.high].map(usd));
    match &w.known {
        Some(known) => {
            row.extend([fit.prior.low, fit.prior.median, fit.prior.high].map(usd));
            row.push(known.provenance.to_string());
        }
        None => row.extend(std::iter::repeat_n(String::new(), 4)),
    }
    row.push(w.used().to_string());
    row.push(w.chains.len().to_string());
    row.push(fit.checks.predicted.to_string());
    row.push(fit.checks.inside.to_string());
    row.push(fit.checks.explained().map_or_else(String::new, share));
    row.push(number(fit.posterior.phi * w.scale, 4));
    row
}

fn at(at: Instant) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |t| t.to_string())
}

fn readings(l: &Limits, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "window",
        "period",
        "period_begins",
        "at",
        "percent",
        "refusal",
        "logged_since_reading_before_usd",
        "logged_in_period_usd",
        "by_log_p05_percent",
        "by_log_p50_percent",
        "by_log_p95_percent",
    ];
    let mut rows = Rows::start(to, &header)?;
    let place = l.place();
    for w in l.windows.iter().filter(|w| !w.chains.is_empty()) {
        let band = w.fit(l.meter).band;
        for (n, chain) in w.chains.iter().enumerate() {
            // Where the beginning is not known, the first reading stands for itself.
            let mut sum = 0.0;
            let first = chain.links.first().map_or(0.0, |r| r.percent);
            let base = if chain.start.is_some() { 0.0 } else { first };
            for link in &chain.links {
                sum += link.spent[place];
                let by = |limit: f64| number((base + 100.0 * sum / limit).min(100.0), 3);
                rows.row(vec![
                    w.id.clone(),
                    (n + 1).to_string(),
                    chain.start.map_or_else(String::new, at),
                    at(link.at),
                    number(link.percent, 4),
                    link.hit.to_string(),
                    usd(link.spent[place]),
                    usd(sum),
                    by(band.high),
                    by(band.median),
                    by(band.low),
                ])?;
            }
        }
    }
    rows.end()
}
