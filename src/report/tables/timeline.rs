//! `timeline.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, at, number, share, share_header, since, usd};
use crate::analysis::findings::LeftPoint;

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let f = sheet.findings;
    let mut header: Vec<String> = ["pool", "at", "since_start_h"].map(String::from).to_vec();
    header.extend(share_header("not_drained_share"));
    header.push("empty_share".to_owned());
    for (name, unit) in [
        ("left", "pct"),
        ("left", "usd"),
        ("promotional_left", "usd"),
    ] {
        header.extend(
            ["mean", "p05", "p25", "p50", "p75", "p95"].map(|part| format!("{name}_{part}_{unit}")),
        );
    }
    let mut rows = Rows::start(to, &header)?;
    for pool in &f.pools {
        for (step, alive) in pool.survival.iter().enumerate() {
            let mut row = vec![
                pool.name.clone(),
                at(f, Some(alive.at)),
                since(f, Some(alive.at)),
                share(alive.share),
                share(alive.low),
                share(alive.high),
            ];
            let left = pool.left.get(step);
            row.push(left.map_or_else(String::new, |l| share(l.empty)));
            let (windows, wallet) = if pool.is_wallet {
                (None, left)
            } else {
                (left, None)
            };
            row.extend(cells(windows, |x| number(x, 2)));
            row.extend(cells(wallet, usd));
            row.extend(cells(pool.grants_left.get(step), usd));
            rows.row(row)?;
        }
    }
    rows.end()
}

fn cells(point: Option<&LeftPoint>, show: fn(f64) -> String) -> [String; 6] {
    point.map_or_else(Default::default, |p| {
        [p.mean, p.p05, p.p25, p.p50, p.p75, p.p95].map(show)
    })
}
