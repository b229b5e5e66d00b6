//! `drains.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{
    Rows, at, count, hours, share, share_cells, share_header, since, spread_cells, spread_header,
    usd,
};

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let f = sheet.findings;
    let quantiles = f.pools.first().map_or(&[][..], |pool| &pool.first);
    let mut header: Vec<String> = ["pool", "label", "limit_provenance"]
        .map(String::from)
        .to_vec();
    header.extend(["limit_p05_usd", "limit_p50_usd", "limit_p95_usd"].map(String::from));
    header.extend(share_header("p_drains"));
    for q in quantiles {
        let p = (q.p * 100.0).round();
        header.extend(
            ["", "_h", "_low", "_low_h", "_high", "_high_h"]
                .map(|end| format!("first_p{p:02}{end}")),
        );
    }
    header.extend(spread_header("drains", ""));
    header.extend(spread_header("empty", "h"));
    header.extend(spread_header("stopped", "h"));
    header.extend(spread_header("peak_use", "share"));
    let mut rows = Rows::start(to, &header)?;
    for pool in &f.pools {
        let limit = |value: fn(&crate::analysis::findings::Spread) -> f64| {
            pool.limit_usd
                .as_ref()
                .map_or_else(String::new, |s| usd(value(s)))
        };
        let provenance = pool.provenance.map_or("", |p| p.name());
        let mut row = vec![pool.name.clone(), pool.label.clone(), provenance.to_owned()];
        row.extend([limit(|s| s.p05), limit(|s| s.p50), limit(|s| s.p95)]);
        row.extend(share_cells(&pool.p_drains));
        for q in &pool.first {
            for time in [q.at, q.low, q.high] {
                row.extend([at(f, time), since(f, time)]);
            }
        }
        row.extend(spread_cells(Some(&pool.drains), count));
        row.extend(spread_cells(Some(&pool.empty_h), hours));
        row.extend(spread_cells(Some(&pool.stopped_h), hours));
        row.extend(spread_cells(pool.peak_use.as_ref(), share));
        rows.row(row)?;
    }
    rows.end()
}
