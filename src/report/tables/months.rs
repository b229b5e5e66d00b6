//! `months.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, spread_cells, spread_header, usd};

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<String> = ["month", "item"].map(String::from).to_vec();
    header.extend(spread_header("", "usd"));
    let mut rows = Rows::start(to, &header)?;
    for month in &sheet.findings.months {
        for (item, spread) in [
            ("subscription", &month.subscription_usd),
            ("covered_by_plan", &month.covered_usd),
            ("extra_usage", &month.extra_usd),
            ("card_charges", &month.card_usd),
            ("tax", &month.tax_usd),
            ("paid_elsewhere", &month.api_usd),
            ("wallet_left", &month.left_usd),
            ("total_paid", &month.total_usd),
        ] {
            let mut row = vec![month.name.clone(), item.to_owned()];
            row.extend(spread_cells(Some(spread), usd));
            rows.row(row)?;
        }
    }
    rows.end()
}
