//! Numbers, dates and amounts in words, as sentences and screens show them.

use crate::base::civil::{Local, Zone};
use crate::base::money::{Money, PICO_PER_USD, group_thousands};
use crate::base::time::Instant;
use crate::stats::estimate::Estimate;

/// An exact amount: `$25`, `$4.50`, `$1,200`.
pub fn money(amount: Money) -> String {
    let cents = amount.round_to_cent();
    if cents.0 % PICO_PER_USD == 0 {
        let sign = if cents.0 < 0 { "-" } else { "" };
        format!(
            "{sign}${}",
            group_thousands((cents.0 / PICO_PER_USD).unsigned_abs())
        )
    } else {
        cents.to_string()
    }
}

/// An estimated amount in dollars: whole dollars from $100 on, else cents where there are any.
pub fn usd(dollars: f64) -> String {
    let cents = (dollars * 100.0).round();
    if !cents.is_finite() || cents.abs() > 9e14 {
        return format!("${dollars:.0}");
    }
    let sign = if cents < 0.0 { "-" } else { "" };
    let cents = cents.abs() as u64;
    if cents >= 10_000 {
        // Of the dollars, not of the cents: rounded twice, $1,881.496 would become $1,882.
        format!("{sign}${}", group_thousands(dollars.abs().round() as u64))
    } else if cents.is_multiple_of(100) {
        format!("{sign}${}", cents / 100)
    } else {
        format!("{sign}${}.{:02}", cents / 100, cents % 100)
    }
}

/// A share: `34 %`, `0.3 %`, `under 0.1 %`, `100 %`. Only a certain share reads 0 or 100.
pub fn percent(share: f64) -> String {
    let pct = share * 100.0;
    if pct <= 0.0 {
        "0 %".to_owned()
    } else if pct < 0.1 {
        "under 0.1 %".to_owned()
    } else if pct < 0.95 {
        format!("{pct:.1} %")
    } else if pct >= 100.0 {
        "100 %".to_owned()
    } else if pct > 99.9 {
        "over 99.9 %".to_owned()
    } else if pct >= 99.5 {
        format!("{pct:.1} %")
    } else {
        format!("{pct:.0} %")
    }
}

/// `7 of 2,000`: a rare share as the trials it was seen in; none when it is not rare.
pub fn rare(share: f64, trials: usize) -> Option<String> {
    let hits = (share * trials as f64).round();
    (hits >= 1.0 && share < 0.0095).then(|| {
        let (hits, all) = (group_thousands(hits as u64), group_thousands(trials as u64));
        format!("{hits} of {all}")
    })
}

/// `Opus 5.5` for `opus-5.5`, `Haiku 5.5 (batch)`: a family and its version. Other names stay.
pub fn model(name: &str) -> String {
    let (base, rest) = name.split_once(' ').unwrap_or((name, ""));
    let parts = base.split_once('-');
    let version = |v: &str| v.chars().all(|c| c.is_ascii_digit() || c == '.');
    match parts {
        Some((family, v))
            if !v.is_empty()
                && !family.is_empty()
                && version(v)
                && family.chars().all(|c| c.is_ascii_lowercase()) =>
        {
            let family = match family {
                short if short.len() <= 3 => short.to_uppercase(),
                long => long[..1].to_uppercase() + &long[1..],
            };
            format!("{family} {v} {rest}").trim_end().to_owned()
        }
        _ => name.to_owned(),
    }
}

/// Half the width of an interval in points: `± 1 %`, `± 0.3 %`.
pub fn plus_minus(estimate: &Estimate) -> String {
    format!("± {} %", points(half_width(estimate)))
}

/// The larger distance from the value to an end of its interval.
pub fn half_width(estimate: &Estimate) -> f64 {
    (estimate.high - estimate.value).max(estimate.value - estimate.low)
}

/// A share as points, with one decimal below 0.95: `1`, `0.3`.
pub fn points(share: f64) -> String {
    let pct = share * 100.0;
    if pct < 0.95 {
        format!("{:.1}", pct.max(0.1))
    } else {
        format!("{pct:.0}")
    }
}

/// Hours with one decimal, whole from 100 on.
pub fn hours(h: f64) -> String {
    if h.abs() >= 99.95 {
        format!("{} h", group_thousands(h.round() as u64))
    } else {
        format!("{h:.1} h")
    }
}

/// `2-31 h`, `0.2-3.1 h`.
pub fn hours_range(low: f64, high: f64) -> String {
    if high >= 10.0 {
        format!("{low:.0}-{high:.0} h")
    } else {
        format!("{low:.1}-{high:.1} h")
    }
}

/// `$150-$390`; one amount when both read the same.
pub fn usd_range(low: f64, high: f64) -> String {
    let (a, b) = (usd(low), usd(high));
    if a == b { a } else { format!("{a}-{b}") }
}

/// How dates of one run are shown: with the clock on short horizons, with the year on long ones.
#[derive(Clone, Copy)]
pub struct Dates<'a> {
    pub zone: Zone<'a>,
    clock: bool,
    /// The whole horizon is one day: its date says nothing.
    one_day: bool,
    year: bool,
}

impl<'a> Dates<'a> {
    pub fn new(zone: &'a [(Instant, i64)], start: Instant, end: Instant) -> Dates<'a> {
        let hours = (end - start).as_hours();
        Dates {
            zone: Zone(zone),
            clock: hours <= 72.0,
            one_day: hours <= 25.0,
            year: hours > 360.0 * 24.0,
        }
    }

    /// With the year, whatever the horizon: for what is past.
    pub fn with_year(self) -> Dates<'a> {
        Dates { year: true, ..self }
    }

    /// `Fri 4 Dec`; `Fri 4 Dec 15:20` on a short horizon, `Fri 4 Dec 2026` on a long one.
    pub fn day(&self, at: Instant) -> String {
        let l = self.zone.local(at);
        let mut text = format!("{} {} {}", l.weekday_short(), l.day, l.month_short());
        if self.year {
            text.push_str(&format!(" {}", l.year));
        }
        if self.clock {
            text.push_str(&format!(" {}", l.clock()));
        }
        text
    }

    /// `4 Dec 15:20`, for tables; `15:20` when the horizon is a day.
    pub fn minute(&self, at: Instant) -> String {
        let l = self.zone.local(at);
        if self.one_day {
            return l.clock();
        }
        format!("{} {}", self.date(&l), l.clock())
    }

    /// As [`Dates::minute`] on a short horizon, else as [`Dates::short`].
    pub fn date_or_clock(&self, at: Instant) -> String {
        if self.clock {
            self.minute(at)
        } else {
            self.short(at)
        }
    }

    /// `4 Dec`, with the year on a long horizon.
    pub fn short(&self, at: Instant) -> String {
        self.date(&self.zone.local(at))
    }

    fn date(&self, l: &Local) -> String {
        if self.year {
            format!("{} {} {}", l.day, l.month_short(), l.year)
        } else {
            format!("{} {}", l.day, l.month_short())
        }
    }

    /// `2-9 Dec`, `28 Nov-3 Dec`, `4 Dec 09:20-16:10`; `2 Dec to never` when the end never comes.
    pub fn range(&self, low: Option<Instant>, high: Option<Instant>) -> String {
        let (Some(low), Some(high)) = (low, high) else {
            return match (low, high) {
                (Some(low), None) if self.clock => format!("{} to never", self.minute(low)),
                (Some(low), None) => format!("{} to never", self.short(low)),
                _ => "never".to_owned(),
            };
        };
        let (a, b) = (self.zone.local(low), self.zone.local(high));
        if a.same_day(&b) {
            if a.clock() == b.clock() {
                return self.minute(low);
            }
            return format!("{} {}-{}", self.date(&a), a.clock(), b.clock());
        }
        if self.clock {
            return format!("{} - {}", self.minute(low), self.minute(high));
        }
        if (a.year, a.month) == (b.year, b.month) {
            return format!("{}-{}", a.day, self.date(&b));
        }
        format!("{}-{}", self.date(&a), self.date(&b))
    }
}

/// `the 5-hour window`, `the week (all models)`: a pool's label inside a sentence.
pub fn the(label: &str) -> String {
    use crate::analysis::sentences::lower_first;
    match label.split_once(", ") {
        Some((head, tail)) => format!("the {} ({tail})", lower_first(head)),
        None => format!("the {}", lower_first(label)),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        for (x, text) in [
            (190.4, "$190"),
            (99.5, "$99.50"),
            (20.0, "$20"),
            (0.4, "$0.40"),
            (1234.5, "$1,235"),
            (-3.5, "-$3.50"),
            (0.0, "$0"),
        ] {
            assert_eq!(usd(x), text);
        }
        assert_eq!(money(Money::cents(450)), "$4.50");
        assert_eq!(money(Money::usd(1200)), "$1,200");
        assert_eq!(usd_range(100.0, 100.0), "$100");
    }

    #[test]
    fn shares_never_claim_certainty_by_rounding() {
        for (x, text) in [
            (0.0, "0 %"),
            (0.0002, "under 0.1 %"),
            (0.003, "0.3 %"),
            (0.34, "34 %"),
            (0.996, "99.6 %"),
            (0.99999, "over 99.9 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(x), text);
        }
    }

    #[test]
    fn rare_shares_and_models_read_well() {
        assert_eq!(rare(0.001, 2000).as_deref(), Some("2 of 2,000"));
        assert_eq!(rare(0.03, 2000), None);
        assert_eq!(rare(0.0, 2000), None);
        for (name, shown) in [
            ("opus-5.5", "Opus 5.5"),
            ("haiku-5.5 (batch)", "Haiku 5.5 (batch)"),
            ("gpt-6", "GPT 6"),
            ("my-own-model", "my-own-model"),
            ("Ämter-7", "Ämter-7"),
            ("-5", "-5"),
        ] {
            assert_eq!(model(name), shown);
        }
    }

    #[test]
    fn ranges_of_dates() {
        const DAY: i64 = 86_400_000;
        // 2026-12-01T00:00Z
        let start = Instant(1_796_083_200_000);
        let day = |n: i64| Some(Instant(start.0 + n * DAY + 3_600_000));
        let dates = Dates::new(&[], start, Instant(start.0 + 31 * DAY));
        assert_eq!(dates.day(start), "Tue 1 Dec");
        assert_eq!(dates.range(day(1), day(8)), "2-9 Dec");
        assert_eq!(dates.range(day(-3), day(2)), "28 Nov-3 Dec");
        assert_eq!(dates.range(day(1), None), "2 Dec to never");
        assert_eq!(dates.range(day(1), day(1)), "2 Dec 01:00");
    }
}
