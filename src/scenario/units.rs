//! Values with a unit: money, shares, lengths of time, moments.

use crate::base::text;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::doc::{Item, Node};
use super::fields::{Fields, civil_date, civil_datetime};
use crate::base::money::Money;
use crate::base::time::Span;

/// A length of time as typed: calendar units stay calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Exact(Span),
    Days(i64),
    Months(i64),
}

impl Length {
    /// The length in milliseconds, a month being 30 days where no calendar is at hand.
    pub fn span(self) -> Span {
        match self {
            Length::Exact(s) => s,
            Length::Days(n) => Span::days(n),
            Length::Months(n) => Span::days(n.saturating_mul(30)),
        }
    }
}

/// An instant as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    Local(DateTime),
    /// Milliseconds since 1970 UTC, with the civil day at the offset given.
    Exact(i64, Date),
}

impl Moment {
    pub fn date(self) -> Date {
        match self {
            Moment::Day(d) => d,
            Moment::Local(t) => t.date(),
            Moment::Exact(_, d) => d,
        }
    }
}

/// Dollars, exactly; a text may carry a dollar sign.
pub(super) fn money(f: &Fields<'_>, name: &'static str, item: &Item) -> Option<Money> {
    let text = match &item.node {
        Node::Number(text) => text.as_str(),
        Node::Text(text) => text.trim().trim_start_matches('$').trim(),
        _ => {
            f.wrong(name, item);
            return None;
        }
    };
    let Some(number) = text::decimal(text) else {
        let what = format!("{name} is {text}");
        f.bad(item.at, what, "expected dollars, like 20 or 12.50", "");
        return None;
    };
    if number.is_sign_negative() && !number.is_zero() {
        let what = format!("{name} is negative: {text}");
        f.bad(item.at, what, "expected an amount of at least 0", "");
        return None;
    }
    let money = Money::from_decimal(number).filter(|m| *m <= Money::usd(1_000_000));
    if money.is_none() {
        let what = format!("{name} is {text}");
        let expected = "expected at most 1,000,000 dollars and twelve decimals";
        f.bad(item.at, what, expected, "");
    }
    money
}

/// Dollars, or none for the word that the key allows.
pub(super) fn money_or(f: &Fields<'_>, name: &'static str, item: &Item) -> Option<Option<Money>> {
    if let (Node::Text(text), Some(word)) = (&item.node, f.word(name)) {
        if text == word {
            return Some(None);
        }
        if text::decimal(text.trim().trim_start_matches('$')).is_none() {
            let what = format!("{name} is \"{text}\"");
            let expected = format!("expected dollars or \"{word}\"");
            f.bad(
                item.at,
                what,
                &expected,
                &format!("write {name} = \"{word}\" or an amount"),
            );
            return None;
        }
    }
    money(f, name, item).map(Some)
}

/// A share from 0 to 1; a text with a per-cent sign from 0 to 100.
pub(super) fn share(f: &Fields<'_>, name: &'static str, item: &Item) -> Option<Decimal> {
    let (text, percent) = match &item.node {
        Node::Number(text) => (text.as_str(), false),
        Node::Text(text) => match text.trim().strip_suffix('%') {
            Some(number) => (number.trim(), true),
            None => (text.trim(), false),
        },
        _ => {
            f.wrong(name, item);
            return None;
        }
    };
    let share = text::decimal(text).map(|n| if percent { n / Decimal::from(100) } else { n });
    match share {
        Some(s) if s >= Decimal::ZERO && s <= Decimal::ONE => Some(s),
        _ => {
            let unit = if percent { " %" } else { "" };
            let what = format!("{name} is {text}{unit}");
            let help = match share {
                Some(s) if !percent && s > Decimal::ONE => {
                    format!("if per cent is meant: {name} = \"{text} %\"")
                }
                _ => String::new(),
            };
            f.bad(
                item.at,
                what,
                "expected a share from 0 to 1, or \"0 %\" to \"100 %\"",
                &help,
            );
            None
        }
    }
}

/// A length of time out of text: `90s`, `10m`, `2h`, `31d`, `12 weeks`, `1 month`, `1 year`.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn length(text: &str) -> Result<Length, String> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_lowercase();
    let unit = unit.as_str();
    let number = if number.is_empty() { "1" } else { number };
    let n: f64 = number
        .parse()
        .ok()
        .filter(|n: &f64| *n < 1e9)
        .ok_or_else(|| format!("\"{text}\" does not begin with a number"))?;
    let whole = (n.fract() == 0.0).then_some(n as i64);
    let exact = |ms: f64| Ok(Length::Exact(Span((n * ms) as i64)));
    match (unit, whole) {
        ("ms", _) => exact(1.0),
        ("s" | "sec" | "second" | "seconds", _) => exact(1e3),
        ("m" | "min" | "minute" | "minutes", _) => exact(6e4),
        ("h" | "hour" | "hours", _) => exact(3.6e6),
        ("d" | "day" | "days", Some(n)) => Ok(Length::Days(n)),
        ("d" | "day" | "days", None) => exact(8.64e7),
        ("w" | "week" | "weeks", Some(n)) => Ok(Length::Days(7 * n)),
        ("month" | "months", Some(n)) => Ok(Length::Months(n)),
        ("y" | "year" | "years", Some(n)) => Ok(Length::Months(12 * n)),
        ("", _) => Err(format!("\"{text}\" has no unit")),
        (_, None) => Err(format!("\"{text}\" is not a whole number of {unit}")),
        _ => Err(format!("\"{text}\" has an unknown unit")),
    }
}

const LENGTH_HELP: &str = "units are s, m (minutes), h, d, weeks, months, years";

pub(super) fn length_of(f: &Fields<'_>, name: &'static str, item: &Item) -> Option<Length> {
    let text = match &item.node {
        Node::Text(text) => text.as_str(),
        Node::Number(text) => {
            let help = format!("write the unit: {name} = \"{text} days\" or \"{text}h\"");
            f.bad(
                item.at,
                format!("{name} is {text}, without a unit"),
                "",
                &help,
            );
            return None;
        }
        _ => {
            f.wrong(name, item);
            return None;
        }
    };
    match length(text) {
        Ok(length) => Some(length),
        Err(what) => {
            let expected = "expected a length of time, like \"10m\", \"5h\" or \"7 days\"";
            f.bad(item.at, format!("{name}: {what}"), expected, LENGTH_HELP);
            None
        }
    }
}

/// An instant with its distance from UTC out of text: `2026-12-05T09:00:00Z`.
pub(super) fn instant(text: &str) -> Option<Moment> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    (2000..2200)
        .contains(&day.year())
        .then(|| Moment::Exact(at.as_millisecond(), day))
}

pub(super) fn moment(f: &Fields<'_>, name: &'static str, item: &Item) -> Option<Moment> {
    let found = match &item.node {
        Node::Date(d) => match (d.date, d.time, d.offset) {
            (Some(date), None, _) => civil_date(date).map(Moment::Day),
            (Some(date), Some(time), None) => civil_datetime(date, time).map(Moment::Local),
            (Some(date), Some(time), Some(offset)) => civil_datetime(date, time).and_then(|t| {
                let minutes = match offset {
                    toml::value::Offset::Z => 0,
                    toml::value::Offset::Custom { minutes } => i64::from(minutes),
                };
                let utc = t.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
                let ms = utc.timestamp().as_millisecond() - minutes * 60_000;
                Some(Moment::Exact(ms, t.date()))
            }),
            _ => None,
        },
        Node::Text(text) => text
            .parse::<Date>()
            .ok()
            .filter(|_| text.trim().len() <= 10)
            .map(Moment::Day)
            .or_else(|| text.parse::<DateTime>().ok().map(Moment::Local)),
        _ => {
            f.wrong(name, item);
            return None;
        }
    };
    let found = found.filter(|m| (2000..2200).contains(&m.date().year()));
    if found.is_none() {
        let what = format!("{name} is not a day that can be simulated");
        f.bad(
            item.at,
            what,
            "expected a date, like 2026-12-01, or 2026-12-01T09:00:00",
            "",
        );
    }
    found
}
