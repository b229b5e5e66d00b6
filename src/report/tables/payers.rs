//! `payers.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, count, share, usd};
use super::spend::part;

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let header = [
        "actor",
        "part",
        "model",
        "mean_requests",
        "mean_cache_misses",
        "mean_cache_misses_usd",
        "mean_list_price_usd",
        "mean_plan_usd",
        "mean_wallet_usd",
        "mean_elsewhere_usd",
        "share",
    ];
    let mut rows = Rows::start(to, &header)?;
    for row in &sheet.findings.spend {
        rows.row(vec![
            row.actor.clone(),
            part(row),
            row.model.clone(),
            count(row.requests),
            count(row.misses),
            usd(row.miss_usd),
            usd(row.usd.iter().sum()),
            usd(row.paid_usd[0]),
            usd(row.paid_usd[1]),
            usd(row.paid_usd[2]),
            share(row.share),
        ])?;
    }
    rows.end()
}
