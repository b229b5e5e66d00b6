//! What became of the requirements, in words.

use std::io::{self, Write};

use crate::analysis::metric::Verdict;
use crate::analysis::words::{percent, usd};
use crate::engine::require::Metric;

/// Writes what does not hold or cannot be told (and, unless `quiet`, what holds). Returns whether
/// any requirement does not hold.
///
/// # Errors
/// When `to` cannot be written.
pub fn tell(verdicts: &[Verdict], to: &mut dyn Write, quiet: bool) -> io::Result<bool> {
    for verdict in verdicts {
        if !quiet || !verdict.holds || !verdict.certain {
            writeln!(to, "{}", line(verdict))?;
        }
    }
    Ok(verdicts.iter().any(|v| !v.holds))
}

/// One verdict: the requirement, what was found with its interval, and what to make of it.
pub fn line(v: &Verdict) -> String {
    let width = v.found.high - v.found.low;
    let show = |x: f64| number(&v.requirement.metric, x, width);
    let found = format!(
        "found {} (95 %: {} to {})",
        show(v.found.value),
        show(v.found.low),
        show(v.found.high)
    );
    let answer = if v.holds { "holds" } else { "does not hold" };
    let doubt = if v.certain {
        ""
    } else {
        "; these trials cannot tell for sure, more of them (--trials) narrow it"
    };
    format!("requirement {} {answer}: {found}{doubt}", v.requirement)
}

/// A number with as many digits as an interval of this width leaves it.
fn number(metric: &Metric, x: f64, width: f64) -> String {
    if !x.is_finite() {
        return "unbounded".to_owned();
    }
    match metric {
        m if m.is_probability() => fine_percent(x, width),
        Metric::Cost(_) | Metric::Extra(_) | Metric::Expired(_) | Metric::Idle => usd(x),
        Metric::BlockedHours(_) => format!("{x:.2} h"),
        _ => format!("{x:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    }
}

/// A share in percent: two digits of the interval's width, where whole percents or tenths would hide
/// it.
fn fine_percent(x: f64, width: f64) -> String {
    let percents = 100.0 * width;
    if !(percents > 0.0 && percents < 1.0) {
        return percent(x);
    }
    let digits = (1.0 - libm::floor(libm::log10(percents))).min(6.0) as usize;
    format!("{:.digits$} %", 100.0 * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::estimate::Estimate;

    #[test]
    fn verdicts_in_words() {
        let verdict = |text: &str, value, low, high, holds, certain| Verdict {
            requirement: text.parse().unwrap(),
            found: Estimate {
                value,
                low,
                high,
                n: 100,
            },
            holds,
            certain,
        };
        let sure = verdict("p_blocked <= 0.05", 0.12, 0.07, 0.2, false, true);
        let open = verdict("cost_p90 < 250", 240.0, 230.0, f64::INFINITY, true, false);
        let near = verdict(
            "p_stock_out <= 0.01",
            0.010_147,
            0.009_961,
            0.010_335,
            false,
            false,
        );
        let mut out = Vec::new();
        assert!(tell(&[sure, open, near], &mut out, false).unwrap());
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
