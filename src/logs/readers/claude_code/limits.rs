//! Refusals because an allowance was used up, and what they say about its return.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::base::time::Instant;
use crate::logs::when;

/// What refusals say, in small letters. Other errors speak of limits too (a prompt too long, a
/// server that is busy), so each way of saying it is listed.
const REFUSALS: &[&str] = &[
    "usage limit reached",
    "hour limit reached",
    "session limit reached",
    "weekly limit reached",
    "opus limit reached",
    "sonnet limit reached",
    "fable limit reached",
    "spend limit reached",
    "spending limit reached",
    "limit will reset",
    "out of extra usage",
    "out of usage",
    "usage credits exhausted",
    "credit balance is too low",
    "usage limits",
    "exceed your account's rate limit",
    "exceed your organization's rate limit",
];

/// Kinds of errors in transcripts without texts that stand for the same.
const KINDS: &[&str] = &["limit", "extra_usage_out", "credit_low"];

/// Longest notice that is kept, in bytes.
const LONGEST: usize = 160;

/// Whether these words say that an allowance is used up.
pub fn refused(words: &str) -> bool {
    // A notice is short; what is longer is a report that may quote one.
    let head = words.get(..words.floor_char_boundary(1000)).unwrap_or("");
    let small = head.to_lowercase().replace('\u{2019}', "'");
    if small.contains("not your usage limit") {
        return false;
    }
    // "You've hit your weekly limit", "You've reached your Fable limit", "… monthly spend limit".
    let hit = ["hit your ", "reached your "].iter().any(|hit| {
        let rest = small.split_once(hit).map_or("", |(_, rest)| rest);
        let end = rest.find(['·', '∙', '.', '|', '\n']).unwrap_or(rest.len());
        let what = rest.get(..end).unwrap_or("");
        what.len() < 80 && (what.contains("limit") || what.contains("budget"))
    });
    hit || REFUSALS.iter().any(|r| small.contains(r))
}

/// Whether a kind of error stands for such a refusal.
pub fn kind(kind: &str) -> bool {
    KINDS.iter().any(|k| kind.contains(k))
}

/// The notice itself: the first line, without what a program hung on to it.
pub fn notice(words: &str) -> &str {
    let line = words.trim_start().lines().next().unwrap_or("").trim_end();
    line.get(..line.floor_char_boundary(LONGEST)).unwrap_or("")
}

/// When the allowance is back: `…|<epoch seconds>`, or `resets 3pm (Europe/Berlin)`, `resets Oct 9
/// at 3:30pm (…)` as the next such time after `at`. A time without a zone is the person's own, which
/// the log does not name: none.
pub fn resets(words: &str, at: Instant) -> Option<Instant> {
    if let Some((_, number)) = words.rsplit_once('|') {
        let digits = number.trim();
        let digits = digits.split(|c: char| !c.is_ascii_digit()).next()?;
        return when::epoch(digits.parse().ok()?);
    }
    let (_, rest) = words.split_once("reset")?;
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let (text, zone) = rest.split_once('(')?;
    let zone = TimeZone::get(zone.split_once(')')?.0.trim()).ok()?;
    let now = Timestamp::from_millisecond(at.0).ok()?;
    let now = zone.to_datetime(now);
    let next = next(text, now)?;
    let back = zone.to_zoned(next).ok()?;
    Some(Instant(back.timestamp().as_millisecond()))
}

/// The first local time after `now` that the words name.
fn next(words: &str, now: DateTime) -> Option<DateTime> {
    let mut date: Option<(i8, i8)> = None;
    let mut month = None;
    let mut weekday = None;
    let mut time = None;
    let words = words.to_ascii_lowercase();
    for word in words.split([' ', ',', '\u{a0}', '\u{202f}']) {
        let word = word.trim_matches(['·', '∙', '.']);
        if let Some(m) = position(word, MONTHS) {
            month = Some(m);
        } else if let Some(d) = position(word, DAYS) {
            weekday = Some(d);
        } else if let (Some(m), Ok(d), None) = (month, word.parse(), date) {
            date = Some((m, d));
        } else if let (Some((h, m)), "am" | "pm") = (time, word) {
            time = clock(&format!("{h}:{m}{word}"));
        } else if let Some(found) = clock(word) {
            time = Some(found);
        }
    }
    let (hour, minute) = time?;
    let time = Time::new(hour, minute, 0, 0).ok()?;
    if let Some((month, day)) = date {
        let this = Date::new(now.year(), month, day).ok()?.to_datetime(time);
        let next = Date::new(now.year().checked_add(1)?, month, day).ok();
        return if this > now {
            Some(this)
        } else {
            next.map(|d| d.to_datetime(time))
        };
    }
    let mut next = now.date().to_datetime(time);
    if next <= now {
        next = next.checked_add(1.day()).ok()?;
    }
    if let Some(weekday) = weekday {
        while next.weekday().to_monday_one_offset() != weekday {
            next = next.checked_add(1.day()).ok()?;
        }
    }
    Some(next)
}

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The place of a word in a list of beginnings, from 1.
fn position(word: &str, list: &[&str]) -> Option<i8> {
    let at = list
        .iter()
        .position(|w| word.starts_with(w) && word.is_ascii())?;
    i8::try_from(at + 1).ok()
}

/// `3pm`, `3:45pm`, `15:00`.
fn clock(word: &str) -> Option<(i8, i8)> {
    let (digits, noon) = match word.strip_suffix("pm") {
        Some(digits) => (digits, Some(12)),
        None => match word.strip_suffix("am") {
            Some(digits) => (digits, Some(0)),
            None => (word, None),
        },
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    match noon {
        Some(noon) if (1..=12).contains(&hour) => Some((hour % 12 + noon, minute)),
        None if (0..24).contains(&hour) && digits.contains(':') => Some((hour, minute)),
        _ => None,
    }
}
