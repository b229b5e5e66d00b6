//! Instants as local civil time, and ticks on a time axis.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use crate::analysis::findings::Header;
use crate::base::time::Instant;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Local time of a run.
pub struct Clock<'a> {
    zone: &'a [(Instant, i64)],
    pub start: Instant,
    pub end: Instant,
}

/// A tick: where and what it says.
pub type Tick = (Instant, String);

impl<'a> Clock<'a> {
    pub fn new(header: &'a Header) -> Clock<'a> {
        Clock::of(&header.zone, header.start, header.end)
    }

    /// Local time between two instants.
    pub fn of(zone: &'a [(Instant, i64)], start: Instant, end: Instant) -> Clock<'a> {
        Clock {
            zone,
            start,
            end: Instant(end.0.max(start.0 + 1)),
        }
    }

    /// Length of the horizon in days.
    pub fn days(&self) -> f64 {
        (self.end - self.start).as_hours() / 24.0
    }

    fn offset(&self, at: Instant) -> i64 {
        let after = self.zone.partition_point(|(from, _)| *from <= at);
        self.zone
            .get(after.saturating_sub(1))
            .map_or(0, |(_, offset)| *offset)
    }

    /// Local civil time of an instant.
    pub fn local(&self, at: Instant) -> DateTime {
        Timestamp::from_millisecond(at.0.saturating_add(self.offset(at)))
            .map(|t| Offset::UTC.to_datetime(t))
            .unwrap_or_default()
    }

    /// Local time of an instant of the horizon: its very end belongs to its last day.
    fn inside(&self, at: Instant) -> DateTime {
        self.local(at.min(Instant(self.end.0 - 1)))
    }

    /// The instant of a local civil time. In the hour that a change of the clock skips or repeats
    /// either reading will do for a tick.
    pub fn instant(&self, local: DateTime) -> Instant {
        let utc = Offset::UTC
            .to_timestamp(local)
            .map_or(0, |t| t.as_millisecond());
        let guess = Instant(utc - self.offset(Instant(utc)));
        Instant(utc - self.offset(guess))
    }

    /// `Fri 4 Dec`, or `Fri 14:20` when the horizon is a day or two.
    pub fn short(&self, at: Instant) -> String {
        let t = self.inside(at);
        if self.days() <= 1.1 {
            t.strftime("%H:%M").to_string()
        } else if self.days() <= 3.1 {
            t.strftime("%a %H:%M").to_string()
        } else if self.days() > 400.0 {
            t.strftime("%-d %b %Y").to_string()
        } else {
            t.strftime("%a %-d %b").to_string()
        }
    }

    /// `Friday 4 December`, or `14:20` when the horizon is a day.
    pub fn long(&self, at: Instant) -> String {
        let t = self.inside(at);
        if self.days() <= 1.1 {
            t.strftime("%H:%M").to_string()
        } else if self.days() <= 3.1 {
            t.strftime("%H:%M on %A").to_string()
        } else if self.days() > 400.0 {
            t.strftime("%-d %B %Y").to_string()
        } else {
            t.strftime("%A %-d %B").to_string()
        }
    }

    /// `15 December`.
    pub fn day(&self, at: Instant) -> String {
        self.local(at).strftime("%-d %B").to_string()
    }

    /// Ticks on local midnights, hours or firsts of months: the finest set for which `fits` says yes.
    pub fn ticks(&self, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
        let mut coarse = Vec::new();
        for step in STEPS {
            // A step much finer than the horizon needs is not worth the listing.
            if (self.end - self.start).0 / step.about() > 40 {
                continue;
            }
            let ticks = self.list(step);
            if fits(&ticks) {
                return ticks;
            }
            coarse = ticks;
        }
        coarse.truncate(1);
        coarse
    }

    fn list(&self, step: Step) -> Vec<Tick> {
        let mut out: Vec<Tick> = Vec::new();
        let first = self.local(self.start);
        let mut at = step.floor(first);
        // The horizon may start between two ticks; at most a few thousand steps in any case.
        for _ in 0..5000 {
            let instant = self.instant(at);
            if instant > self.end {
                break;
            }
            if instant >= self.start && out.last().is_none_or(|(last, _)| *last < instant) {
                // A year is worth its room where it changes, and at the start of a long horizon.
                let year = match out.last() {
                    Some((before, _)) => self.local(*before).year() != at.year(),
                    None => self.days() > 400.0,
                };
                let text = step.text(at, year);
                out.push((instant, text));
            }
            match step.next(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        out
    }
}

/// Distance of two ticks.
#[derive(Clone, Copy)]
enum Step {
    Hours(i8),
    Days(i32),
    Months(i8),
}

const STEPS: [Step; 14] = [
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Days(5),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(12),
];

impl Step {
    fn about(self) -> i64 {
        match self {
            Step::Hours(n) => HOUR * i64::from(n),
            Step::Days(n) => DAY * i64::from(n),
            Step::Months(n) => 30 * DAY * i64::from(n),
        }
    }

    /// A tick at or before a local time.
    fn floor(self, t: DateTime) -> DateTime {
        match self {
            Step::Hours(n) => t
                .date()
                .to_datetime(Time::constant(t.hour() / n * n, 0, 0, 0)),
            Step::Days(_) => t.date().to_datetime(Time::midnight()),
            Step::Months(_) => t.date().first_of_month().to_datetime(Time::midnight()),
        }
    }

    fn next(self, t: DateTime) -> Option<DateTime> {
        match self {
            Step::Hours(n) => t.checked_add(jiff::Span::new().hours(n)).ok(),
            Step::Days(n) => t.checked_add(jiff::Span::new().days(n)).ok(),
            Step::Months(n) => {
                let months = i32::from(t.year()) * 12 + i32::from(t.month()) - 1 + i32::from(n);
                let year = i16::try_from(months.div_euclid(12)).ok()?;
                let month = i8::try_from(months.rem_euclid(12)).ok()? + 1;
                Date::new(year, month, 1)
                    .ok()
                    .map(|d| d.to_datetime(Time::midnight()))
            }
        }
    }

    fn text(self, t: DateTime, year: bool) -> String {
        let format = match self {
            Step::Hours(_) if t.hour() == 0 => "%-d %b",
            Step::Hours(_) => "%H:%M",
            Step::Days(_) => "%-d %b",
            Step::Months(_) if year => "%b %Y",
            Step::Months(_) => "%b",
        };
        t.strftime(format).to_string()
    }
}
