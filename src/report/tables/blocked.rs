//! `blocked.csv`.

use std::io::{self, Write};

use super::Sheet;
use super::cell::{Rows, count, hours, share};
use crate::base::civil::WEEKDAYS;

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    // The probability is the actor's, whatever the reason: that of a stop in this cell at all.
    let header = [
        "actor",
        "reason",
        "weekday",
        "hour",
        "mean_requests",
        "mean_h",
        "probability_any_reason",
    ];
    let mut rows = Rows::start(to, &header)?;
    for cell in &sheet.findings.blocked.cells {
        rows.row(vec![
            cell.actor.clone(),
            cell.reason.clone(),
            WEEKDAYS[usize::from(cell.weekday % 7)].to_owned(),
            cell.hour.to_string(),
            count(cell.requests_mean),
            hours(cell.hours_mean),
            share(cell.probability),
        ])?;
    }
    rows.end()
}
