//! `cost.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, share, usd};

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let trials = sheet.findings.header.trials.max(1) as f64;
    let mut rows = Rows::start(to, &["from_usd", "below_usd", "trials", "share"])?;
    for (from, below, n) in &sheet.findings.cost.histogram {
        // The last bar may be open: its upper edge is an empty cell.
        rows.row(vec![
            usd(*from),
            usd(*below),
            n.to_string(),
            share(*n as f64 / trials),
        ])?;
    }
    rows.end()
}
