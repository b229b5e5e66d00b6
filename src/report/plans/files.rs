//! The folder of a comparison of plans.

use std::io::{self, Write};

use crate::analysis::plans::PlansFinding;
use crate::analysis::plans::judge::{Entry, Standing, Verdict};
use crate::analysis::plans::sentences::name;
use crate::analysis::plans::ways::Way;
use crate::report::charts::{Rendered, plans as charts};
use crate::report::folder::{Written, pictures};
use crate::report::output::{Draft, MARK, OutputError};
use crate::report::tables::cell::{
    Rows, hours as h, number, share, share_cells, share_header, spread_cells, spread_header, usd,
};

use super::json::document;

type Writer = fn(&PlansFinding, &mut dyn Write) -> io::Result<()>;

/// The tables: file, and how it is written.
const TABLES: &[(&str, Writer)] = &[
    ("plans.csv", |f, to| contenders(&f.verdict, to)),
    ("hours.csv", |f, to| hour_prices(&f.verdict, to)),
    ("use.csv", growth),
    ("switches.csv", switches),
];

/// Writes tables, charts and the document into a draft of the folder.
///
/// # Errors
/// When a file cannot be written or a chart cannot be drawn.
pub fn write(draft: &Draft, f: &PlansFinding, with_charts: bool) -> Result<Written, OutputError> {
    let mut files = Vec::new();
    for (file, write) in TABLES {
        draft.file(file, |to| write(f, to))?;
        files.push((*file).to_owned());
    }
    let rendered: Vec<Rendered> = match with_charts {
        true => charts::render(f).map_err(|e| OutputError::Disk(io::Error::other(e)))?,
        false => Vec::new(),
    };
    pictures(draft, &rendered, &mut files)?;
    files.push(MARK.to_owned());
    let text = document(f, &files)?;
    draft.file(MARK, |to| to.write_all(text.as_bytes()))?;
    Ok(Written {
        tables: TABLES.len(),
        charts: rendered.len(),
        files,
    })
}

/// The name of a way in files.
pub(super) fn way(w: Way) -> &'static str {
    match w {
        Way::Without => "without_extra_usage",
        Way::With => "with_extra_usage",
        Way::Paid => "paid_by_use",
    }
}

/// The name of a standing in files.
pub(super) fn standing(s: Standing) -> &'static str {
    match s {
        Standing::Best => "best",
        Standing::Same => "same",
        Standing::CannotTell => "cannot_tell",
        Standing::Dearer => "dearer",
        Standing::Incomplete => "incomplete",
    }
}

/// What each contender costs.
pub(super) fn contenders(v: &Verdict, to: &mut dyn Write) -> io::Result<()> {
    let mut header = ["plan", "name", "way", "today", "standing"]
        .map(str::to_owned)
        .to_vec();
    header.extend(["fee_usd", "extra_usage_usd", "elsewhere_usd", "tax_usd"].map(str::to_owned));
    header.extend(spread_header("cost", "usd"));
    header.extend(spread_header("stopped", "h"));
    header.extend(share_header("p_stopped"));
    header.extend(share_header("p_extra_usage"));
    header.extend(spread_header("total", "usd"));
    header.extend(share_header("p_cheapest"));
    header.push("p_cheapest_tied".to_owned());
    header.extend(
        [
            "dearer_than_best_usd",
            "dearer_low_usd",
            "dearer_high_usd",
            "limits_assumed",
            "demand_hash",
        ]
        .map(str::to_owned),
    );
    let mut rows = Rows::start(to, &header)?;
    for e in &v.entries {
        rows.row(row(e))?;
    }
    rows.end()
}

fn row(e: &Entry) -> Vec<String> {
    let mut row = vec![
        e.id.clone(),
        name(e),
        way(e.way).to_owned(),
        e.today.to_string(),
        standing(e.standing).to_owned(),
    ];
    row.extend([e.fee_usd, e.extra_usd, e.elsewhere_usd, e.tax_usd].map(usd));
    row.extend(spread_cells(Some(&e.cost_usd), usd));
    row.extend(spread_cells(Some(&e.stopped_h), h));
    row.extend(share_cells(&e.p_stopped));
    row.extend(share_cells(&e.p_extra));
    row.extend(spread_cells(Some(&e.total_usd), usd));
    row.extend(share_cells(&e.cheapest));
    row.push(share(e.tied));
    let d = &e.against_best.mean;
    row.extend([d.value, d.low, d.high].map(usd));
    row.push(e.assumed.to_string());
    row.push(
        e.demand_hash
            .map_or_else(String::new, |x| format!("{x:016x}")),
    );
    row
}

/// Who costs least at which price of an hour.
pub(super) fn hour_prices(v: &Verdict, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "from_hour_usd",
        "from_low_usd",
        "from_high_usd",
        "plan",
        "name",
        "cost_mean_usd",
        "stopped_mean_h",
    ];
    let mut rows = Rows::start(to, &header)?;
    for s in &v.hours {
        let Some(e) = v.entries.get(s.entry) else {
            continue;
        };
        rows.row(vec![
            usd(s.from.value),
            usd(s.from.low),
            usd(s.from.high),
            e.id.clone(),
            name(e),
            usd(e.cost_usd.mean),
            h(e.stopped_h.mean),
        ])?;
    }
    rows.end()
}

/// Each contender over multiples of today's use.
fn growth(f: &PlansFinding, to: &mut dyn Write) -> io::Result<()> {
    let mut header = [
        "use_factor",
        "list_price_usd",
        "plan",
        "name",
        "cost_mean_usd",
        "stopped_mean_h",
        "total_mean_usd",
        "total_low_usd",
        "total_high_usd",
    ]
    .map(str::to_owned)
    .to_vec();
    header.extend(share_header("p_cheapest"));
    let mut rows = Rows::start(to, &header)?;
    for point in &f.growth.points {
        for (e, cell) in f.verdict.entries.iter().zip(&point.cells) {
            let Some(cell) = cell else { continue };
            let mut row = vec![
                number(point.factor, 6),
                usd(point.factor * f.growth.value_usd),
                e.id.clone(),
                name(e),
                usd(cell.cost_usd),
                h(cell.stopped_h),
            ];
            let t = &cell.total_usd;
            row.extend([t.value, t.low, t.high].map(usd));
            let none = || [String::new(), String::new(), String::new()];
            row.extend(cell.cheapest.as_ref().map_or_else(none, share_cells));
            rows.row(row)?;
        }
    }
    rows.end()
}

/// Where another plan takes over. An end of an interval that was not reached is empty.
fn switches(f: &PlansFinding, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "use_factor",
        "use_factor_low",
        "use_factor_high",
        "list_price_usd",
        "from_plan",
        "from_name",
        "to_plan",
        "to_name",
    ];
    let mut rows = Rows::start(to, &header)?;
    for s in &f.growth.switches {
        let (Some(a), Some(b)) = (f.verdict.entries.get(s.from), f.verdict.entries.get(s.to))
        else {
            continue;
        };
        let low = match s.low > 0.0 {
            true => number(s.low, 6),
            false => String::new(),
        };
        rows.row(vec![
            number(s.at, 6),
            low,
            number(s.high, 6),
            usd(s.at * f.growth.value_usd),
            a.id.clone(),
            name(a),
            b.id.clone(),
            name(b),
        ])?;
    }
    rows.end()
}
