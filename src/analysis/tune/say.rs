//! Numbers of an answer in words.

use crate::analysis::words::usd;
use crate::base::money::group_thousands;
use crate::engine::require::Metric;
use crate::stats::estimate::Estimate;

pub(super) fn is_money(m: &Metric) -> bool {
    matches!(
        m,
        Metric::Cost(_) | Metric::Extra(_) | Metric::Expired(_) | Metric::Idle
    )
}

/// A number of a metric, with its unit.
pub fn number(m: &Metric, x: f64) -> String {
    if m.is_probability() {
        percent(x)
    } else if is_money(m) {
        usd(x)
    } else if matches!(m, Metric::BlockedHours(_)) {
        hours(x)
    } else {
        let text = format!("{x:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A number that somebody wrote: without digits that say nothing.
pub fn given(m: &Metric, x: f64) -> String {
    number(m, x).replace(".0 %", " %")
}

/// A share with two digits that count: `17 %`, `1.1 %`, `0.45 %`, `0.091 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", digits(share, share))
}

/// The points of a share, as many decimals as suit `like`.
fn digits(share: f64, like: f64) -> String {
    let (x, like) = (share * 100.0, (like * 100.0).abs());
    let decimals = match like {
        l if l <= 0.0 => 0,
        l if l >= 99.95 => 0,
        l if l >= 99.5 => 1,
        l if l >= 9.95 => 0,
        l if l >= 0.95 => 1,
        l if l >= 0.095 => 2,
        _ => 3,
    };
    let text = format!("{x:.decimals$}");
    if like > 0.0 && decimals == 3 && x > 0.0 && x < 0.001 {
        return "under 0.001".to_owned();
    }
    match text.split_once('.') {
        Some((whole, part)) if part.chars().all(|c| c == '0') && decimals > 0 && like < 0.95 => {
            whole.to_owned()
        }
        _ => text,
    }
}

/// `0.6-1.5 %`.
pub(super) fn range(e: &Estimate) -> String {
    format!("{}-{} %", digits(e.low, e.value), digits(e.high, e.value))
}

/// `7 reloads`, `2.6 reloads`.
pub fn reloads(n: f64) -> String {
    let shown = if n >= 9.95 {
        format!("{n:.0}")
    } else {
        format!("{n:.1}")
    };
    let shown = shown.strip_suffix(".0").unwrap_or(&shown).to_owned();
    if shown == "1" {
        "1 reload".to_owned()
    } else {
        format!("{shown} reloads")
    }
}

pub(super) fn hours(h: f64) -> String {
    if h < 1.0 {
        format!("{:.0} minutes", h * 60.0)
    } else {
        crate::analysis::words::hours(h)
    }
}

/// Whole dollars from ten on.
pub(super) fn round(usd: f64) -> f64 {
    if usd >= 10.0 { usd.round() } else { usd }
}

pub(super) fn count(n: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    WORDS
        .get(n)
        .map_or_else(|| group_thousands(n as u64), |w| (*w).to_owned())
}

pub(super) fn upper(text: &str) -> String {
    crate::analysis::sentences::upper_first(text)
}
