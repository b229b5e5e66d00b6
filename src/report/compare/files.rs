//! The folder of a comparison.

use std::io::{self, Write};

use crate::analysis::compare::break_even::Quantity;
use crate::analysis::compare::pairs::Difference;
use crate::analysis::compare::{Comparison, Entry};
use crate::report::charts::{Rendered, compare as charts};
use crate::report::folder::Written;
use crate::report::output::{Draft, MARK, OutputError};
use crate::report::tables::cell::{
    Rows, count, hours, number, share, share_cells, share_header, spread_cells, spread_header, usd,
};

use super::json::document;

type Writer = fn(&Comparison, &mut dyn Write) -> io::Result<()>;

/// The tables: file, and how it is written.
const TABLES: &[(&str, Writer)] = &[
    ("contenders.csv", contenders),
    ("windows.csv", windows),
    ("drains.csv", drains),
    ("differences.csv", differences),
    ("break_even.csv", break_even),
];

/// Writes tables, charts and the document into a draft of the folder.
///
/// # Errors
/// When a file cannot be written or a chart cannot be drawn.
pub fn write(draft: &Draft, c: &Comparison, with_charts: bool) -> Result<Written, OutputError> {
    let mut files = Vec::new();
    for (file, write) in TABLES {
        draft.file(file, |to| write(c, to))?;
        files.push((*file).to_owned());
    }
    let rendered: Vec<Rendered> = match with_charts {
        true => charts::render(c).map_err(|e| OutputError::Disk(io::Error::other(e)))?,
        false => Vec::new(),
    };
    for chart in &rendered {
        for (ending, bytes) in [("svg", chart.svg.as_bytes()), ("png", &chart.png)] {
            let name = format!("charts/{}.{ending}", chart.file);
            draft.file(&name, |to| to.write_all(bytes))?;
            files.push(name);
        }
    }
    files.push(MARK.to_owned());
    let text = document(c, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: TABLES.len(),
        charts: rendered.len(),
        files,
    })
}

/// What each costs over the horizon.
fn contenders(c: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    let mut header = vec!["contender".to_owned(), "plan".to_owned()];
    header.extend(spread_header("cost", "usd"));
    header.extend(
        [
            "subscription_usd",
            "extra_usage_usd",
            "elsewhere_usd",
            "tax_usd",
            "card_total_usd",
        ]
        .map(str::to_owned),
    );
    header.extend(spread_header("stopped", "h"));
    header.extend(share_header("p_stopped"));
    header.extend(share_header("p_cheapest"));
    header.push("p_cheapest_tied".to_owned());
    header.extend(share_header("p_least_stopped"));
    header.push("p_least_stopped_tied".to_owned());
    header.extend(spread_header("work_list_price", "usd"));
    header.extend(["work_requests", "work_tokens", "demand_hash"].map(str::to_owned));
    let mut rows = Rows::start(to, &header)?;
    for e in &c.entries {
        let mut row = vec![e.name.clone(), e.plan.clone()];
        row.extend(spread_cells(Some(&e.cost_usd), usd));
        row.extend(
            [
                e.subscription_usd,
                e.extra_usd,
                e.elsewhere_usd,
                e.tax_usd,
                e.cash_usd,
            ]
            .map(usd),
        );
        row.extend(spread_cells(Some(&e.stopped_h), hours));
        row.extend(share_cells(&e.p_stopped));
        row.extend(share_cells(&e.cheapest.0));
        row.push(share(e.cheapest.1.value));
        row.extend(share_cells(&e.least_stopped.0));
        row.push(share(e.least_stopped.1.value));
        row.extend(spread_cells(Some(&e.value_usd), usd));
        row.extend([
            count(e.requests),
            number(e.tokens, 0),
            format!("{:016x}", e.demand_hash),
        ]);
        rows.row(row)?;
    }
    rows.end()
}

/// How much of each window is used, and how much the work needs.
fn windows(c: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    let mut header = ["contender", "window", "label"].map(str::to_owned).to_vec();
    for what in ["used", "needed"] {
        header.extend(spread_header(what, "share"));
    }
    header.extend(spread_header("peak_use", "share"));
    let mut rows = Rows::start(to, &header)?;
    for e in &c.entries {
        for w in &e.windows {
            let pool = e.pools.iter().find(|p| !p.is_wallet && p.name == w.name);
            let mut row = vec![e.name.clone(), w.name.clone(), w.label.clone()];
            row.extend(spread_cells(Some(&w.used), share));
            row.extend(spread_cells(Some(&w.needed), share));
            row.extend(spread_cells(pool.and_then(|p| p.peak_use.as_ref()), share));
            rows.row(row)?;
        }
    }
    rows.end()
}

/// When each pool drains.
fn drains(c: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    let mut header = ["contender", "pool", "label", "provenance"]
        .map(str::to_owned)
        .to_vec();
    header.extend(share_header("p_drains"));
    let quantiles = crate::analysis::pools::DRAIN_QUANTILES;
    let name = |p: f64| format!("first_p{:02.0}", p * 100.0);
    header.extend(
        quantiles
            .iter()
            .flat_map(|p| [name(*p), format!("{}_h", name(*p))]),
    );
    header.extend(spread_header("drains", ""));
    header.extend(spread_header("stopped", "h"));
    let mut rows = Rows::start(to, &header)?;
    for e in &c.entries {
        for pool in &e.pools {
            let from = pool.provenance.map_or("", |p| p.name());
            let mut row = [&e.name, &pool.name, &pool.label, from]
                .map(str::to_owned)
                .to_vec();
            row.extend(share_cells(&pool.p_drains));
            for q in &pool.first {
                row.push(local(c, q.at));
                row.push(
                    q.at.map_or_else(String::new, |at| hours((at - c.header.start).as_hours())),
                );
            }
            row.extend(spread_cells(Some(&pool.drains), count));
            row.extend(spread_cells(Some(&pool.stopped_h), hours));
            rows.row(row)?;
        }
    }
    rows.end()
}

fn local(c: &Comparison, at: Option<crate::base::time::Instant>) -> String {
    at.map_or_else(String::new, |at| {
        crate::base::civil::Zone(&c.header.zone).local(at).iso()
    })
}

/// Each contender minus the first, trial by trial.
fn differences(c: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    let mut header = ["contender", "against", "quantity", "unit", "per"]
        .map(str::to_owned)
        .to_vec();
    header.extend(["mean", "mean_low", "mean_high", "unpaired_half_width"].map(str::to_owned));
    header.extend(["p05", "p10", "p25", "p50", "p75", "p90", "p95"].map(str::to_owned));
    for what in ["p_less", "p_same", "p_more"] {
        header.extend(share_header(what));
    }
    header.push("same_demand".to_owned());
    let mut rows = Rows::start(to, &header)?;
    let name = |i: usize| c.entries.get(i).map_or("", |e: &Entry| e.name.as_str());
    for pair in &c.pairs {
        let mut all: Vec<(String, &str, &str, &Difference)> = vec![
            ("cost".to_owned(), "usd", &c.per.word, &pair.cost_usd),
            ("stopped".to_owned(), "h", &c.per.word, &pair.stopped_h),
            (
                "work_list_price".to_owned(),
                "usd",
                &c.per.word,
                &pair.value_usd,
            ),
        ];
        all.extend(
            pair.needed
                .iter()
                .map(|(label, d)| (format!("needed: {label}"), "share", "period", d)),
        );
        for (quantity, unit, per, d) in all {
            let mut row = [name(pair.other), name(pair.base), &quantity, unit, per]
                .map(str::to_owned)
                .to_vec();
            let s = &d.spread;
            let numbers = [
                d.mean.value,
                d.mean.low,
                d.mean.high,
                d.unpaired_half,
                s.p05,
                s.p10,
                s.p25,
                s.p50,
                s.p75,
                s.p90,
                s.p95,
            ];
            row.extend(numbers.map(usd));
            for e in [&d.less, &d.same, &d.more] {
                row.extend(share_cells(e));
            }
            row.push(pair.same_demand.to_string());
            rows.row(row)?;
        }
    }
    rows.end()
}

/// The name of a quantity in files.
pub(super) fn quantity(q: &Quantity) -> String {
    match q {
        Quantity::Value => "work_list_price_usd".to_owned(),
        Quantity::Paid => "cost_usd".to_owned(),
        Quantity::Window(label) => format!("needed_share: {label}"),
    }
}

/// Cheaper minus dearer over the number of requests.
fn break_even(c: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "cheaper",
        "dearer",
        "quantity",
        "requests_relative",
        "difference_mean",
        "difference_low",
        "difference_high",
        "dearer_mean",
    ];
    let mut rows = Rows::start(to, &header)?;
    let name = |i: usize| c.entries.get(i).map_or("", |e: &Entry| e.name.as_str());
    for b in &c.break_evens {
        for (q, what) in b.quantities.iter().enumerate() {
            for point in &b.curve {
                let Some(Some([mean, low, high])) = point.differences.get(q) else {
                    continue;
                };
                rows.row(vec![
                    name(b.cheaper).to_owned(),
                    name(b.dearer).to_owned(),
                    quantity(what),
                    number(point.factor, 6),
                    usd(*mean),
                    usd(*low),
                    usd(*high),
                    b.dearer_means.get(q).map_or_else(String::new, |m| usd(*m)),
                ])?;
            }
        }
    }
    rows.end()
}
