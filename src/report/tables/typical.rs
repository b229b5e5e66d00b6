//! `typical.csv`: levels of the pools and what moved them, in the order of time.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, at, number, since, usd};
use crate::base::time::Instant;
use crate::report::events::line;

/// Kinds that are too many and too small to be read in a table; `replay` shows them.
const LEFT_OUT: [&str; 4] = ["request", "charged", "session-start", "session-end"];

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let f = sheet.findings;
    let header = [
        "at",
        "since_start_h",
        "event",
        "pool",
        "actor",
        "left_pct",
        "left_usd",
        "amount_usd",
        "balance_usd",
        "text",
    ];
    let mut lines: Vec<(Instant, Vec<String>)> = Vec::new();
    for (pool, series) in f.pools.iter().zip(&f.typical.left) {
        for (when, left) in series {
            let (pct, dollars) = if pool.is_wallet {
                (String::new(), usd(*left))
            } else {
                (number(*left, 2), String::new())
            };
            let mut cells = vec!["level".to_owned(), pool.name.clone(), String::new()];
            cells.extend([pct, dollars]);
            cells.extend([String::new(), String::new(), String::new()]);
            lines.push((*when, cells));
        }
    }
    for event in &f.typical.events {
        let l = line(sheet.experiment, event);
        if LEFT_OUT.contains(&l.kind) {
            continue;
        }
        let money = |m: Option<crate::base::money::Money>| {
            m.map_or_else(String::new, |m| m.to_decimal().to_string())
        };
        let name = l
            .actor
            .and_then(|a| sheet.experiment.actors.get(a))
            .map(|a| a.name.clone());
        let mut cells = vec![l.kind.to_owned(), String::new(), name.unwrap_or_default()];
        cells.extend([String::new(), String::new()]);
        cells.extend([money(l.amount), money(l.balance), l.text]);
        lines.push((l.at, cells));
    }
    lines.sort_by_key(|(when, _)| *when);
    let mut rows = Rows::start(to, &header)?;
    for (when, cells) in lines {
        let mut row = vec![at(f, Some(when)), since(f, Some(when))];
        row.extend(cells);
        rows.row(row)?;
    }
    rows.end()
}
