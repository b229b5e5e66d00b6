//! Numbers and names as words: one way to say money, shares, counts and pools.

use crate::analysis::findings::{Findings, Header, PoolFinding};
use crate::analysis::words;
use crate::base::money::{Money, PICO_PER_USD, group_thousands};

/// A space that does not break.
pub const NBSP: char = '\u{a0}';

/// `$1,234`, `$3.20`, `$0.42`, `$1.23M`: an estimate of dollars.
pub fn usd(v: f64) -> String {
    if !v.is_finite() {
        return "–".to_string();
    }
    let sign = if v < 0.0 { "−" } else { "" };
    let a = v.abs();
    let body = if a >= 999_500.0 {
        let text = format!("{:.2}", a / 1e6);
        format!("{}M", text.trim_end_matches('0').trim_end_matches('.'))
    } else if a >= 9.995 || (a - a.round()).abs() < 0.005 && a >= 0.995 {
        group_thousands(a.round() as u64)
    } else if a >= 0.0995 {
        format!("{a:.2}")
    } else if a < 0.000_05 {
        return "$0".to_string();
    } else {
        // Two digits that count, at least cents: $0.03, $0.055, $0.0042.
        let text = format!("{a:.*}", if a >= 0.009_95 { 3 } else { 4 });
        let cents = text.len().min(4);
        let end = text.trim_end_matches('0').len().max(cents);
        text[..end].to_string()
    };
    format!("{sign}${body}")
}

/// An exact amount: whole dollars without cents, everything else with them.
pub fn money(m: Money) -> String {
    if m.0.unsigned_abs() >= 1_000_000 * PICO_PER_USD as u64 {
        return usd(m.to_f64());
    }
    let text = m.to_string().replace('-', "−");
    let whole = text.strip_suffix(".00").map(str::to_string);
    whole.unwrap_or(text)
}

/// A number on a money axis whose ticks are `step` apart.
pub fn axis_usd(v: f64, step: f64) -> String {
    let sign = if v < -step * 1e-6 { "−" } else { "" };
    let a = v.abs();
    // As many decimals as the distance of two ticks has.
    let decimals = |unit: f64| {
        (0..4usize)
            .find(|d| {
                let scaled = step / unit * 10f64.powi(*d as i32);
                (scaled - scaled.round()).abs() < 1e-6 * scaled
            })
            .unwrap_or(4)
    };
    if a < step * 1e-6 {
        "$0".to_string()
    } else if step >= 500_000.0 {
        format!("{sign}${:.*}M", decimals(1e6), a / 1e6)
    } else if step >= 5_000.0 {
        format!("{sign}${:.*}k", decimals(1e3), a / 1e3)
    } else if step >= 0.999 && decimals(1.0) == 0 {
        format!("{sign}${}", group_thousands(a.round() as u64))
    } else {
        let text = format!("{a:.*}", decimals(1.0).max(2));
        let (whole, part) = text.split_once('.').unwrap_or((&text, "00"));
        let whole = group_thousands(whole.parse().unwrap_or(0));
        format!("{sign}${whole}.{part}")
    }
}

/// `13 %`; small and near-whole shares keep what tells them from never and always.
pub fn percent(share: f64) -> String {
    let p = (share * 100.0).clamp(0.0, 100.0);
    if p == 0.0 || p == 100.0 {
        format!("{p:.0}{NBSP}%")
    } else if p < 0.1 {
        format!("under 0.1{NBSP}%")
    } else if p > 99.9 {
        format!("over 99.9{NBSP}%")
    } else if !(0.95..99.5).contains(&p) {
        format!("{p:.1}{NBSP}%")
    } else {
        format!("{p:.0}{NBSP}%")
    }
}

/// `3.2 h`, `25 min`, `under 1 min`, `1,234 h`.
pub fn hours(h: f64) -> String {
    if h <= 0.0 {
        format!("0{NBSP}h")
    } else if h < 1.0 / 60.0 {
        format!("under 1{NBSP}min")
    } else if h < 0.95 {
        format!("{:.0}{NBSP}min", (h * 60.0).max(1.0))
    } else if h < 9.95 {
        format!("{h:.1}{NBSP}h")
    } else {
        // Never days: several actors together may be stopped for more hours than a month has.
        format!("{}{NBSP}h", group_thousands(h.round().min(1e15) as u64))
    }
}

/// `10,000`.
pub fn count(n: usize) -> String {
    group_thousands(n as u64)
}

/// `once`, `twice`, `seven times`, `34 times`.
pub fn times(n: f64) -> String {
    const WORDS: [&str; 10] = [
        "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    let n = n.round().max(0.0) as u64;
    match n {
        0 => "never".to_string(),
        1 => "once".to_string(),
        2 => "twice".to_string(),
        3..=12 => format!("{} times", WORDS[n as usize - 3]),
        _ => format!("{} times", group_thousands(n)),
    }
}

/// `1 reload`, `7 reloads`.
pub fn plural(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1{NBSP}{one}")
    } else {
        format!("{}{NBSP}{one}s", count(n))
    }
}

/// What trials are called: `month`, `run`.
pub fn trial(header: &Header) -> &str {
    if header.trial_word.is_empty() {
        "run"
    } else {
        &header.trial_word
    }
}

/// `months`.
pub fn trials(header: &Header) -> String {
    format!("{}s", trial(header))
}

/// `in any of 10,000 months`, `in the one run`.
pub fn in_any(header: &Header) -> String {
    if header.trials == 1 {
        format!("in the one {} that was played", trial(header))
    } else {
        format!("in any of {} {}", count(header.trials), trials(header))
    }
}

/// `in every month`, `in 34 % of months`, `in 7 of 2,000 months`, `in no month`.
pub fn in_share(share: f64, header: &Header) -> String {
    if share <= 0.0 {
        format!("in no {}", trial(header))
    } else if share >= 1.0 {
        format!("in every {}", trial(header))
    } else if let Some(rare) = words::rare(share, header.trials) {
        format!("in {rare} {}", trials(header))
    } else {
        format!("in {} of {}", percent(share), trials(header))
    }
}

/// A pool inside a sentence: `the 5-hour window`, `the week (all models)`, `extra usage`.
pub fn the_pool(pool: &PoolFinding) -> String {
    let label = match pool.label.split_once(", ") {
        Some((head, tail)) if !tail.is_empty() => format!("{head} ({tail})"),
        _ => pool.label.clone(),
    };
    let label = lower_first(&label);
    let has_article = ["the ", "a ", "an ", "your "]
        .iter()
        .any(|a| label.starts_with(a));
    if pool.is_wallet || has_article {
        label
    } else {
        format!("the {label}")
    }
}

/// `stop` or `stops`, after the name of a pool as its subject.
pub fn verb<'a>(pool: &PoolFinding, one: &'a str, many: &'a str) -> &'a str {
    let name = pool.label.as_str();
    if pool.is_wallet && name.ends_with('s') && !name.ends_with("ss") {
        many
    } else {
        one
    }
}

/// What stops for the most time, as it stands inside a sentence, and its hours a trial: `the
/// 5-hour window`, `the monthly spend limit`.
pub fn stopper(f: &Findings) -> Option<(String, f64)> {
    let label = f.blocked.by.as_ref()?;
    let rows = f.blocked.rows.iter().filter(|r| r.label == *label);
    let hours = rows.map(|r| r.hours_mean).sum();
    let pool = f.pools.iter().find(|p| p.label == *label);
    let name = pool.map_or_else(|| format!("the {}", lower_first(label)), the_pool);
    Some((name, hours))
}

/// Lower first letter, unless the first word is a name or an acronym.
pub fn lower_first(s: &str) -> String {
    let mut chars = s.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(a), Some(b)) if a.is_uppercase() && !b.is_uppercase() => {
            a.to_lowercase().chain(chars).collect()
        }
        _ => s.to_string(),
    }
}

/// Upper first letter: the start of a sentence.
pub fn upper_first(s: &str) -> String {
    let mut chars = s.chars();
    match chars.next() {
        Some(a) => a.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_keeps_what_matters() {
        let shown: Vec<String> = [
            0.0,
            0.03,
            0.0042,
            0.42,
            3.2,
            5.0,
            12.6,
            1234.4,
            1_200_000.0,
            -7.5,
        ]
        .map(usd)
        .to_vec();
        assert_eq!(
            shown,
            [
                "$0", "$0.03", "$0.0042", "$0.42", "$3.20", "$5", "$13", "$1,234", "$1.2M",
                "−$7.50"
            ]
        );
        assert_eq!(money(Money::cents(2250)), "$22.50");
        assert_eq!(money(Money::usd(1300)), "$1,300");
        assert_eq!(axis_usd(0.05, 0.01), "$0.05");
        assert_eq!(axis_usd(1_500_000.0, 500_000.0), "$1.5M");
        assert_eq!(axis_usd(2_000_000.0, 1_000_000.0), "$2M");
        assert_eq!(axis_usd(20_000.0, 5_000.0), "$20k");
        assert_eq!(axis_usd(0.005, 0.0025), "$0.0050");
        assert_eq!(axis_usd(7.5, 2.5), "$7.50");
        assert_eq!(axis_usd(250_000.0, 250_000.0), "$250k");
    }

    #[test]
    fn shares_never_round_to_never_or_always() {
        let shown: Vec<String> = [0.0, 0.0004, 0.004, 0.03, 0.345, 0.996, 0.9999, 1.0]
            .map(percent)
            .iter()
            .map(|s| s.replace(NBSP, " "))
            .collect();
        assert_eq!(
            shown,
            [
                "0 %",
                "under 0.1 %",
                "0.4 %",
                "3 %",
                "34 %",
                "99.6 %",
                "over 99.9 %",
                "100 %"
            ]
        );
    }

    #[test]
    fn counts_in_words() {
        assert_eq!(times(1.0), "once");
        assert_eq!(times(7.0), "seven times");
        assert_eq!(times(31.0), "31 times");
        assert_eq!(plural(1, "reload"), format!("1{NBSP}reload"));
        assert_eq!(lower_first("API limit"), "API limit");
        assert_eq!(lower_first("Week"), "week");
    }
}
