//! `spend.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, count, share, usd};
use crate::account::rates::ALL_KINDS;
use crate::analysis::findings::SpendRow;

/// `main` or `sub-agents`.
pub fn part(row: &SpendRow) -> String {
    if row.sub_agent { "sub-agents" } else { "main" }.to_owned()
}

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "actor",
        "part",
        "model",
        "kind",
        "mean_tokens",
        "mean_usd",
        "share",
    ];
    let mut rows = Rows::start(to, &header)?;
    for row in &sheet.findings.spend {
        let dollars: f64 = row.usd.iter().sum();
        for kind in ALL_KINDS {
            let k = kind as usize;
            if row.tokens[k] == 0.0 {
                continue;
            }
            let of_row = if dollars > 0.0 {
                row.usd[k] / dollars
            } else {
                0.0
            };
            rows.row(vec![
                row.actor.clone(),
                part(row),
                row.model.clone(),
                kind.name().to_owned(),
                count(row.tokens[k]),
                usd(row.usd[k]),
                share(row.share * of_row),
            ])?;
        }
    }
    rows.end()
}
