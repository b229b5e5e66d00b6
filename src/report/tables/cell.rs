//! Cells of CSV files.

use std::io::{self, Write};

use crate::analysis::findings::{Findings, Spread};
use crate::base::civil::Zone;
use crate::base::time::Instant;
use crate::stats::estimate::Estimate;

/// A CSV file being written.
pub struct Rows<'a>(csv::Writer<&'a mut dyn Write>);

impl<'a> Rows<'a> {
    /// Starts a file with its header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn start<S: AsRef<str>>(to: &'a mut dyn Write, header: &[S]) -> io::Result<Rows<'a>> {
        let mut writer = csv::Writer::from_writer(to);
        let header = header.iter().map(AsRef::as_ref);
        writer.write_record(header).map_err(plain)?;
        Ok(Rows(writer))
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn row(&mut self, cells: Vec<String>) -> io::Result<()> {
        self.0.write_record(&cells).map_err(plain)
    }

    /// Writes what is left in the buffer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of the disk or the pipe itself, so that a reader who has gone is known as such.
fn plain(e: csv::Error) -> io::Error {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// An estimate with at most `places` decimals; empty when there is no number.
pub fn number(x: f64, places: usize) -> String {
    if !x.is_finite() {
        return String::new();
    }
    let text = format!("{x:.places$}");
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
        None => &text,
    };
    // A negative number too small to show is zero.
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// An estimated amount in dollars.
pub fn usd(x: f64) -> String {
    number(x, 6)
}

/// Hours.
pub fn hours(x: f64) -> String {
    number(x, 4)
}

/// A share between 0 and 1.
pub fn share(x: f64) -> String {
    number(x, 6)
}

/// A mean number of things.
pub fn count(x: f64) -> String {
    number(x, 4)
}

/// Local ISO 8601 with offset; empty when it never happens.
pub fn at(findings: &Findings, at: Option<Instant>) -> String {
    at.map_or_else(String::new, |at| {
        Zone(&findings.header.zone).local(at).iso()
    })
}

/// Hours since the start; empty when it never happens.
pub fn since(findings: &Findings, at: Option<Instant>) -> String {
    at.map_or_else(String::new, |at| {
        hours((at - findings.header.start).as_hours())
    })
}

/// Header cells of a share with its interval.
pub fn share_header(name: &str) -> [String; 3] {
    [
        name.to_owned(),
        format!("{name}_low"),
        format!("{name}_high"),
    ]
}

/// A share with its interval.
pub fn share_cells(e: &Estimate) -> [String; 3] {
    [share(e.value), share(e.low), share(e.high)]
}

/// Header cells of a spread.
pub fn spread_header(name: &str, unit: &str) -> Vec<String> {
    let parts = [
        "mean",
        "mean_low",
        "mean_high",
        "p05",
        "p10",
        "p25",
        "p50",
        "p75",
        "p80",
        "p90",
        "p95",
        "p99",
        "max",
    ];
    let head = if name.is_empty() {
        String::new()
    } else {
        format!("{name}_")
    };
    let tail = if unit.is_empty() {
        String::new()
    } else {
        format!("_{unit}")
    };
    parts
        .iter()
        .map(|part| format!("{head}{part}{tail}"))
        .collect()
}

/// A spread; the interval of the mean from its standard error. Empty cells when there is none.
pub fn spread_cells(spread: Option<&Spread>, show: fn(f64) -> String) -> Vec<String> {
    let Some(s) = spread else {
        return vec![String::new(); 13];
    };
    let half = 1.96 * s.se;
    [
        s.mean,
        s.mean - half,
        s.mean + half,
        s.p05,
        s.p10,
        s.p25,
        s.p50,
        s.p75,
        s.p80,
        s.p90,
        s.p95,
        s.p99,
        s.max,
    ]
    .map(show)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_negative_zero() {
        assert_eq!(number(1.5, 4), "1.5");
        assert_eq!(number(100.0, 4), "100");
        assert_eq!(number(100.0, 0), "100");
        assert_eq!(number(-0.000_001, 2), "0");
        assert_eq!(number(f64::INFINITY, 2), "");
    }
}
