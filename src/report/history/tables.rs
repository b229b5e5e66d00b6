//! The CSV files of a history.

use std::io::{self, Write};

use crate::analysis::findings::Spread;
use crate::analysis::history::{HistoryFindings, PlanFinding};
use crate::base::civil::Zone;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::report::tables::cell::{Rows, count, hours, number, share, usd};

/// A table.
pub struct Table {
    pub file: &'static str,
    pub describe: &'static str,
    pub write: fn(&HistoryFindings, &mut dyn Write) -> io::Result<()>,
}

/// All tables.
pub const TABLES: &[Table] = &[
    Table {
        file: "plans.csv",
        describe: "per plan: stops without extra usage, costs with it",
        write: plans,
    },
    Table {
        file: "windows.csv",
        describe: "per plan and window: its size, how often it stops work, how full it gets",
        write: windows,
    },
    Table {
        file: "stops.csv",
        describe: "each stop, with every window in the middle of its band",
        write: stops,
    },
    Table {
        file: "days.csv",
        describe: "per plan and day with refusals: requests and hours, means over the draws",
        write: days,
    },
    Table {
        file: "work.csv",
        describe: "per plan and session with refusals: requests and list price, means over the draws",
        write: work,
    },
];

fn spread_header(name: &str, unit: &str) -> [String; 3] {
    ["p10", "p50", "p90"].map(|p| match unit {
        "" => format!("{name}_{p}"),
        unit => format!("{name}_{p}_{unit}"),
    })
}

fn cells(s: Option<&Spread>, show: fn(f64) -> String) -> [String; 3] {
    s.map_or_else(Default::default, |s| [s.p10, s.p50, s.p90].map(show))
}

fn money(m: Option<Money>) -> String {
    m.map_or_else(String::new, |m| usd(m.to_f64()))
}

fn plans(f: &HistoryFindings, to: &mut dyn Write) -> io::Result<()> {
    let mut header = vec![
        "plan".to_owned(),
        "name".into(),
        "meter".into(),
        "fee_usd".into(),
    ];
    header.push("p_never_stopped".into());
    for (name, unit) in OFF {
        header.extend(spread_header(name, unit));
    }
    header.extend(["never_covered_requests".into(), "never_covered_usd".into()]);
    for (name, unit) in ON {
        header.extend(spread_header(name, unit));
    }
    let mut rows = Rows::start(to, &header)?;
    for p in &f.plans {
        rows.row(plan_row(p))?;
    }
    rows.end()
}

const OFF: [(&str, &str); 6] = [
    ("stops", ""),
    ("stopped", "h"),
    ("hours_with_refusals", ""),
    ("refused_requests", ""),
    ("refused", "usd"),
    ("covered_by_plan", "usd"),
];

const ON: [(&str, &str); 7] = [
    ("extra_usage", "usd"),
    ("card_charges", "usd"),
    ("tax", "usd"),
    ("reloads", ""),
    ("refused_by_wallet_requests", ""),
    ("stopped_by_wallet", "h"),
    ("fee_and_extra_usage", "usd"),
];

fn plan_row(p: &PlanFinding) -> Vec<String> {
    let off = p.off.as_ref();
    let on = p.on.as_ref();
    let mut row = vec![
        p.id.clone(),
        p.label.clone(),
        p.meter.name().to_owned(),
        money(p.fee),
        off.map_or_else(String::new, |o| share(o.never.value)),
    ];
    row.extend(cells(off.map(|o| &o.stops), count));
    row.extend(cells(off.map(|o| &o.stopped_h), hours));
    row.extend(cells(off.map(|o| &o.hours_hit), count));
    row.extend(cells(off.map(|o| &o.refused), count));
    row.extend(cells(off.map(|o| &o.refused_usd), usd));
    row.extend(cells(off.map(|o| &o.covered_usd), usd));
    row.push(off.map_or_else(String::new, |o| o.uncovered.to_string()));
    row.push(money(off.map(|o| o.uncovered_usd)));
    row.extend(cells(on.map(|o| &o.overflow_usd), usd));
    row.extend(cells(on.map(|o| &o.card_usd), usd));
    row.extend(cells(on.map(|o| &o.tax_usd), usd));
    row.extend(cells(on.map(|o| &o.reloads), count));
    row.extend(cells(on.map(|o| &o.refused), count));
    row.extend(cells(on.map(|o| &o.stopped_h), hours));
    // Without a known fee there is no sum.
    row.extend(cells(
        on.filter(|_| p.fee.is_some()).map(|o| &o.total_usd),
        usd,
    ));
    row
}

fn windows(f: &HistoryFindings, to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<String> = ["plan", "window", "label", "provenance", "p_stops"]
        .map(String::from)
        .to_vec();
    for (name, unit) in [
        ("limit", "usd"),
        ("stops", ""),
        ("stopped", "h"),
        ("refused_requests", ""),
        ("fullest_period", ""),
    ] {
        header.extend(spread_header(name, unit));
    }
    let mut rows = Rows::start(to, &header)?;
    for p in &f.plans {
        for w in &p.windows {
            let known = Some(w).filter(|w| w.limit_usd.p50 > 0.0);
            let mut row = vec![
                p.id.clone(),
                w.name.clone(),
                w.label.clone(),
                w.provenance.name().to_owned(),
                share(w.p_stops.value),
            ];
            row.extend(cells(known.map(|w| &w.limit_usd), usd));
            row.extend(cells(Some(&w.stops), count));
            row.extend(cells(Some(&w.stopped_h), hours));
            row.extend(cells(Some(&w.refused), count));
            row.extend(cells(known.map(|w| &w.peak), share));
            rows.row(row)?;
        }
    }
    rows.end()
}

fn at(f: &HistoryFindings, at: Instant) -> String {
    Zone(&f.zone).local(at).iso()
}

fn stops(f: &HistoryFindings, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "plan",
        "window",
        "from",
        "until",
        "stopped_h",
        "refused_requests",
        "sessions",
        "first_refused_session",
        "first_refused_project",
        "used_up_by_session",
        "used_up_by_project",
        "used_up_by_share",
    ];
    let mut rows = Rows::start(to, &header)?;
    for p in &f.plans {
        for s in &p.stops {
            let (session, project, part) = match &s.eater {
                Some((session, project, part)) => (session.clone(), project.clone(), share(*part)),
                None => Default::default(),
            };
            rows.row(vec![
                p.id.clone(),
                s.window.clone(),
                at(f, s.from),
                at(f, s.until),
                hours((s.until - s.from).as_hours()),
                s.refused.to_string(),
                s.sessions.to_string(),
                s.session.clone(),
                s.project.clone(),
                session,
                project,
                part,
            ])?;
        }
    }
    rows.end()
}

fn days(f: &HistoryFindings, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "plan",
        "day",
        "p_stopped",
        "mean_refused_requests",
        "mean_stopped_h",
    ];
    let mut rows = Rows::start(to, &header)?;
    for p in &f.plans {
        let mut days: Vec<_> = p.days.iter().collect();
        days.sort_by_key(|d| d.at);
        for d in days {
            rows.row(vec![
                p.id.clone(),
                at(f, d.at).chars().take(10).collect(),
                share(d.p),
                count(d.refused),
                hours(d.stopped_h),
            ])?;
        }
    }
    rows.end()
}

fn work(f: &HistoryFindings, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "plan",
        "session",
        "project",
        "first_request",
        "requests",
        "mean_refused_requests",
        "mean_refused_usd",
    ];
    let mut rows = Rows::start(to, &header)?;
    for p in &f.plans {
        for w in &p.work {
            rows.row(vec![
                p.id.clone(),
                w.session.clone(),
                w.project.clone(),
                at(f, w.at),
                w.requests.to_string(),
                count(w.refused),
                number(w.refused_usd, 6),
            ])?;
        }
    }
    rows.end()
}
