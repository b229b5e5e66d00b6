//! Times of reset as people read them: `Resets 10pm (America/Los_Angeles)`, `Resets Mar 5 at 7pm`,
//! `Resets Tue 6:59 AM`, `Resets in 3 hr 42 min`. They have no year and often no date: the next such
//! time after the reading is meant, and of dates the one nearest to it.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::Context;
use crate::base::civil::{MONTHS, WEEKDAYS};
use crate::base::time::Instant;
use crate::base::zones;

/// Words of a reset that are read; what follows belongs to something else.
const WORDS_MAX: usize = 12;

/// Words without meaning for the time.
const FILLERS: &[&str] = &["at", "on", "in", "about", "around", "~"];

/// Whether a text names a time at all (`Resets monthly` does not).
pub(super) fn says_when(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// The instant of a text that begins with `reset`.
pub(super) fn reset(text: &str, context: &Context) -> Option<Instant> {
    let text = text.split('·').next().unwrap_or("");
    let (zone, text) = match text.split_once('(') {
        Some((before, inside)) => (zones::zone(inside.split(')').next()?.trim())?, before),
        None => (context.zone.clone(), text),
    };
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || c == ',' || c == ':' && !text.contains(' '))
        .map(|w| w.trim_end_matches(['.', ';']))
        .filter(|w| !w.is_empty())
        .skip(1)
        .filter(|w| !FILLERS.contains(w))
        // In a line of its own or not: the percentage that may follow is not part of the time.
        .take_while(|w| !w.contains('%'))
        .take(WORDS_MAX)
        .collect();
    if let Some(at) = within(&words, context.at) {
        return Some(at);
    }
    let now = Timestamp::from_millisecond(context.at.0).ok()?;
    let (words, zone) = match words.split_last() {
        Some((&("utc" | "gmt"), before)) => (before, TimeZone::UTC),
        _ => (words.as_slice(), zone),
    };
    let found = on_a_day(words, &now.to_zoned(zone))?;
    Some(Instant(found.as_millisecond()))
}

/// `3 hr 42 min`, `2h 15m`, `1 day 2 hr`.
fn within(words: &[&str], from: Instant) -> Option<Instant> {
    let joined = words.concat();
    let mut rest = joined.as_str();
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest.get(..end)?.parse().ok().filter(|n| *n < 10_000)?;
        let after = rest.get(end..)?;
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let minutes = match after.get(..letters)? {
            "d" | "day" | "days" => 1440,
            "h" | "hr" | "hrs" | "hour" | "hours" => 60,
            "m" | "min" | "mins" | "minute" | "minutes" => 1,
            _ => return None,
        };
        total += number * minutes;
        rest = after.get(letters..)?;
    }
    (!joined.is_empty()).then(|| Instant(from.0.saturating_add(total * 60_000)))
}

fn on_a_day(words: &[&str], now: &Zoned) -> Option<Timestamp> {
    let (first, rest) = words.split_first()?;
    if let Some(month) = named(first, MONTHS) {
        let (day, rest) = rest.split_first()?;
        let day: i8 = day.parse().ok()?;
        let year = rest.first().filter(|w| w.len() == 4);
        let year: Option<i16> = year.and_then(|w| w.parse().ok());
        let time = match rest.get(usize::from(year.is_some())..)? {
            [] => Time::midnight(),
            words => clock(words)?,
        };
        return nearest_year(year, month + 1, day, time, now);
    }
    if let Some(weekday) = named(first, WEEKDAYS) {
        return next(now, clock(rest)?, |at| {
            at.weekday().to_monday_zero_offset() == weekday
        });
    }
    match *first {
        "today" => next(now, clock(rest)?, |_| true),
        "tomorrow" => {
            let day = now.date().tomorrow().ok()?;
            instant(day.to_datetime(clock(rest)?), now.time_zone())
        }
        _ => next(now, clock(words)?, |_| true),
    }
}

/// The index of a name by its first three letters or as a whole.
fn named<const N: usize>(word: &str, names: [&str; N]) -> Option<i8> {
    let fits = |name: &&str| {
        let name = name.to_lowercase();
        word.len() >= 3 && name.starts_with(word)
    };
    names.iter().position(fits).map(|i| i as i8)
}

/// `10pm`, `10:40am`, `6:59 am`, `22:00`; nothing may follow: it could be a zone.
fn clock(words: &[&str]) -> Option<Time> {
    let (first, rest) = words.split_first()?;
    let (digits, half, rest) = match first.find(|c: char| c.is_ascii_alphabetic()) {
        Some(end) => (first.get(..end)?, first.get(end..)?, rest),
        None => match rest.split_first() {
            Some((half, rest)) => (*first, *half, rest),
            None => (*first, "", rest),
        },
    };
    if !rest.is_empty() {
        return None;
    }
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        "am" | "pm" if !(1..=12).contains(&hour) => return None,
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        "" if digits.contains(':') => hour,
        _ => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// The first day from today on that fits and on which the time still lies ahead.
fn next(now: &Zoned, time: Time, fits: impl Fn(DateTime) -> bool) -> Option<Timestamp> {
    let mut date = now.date();
    for _ in 0..8 {
        let at = date.to_datetime(time);
        let found = instant(at, now.time_zone()).filter(|t| *t > now.timestamp() && fits(at));
        if found.is_some() {
            return found;
        }
        date = date.tomorrow().ok()?;
    }
    None
}

/// A date; without a year the year that puts it nearest to the reading.
fn nearest_year(
    year: Option<i16>,
    month: i8,
    day: i8,
    time: Time,
    now: &Zoned,
) -> Option<Timestamp> {
    let years = match year {
        Some(year) => vec![year],
        None => vec![now.year() - 1, now.year(), now.year() + 1],
    };
    years
        .into_iter()
        .filter_map(|year| jiff::civil::Date::new(year, month, day).ok())
        .filter_map(|date| instant(date.to_datetime(time), now.time_zone()))
        .min_by_key(|t| (t.as_second() - now.timestamp().as_second()).abs())
}

fn instant(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        let context = Context {
            at: Instant(
                "2026-11-20T14:00:00Z"
                    .parse::<Timestamp>()
                    .unwrap()
                    .as_millisecond(),
            ),
            zone: zones::zone("Europe/Berlin").unwrap(),
        };
        let found = reset(text, &context)?;
        Some(Timestamp::from_millisecond(found.0).unwrap().to_string())
    }

    #[test]
    fn every_way_of_writing_a_reset() {
        for (text, expected) in [
            // 14:00 UTC is 15:00 in Berlin and 6:00 in Los Angeles.
            ("Resets 4pm", "2026-11-20T15:00:00Z"),
            ("resets 3pm", "2026-11-21T14:00:00Z"),
            ("Resets 10pm (America/Los_Angeles)", "2026-11-21T06:00:00Z"),
            ("Resets 12am (UTC)", "2026-11-21T00:00:00Z"),
            ("Resets 12:30pm (UTC)", "2026-11-21T12:30:00Z"),
            ("Resets 22:05", "2026-11-20T21:05:00Z"),
            ("Resets Nov 24, 7:59am (UTC)", "2026-11-24T07:59:00Z"),
            ("Resets Nov 24 at 8am (UTC)", "2026-11-24T08:00:00Z"),
            ("resets Jan 2, 8pm (UTC)", "2027-01-02T20:00:00Z"),
            ("Resets Dec 1 (UTC)", "2026-12-01T00:00:00Z"),
            ("Resets Nov 19 at 8am (UTC)", "2026-11-19T08:00:00Z"),
            ("Resets Tue 6:59 AM", "2026-11-24T05:59:00Z"),
            ("Resets Fri 2:00 PM (UTC)", "2026-11-27T14:00:00Z"),
            ("Resets Fri 2:01 PM (UTC)", "2026-11-20T14:01:00Z"),
            ("Resets in 3 hr 42 min", "2026-11-20T17:42:00Z"),
            ("Resets in 2h 15m", "2026-11-20T16:15:00Z"),
            ("Resets in 2d", "2026-11-22T14:00:00Z"),
            ("Resets in about 3 h", "2026-11-20T17:00:00Z"),
            ("Resets 4d", "2026-11-24T14:00:00Z"),
            ("Resets Tue 6:59 AM 61% used", "2026-11-24T05:59:00Z"),
            ("Resets Jan 2, 2028, 8pm UTC", "2028-01-02T20:00:00Z"),
            (
                "Resets in 1 day 2 hr · something else",
                "2026-11-21T16:00:00Z",
            ),
            ("Resets tomorrow at 9am (UTC)", "2026-11-21T09:00:00Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "Resets",
            "Resets soon",
            "Resets 25pm",
            "Resets 7",
            "Resets Feb 30",
            "Resets Fri 19:00 JST",
            "Resets Nov 24 or so",
            "Resets 4pm (Nowhere/Atlantis)",
            "Resets in",
            "Resets in 3 moons",
            "Resets in 99999999999999999999 h",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
