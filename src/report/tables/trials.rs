//! `trials.csv`: one row per trial, exact. A million rows of forty cells are written here, so cells
//! are made from integers by hand and go through one buffer.

use std::io::{self, Write};

use super::Sheet;
use crate::base::civil::Zone;
use crate::base::money::PICO_PER_USD;
use crate::base::time::Instant;
use crate::engine::outcome::{Field, NEVER};

/// How a number of a row is written.
#[derive(Clone, Copy)]
enum Show {
    Count,
    Usd,
    Hours,
    /// Millionths as a decimal share.
    Share,
    /// Two cells: local time and hours since the start; both empty when it never happened.
    Time,
    /// The sum of the trial's cash and the fees.
    Total,
}

/// Flush size of the buffer.
const CHUNK: usize = 1 << 16;

pub fn write(sheet: &Sheet<'_>, to: &mut dyn Write) -> io::Result<()> {
    let columns = columns(sheet);
    let layout = sheet.outcome.layout;
    let places: Vec<(usize, Show)> = columns.iter().map(|c| (layout.at(c.1), c.2)).collect();
    let cash: Vec<usize> = (0..layout.months)
        .flat_map(|m| [Field::Card(m), Field::Tax(m), Field::Api(m)])
        .map(|field| layout.at(field))
        .collect();
    let fees: i64 = sheet.experiment.months.iter().map(|m| m.fee.0).sum();
    let (zone, start) = (Zone(&sheet.experiment.zone), sheet.experiment.start);
    let mut out = Vec::with_capacity(CHUNK + 4096);
    header(&columns, &mut out)?;
    for (trial, row) in sheet.outcome.rows.chunks_exact(layout.width).enumerate() {
        push_count(&mut out, trial as i64);
        for &(at, show) in &places {
            out.push(b',');
            let v = row[at];
            match show {
                Show::Count => push_count(&mut out, v),
                Show::Usd => push_decimal(&mut out, v, PICO_PER_USD),
                Show::Share => push_decimal(&mut out, v, 1_000_000),
                Show::Hours => push_hours(&mut out, v),
                Show::Total => {
                    let total = cash.iter().map(|at| row[*at]).sum::<i64>() + fees;
                    push_decimal(&mut out, total, PICO_PER_USD);
                }
                Show::Time if v == NEVER => out.push(b','),
                Show::Time => {
                    zone.local(Instant(start.0 + v)).push_iso(&mut out);
                    out.push(b',');
                    push_hours(&mut out, v);
                }
            }
        }
        out.push(b'\n');
        if out.len() >= CHUNK {
            to.write_all(&out)?;
            out.clear();
        }
    }
    to.write_all(&out)
}

type Column = (String, Field, Show);

fn columns(sheet: &Sheet<'_>) -> Vec<Column> {
    let one = |name: &str, field, show| (name.to_owned(), field, show);
    let mut out = vec![
        one("total_usd", Field::Requests, Show::Total),
        one("requests", Field::Requests, Show::Count),
        one("blocked_requests", Field::Blocked, Show::Count),
        one(
            "blocked_by_wallet_requests",
            Field::BlockedByWallet,
            Show::Count,
        ),
        one("lost_requests", Field::Lost, Show::Count),
        one("blocked_h", Field::BlockedMs, Show::Hours),
        one("reloads", Field::Reloads, Show::Count),
        one("declined_payments", Field::Declines, Show::Count),
        one("top_ups", Field::TopUps, Show::Count),
        one("wallet_left_usd", Field::Left, Show::Usd),
        one("expired_usd", Field::Expired, Show::Usd),
        one("idle_usd", Field::Idle, Show::Usd),
    ];
    let windows = &sheet.experiment.account.windows;
    let names = windows.iter().map(|w| w.name.as_str()).chain(["wallet"]);
    for (p, pool) in names.enumerate().take(sheet.outcome.layout.pools) {
        let of = |part: &str| format!("{pool}_{part}");
        out.extend([
            (of("first_drain"), Field::FirstDrain(p), Show::Time),
            (of("drains"), Field::Drains(p), Show::Count),
            (of("empty_h"), Field::EmptyMs(p), Show::Hours),
            (of("stopped_h"), Field::StoppedMs(p), Show::Hours),
        ]);
        if p < windows.len() {
            out.push((of("limit_usd"), Field::WindowLimit(p), Show::Usd));
            out.push((of("peak_use_share"), Field::PeakUse(p), Show::Share));
        }
    }
    for (m, month) in sheet.experiment.months.iter().enumerate() {
        for (part, field) in [
            ("covered_usd", Field::Covered(m)),
            ("extra_usd", Field::Extra(m)),
            ("card_usd", Field::Card(m)),
            ("tax_usd", Field::Tax(m)),
            ("elsewhere_usd", Field::Api(m)),
            ("wallet_left_usd", Field::MonthLeft(m)),
        ] {
            out.push((format!("{}_{part}", month.name), field, Show::Usd));
        }
    }
    out
}

fn header(columns: &[Column], out: &mut Vec<u8>) -> io::Result<()> {
    let mut names = vec!["trial".to_owned()];
    for (name, _, show) in columns {
        names.push(name.clone());
        if matches!(show, Show::Time) {
            names.push(format!("{name}_h"));
        }
    }
    // Names of windows come from the scenario, so the header is quoted where it must be.
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(&names)?;
    writer.flush()
}

/// Two digits at a time would be faster still; this is already below the cost of the disk.
fn push_digits(out: &mut Vec<u8>, mut n: u64, min_width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while n > 0 || digits.len() - at < min_width {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

fn push_count(out: &mut Vec<u8>, n: i64) {
    if n < 0 {
        out.push(b'-');
    }
    push_digits(out, n.unsigned_abs(), 1);
}

/// `n / unit` exactly, where `unit` is a power of ten; no trailing zeros.
fn push_decimal(out: &mut Vec<u8>, n: i64, unit: i64) {
    if n < 0 {
        out.push(b'-');
    }
    let (n, unit) = (n.unsigned_abs(), unit.unsigned_abs());
    push_digits(out, n / unit, 1);
    let (mut rest, mut places) = (n % unit, unit.ilog10() as usize);
    if rest == 0 {
        return;
    }
    while rest.is_multiple_of(10) {
        rest /= 10;
        places -= 1;
    }
    out.push(b'.');
    push_digits(out, rest, places);
}

/// Milliseconds as hours with six decimals, half up: the one rounding in this file.
fn push_hours(out: &mut Vec<u8>, ms: i64) {
    push_decimal(out, (ms.saturating_mul(10) + 18).div_euclid(36), 1_000_000);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(f: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        f(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_exact() {
        let usd = |n| text(|out| push_decimal(out, n, PICO_PER_USD));
        assert_eq!(usd(0), "0");
        assert_eq!(usd(1), "0.000000000001");
        assert_eq!(usd(-1_500_000_000_000), "-1.5");
        assert_eq!(usd(100 * PICO_PER_USD), "100");
        assert_eq!(usd(i64::MAX), "9223372.036854775807");
        assert_eq!(usd(i64::MIN), "-9223372.036854775808");
        assert_eq!(text(|out| push_hours(out, 5_400_000)), "1.5");
        assert_eq!(text(|out| push_hours(out, 1)), "0");
        assert_eq!(text(|out| push_hours(out, 2)), "0.000001");
        assert_eq!(text(|out| push_count(out, -12)), "-12");
    }
}
