//! `reasons.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, count, hours, share_cells, share_header};

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut header: Vec<String> = ["actor", "reason", "label", "http_status", "message"]
        .map(String::from)
        .to_vec();
    header.extend(["mean_requests", "mean_h"].map(String::from));
    header.extend(share_header("probability"));
    let mut rows = Rows::start(to, &header)?;
    for row in &sheet.findings.blocked.rows {
        let mut cells = vec![
            row.actor.clone(),
            row.reason.clone(),
            row.label.clone(),
            row.status.to_string(),
            row.message.clone(),
            count(row.requests_mean),
            hours(row.hours_mean),
        ];
        cells.extend(share_cells(&row.probability));
        rows.row(cells)?;
    }
    rows.end()
}
