//! Civil time turned into instants: the horizon, days and hours, resets, months, steps.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span as Civil, Timestamp};

use super::hours::{DAY, Every, Week};
use super::units::{Length, Moment};
use crate::base::civil::MONTHS;
use crate::base::time::{Instant, Span};
use crate::base::zones;
use crate::demand::spec::Day;

/// The time zone and the two ends of what is simulated.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    pub zone: TimeZone,
    pub start: Instant,
    pub end: Instant,
    /// Local dates of the horizon, ascending; never empty.
    pub dates: Vec<Date>,
    /// Local civil time of the start.
    first: DateTime,
}

/// Longest horizon, days.
pub(super) const DAYS_MAX: i64 = 732;

impl Calendar {
    /// Lays out the horizon.
    ///
    /// # Errors
    /// What is wrong with its length, in words.
    pub fn new(zone: TimeZone, start: Moment, horizon: Length) -> Result<Calendar, String> {
        let first = match start {
            Moment::Day(d) => d.to_datetime(Time::midnight()),
            Moment::Local(t) => t,
            Moment::Exact(ms, _) => {
                let at = Timestamp::from_millisecond(ms).map_err(|e| e.to_string())?;
                zone.to_datetime(at)
            }
        };
        let begin = instant(&zone, first).ok_or("the start is out of range")?;
        let far = "the horizon is longer than 2 years";
        let end = match horizon {
            Length::Exact(s) if s.0 > DAYS_MAX * 86_400_000 => return Err(far.into()),
            Length::Exact(s) => begin + s,
            Length::Days(n) if n > DAYS_MAX => return Err(far.into()),
            Length::Months(n) if n > 24 => return Err(far.into()),
            Length::Days(n) => after(&zone, first, length_of(0, n)).ok_or(far)?,
            Length::Months(n) => after(&zone, first, length_of(n, 0)).ok_or(far)?,
        };
        if end <= begin {
            return Err("the horizon has no length".into());
        }
        let mut calendar = Calendar {
            zone,
            start: begin,
            end,
            dates: Vec::new(),
            first,
        };
        let last = calendar.local(Instant(end.0 - 1)).date();
        let mut date = first.date();
        while date <= last {
            calendar.dates.push(date);
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        Ok(calendar)
    }

    /// A minute of 1970, for a check that goes on without a calendar.
    pub fn nothing() -> Calendar {
        Calendar {
            zone: TimeZone::UTC,
            start: Instant(0),
            end: Instant(60_000),
            dates: vec![jiff::civil::date(1970, 1, 1)],
            first: jiff::civil::date(1970, 1, 1).to_datetime(Time::midnight()),
        }
    }

    /// Local civil time of an instant.
    pub fn local(&self, at: Instant) -> DateTime {
        Timestamp::from_millisecond(at.0)
            .map(|t| self.zone.to_datetime(t))
            .unwrap_or(self.first)
    }

    /// The instant of a moment.
    pub fn instant(&self, moment: Moment) -> Option<Instant> {
        match moment {
            Moment::Day(d) => instant(&self.zone, d.to_datetime(Time::midnight())),
            Moment::Local(t) => instant(&self.zone, t),
            Moment::Exact(ms, _) => Some(Instant(ms)),
        }
    }

    /// The instant of a minute of a local day; 24:00 is the next midnight.
    pub fn at(&self, date: Date, minute: u16) -> Option<Instant> {
        let (date, minute) = if minute >= DAY {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
        instant(&self.zone, date.to_datetime(time))
    }

    fn inside(&self, at: Instant) -> bool {
        self.start < at && at < self.end
    }

    /// The days of the horizon with the hours that lie inside it.
    pub fn days(&self, week: &Week) -> Vec<Day> {
        self.dates
            .iter()
            .map(|date| {
                let weekday = date.weekday().to_monday_zero_offset() as u8;
                let hours = week
                    .0
                    .get(usize::from(weekday))
                    .map_or(&[][..], Vec::as_slice);
                let open = hours
                    .iter()
                    .filter_map(|(a, b)| {
                        let from = self.at(*date, *a)?.max(self.start);
                        let to = self.at(*date, *b)?.min(self.end);
                        (from < to).then_some((from, to))
                    })
                    .collect();
                Day { weekday, open }
            })
            .collect()
    }

    /// Starts of a schedule, ascending.
    pub fn starts(&self, every: &Every) -> Vec<Instant> {
        let mut all = Vec::new();
        match every {
            Every::Days(days, minute) => {
                for date in &self.dates {
                    let weekday = date.weekday().to_monday_zero_offset() as usize;
                    if days.contains(&weekday) {
                        all.extend(self.at(*date, *minute));
                    }
                }
            }
            Every::Minutes(n) => {
                let midnight = self.dates.first().and_then(|d| self.at(*d, 0));
                let mut at = midnight.unwrap_or(self.start);
                let step = Span::minutes((*n).max(1));
                while at < self.end {
                    all.push(at);
                    at = at + step;
                }
            }
        }
        all.retain(|t| (self.start..self.end).contains(t));
        all.dedup();
        all
    }

    /// Weekly instants at a local weekday and minute.
    pub fn weekly(&self, weekday: usize, minute: u16) -> Vec<Instant> {
        let mut all = self.starts(&Every::Days(vec![weekday], minute));
        all.retain(|t| self.inside(*t));
        all
    }

    /// Instants one length apart, the first one length after the start. Days keep their local hour.
    pub fn periodic(&self, length: Length) -> Vec<Instant> {
        let mut all = Vec::new();
        for n in 1.. {
            let next = match length {
                Length::Exact(s) => {
                    Some(Instant(self.start.0.saturating_add(s.0.saturating_mul(n))))
                }
                Length::Days(d) => d
                    .checked_mul(n)
                    .and_then(|d| after(&self.zone, self.first, length_of(0, d))),
                Length::Months(m) => m
                    .checked_mul(n)
                    .and_then(|m| after(&self.zone, self.first, length_of(m, 0))),
            };
            match next {
                Some(t) if self.inside(t) => all.push(t),
                _ => return all,
            }
        }
        all
    }

    /// Instants a whole number of lengths before or after `at`, as far as they lie inside. A reset that
    /// somebody saw goes on to the millisecond, whatever the clocks do.
    pub fn around(&self, at: Instant, length: Span) -> Vec<Instant> {
        // A length that is too short was reported; it must not make the list endless.
        let length = length.0.max(60_000);
        let first = self.start.0 + length - (self.start.0 - at.0).rem_euclid(length);
        let mut all = Vec::new();
        let mut next = first;
        while next < self.end.0 {
            all.push(Instant(next));
            next += length;
        }
        all
    }

    /// Local midnights of a day of each month, inside the horizon. A day that a month does not have
    /// is its last.
    pub fn monthly(&self, day: i8) -> Vec<Instant> {
        self.due_dates(day)
            .into_iter()
            .filter_map(|d| self.at(d, 0))
            .filter(|t| self.inside(*t))
            .collect()
    }

    /// Dates of the horizon on which a monthly fee falls due, the first date included.
    pub fn due_dates(&self, day: i8) -> Vec<Date> {
        self.dates
            .iter()
            .copied()
            .filter(|d| d.day() == day.min(d.days_in_month()))
            .collect()
    }

    /// The same instants by UTC's calendar: first of months, or each day.
    pub fn utc(&self, daily: bool) -> Vec<Instant> {
        let mut all = Vec::new();
        let day_ms = 86_400_000;
        let mut at = self.start.0.div_euclid(day_ms) * day_ms;
        while at < self.end.0 {
            let first = Timestamp::from_millisecond(at)
                .map(|t| TimeZone::UTC.to_datetime(t).day() == 1)
                .unwrap_or(false);
            if (daily || first) && self.inside(Instant(at)) {
                all.push(Instant(at));
            }
            at += day_ms;
        }
        all
    }

    /// Local midnights inside the horizon.
    pub fn midnights(&self) -> Vec<Instant> {
        self.dates
            .iter()
            .filter_map(|d| self.at(*d, 0))
            .filter(|t| self.inside(*t))
            .collect()
    }

    /// The local months that the horizon touches: name, beginning, end.
    pub fn months(&self) -> Vec<(String, Instant, Instant)> {
        let mut all: Vec<(String, Instant, Instant)> = Vec::new();
        for date in &self.dates {
            let name = format!("{:04}-{:02}", date.year(), date.month());
            if all.last().is_some_and(|m| m.0 == name) {
                continue;
            }
            let begin = self.at(*date, 0).unwrap_or(self.start).max(self.start);
            if let Some(last) = all.last_mut() {
                last.2 = begin;
            }
            all.push((name, begin, self.end));
        }
        all
    }

    /// Offsets of local time over the horizon, milliseconds.
    pub fn offsets(&self) -> Vec<(Instant, i64)> {
        zones::offsets(&self.zone, self.start, self.end)
    }

    /// Points of the timeline: the start, marks of local time a step apart, the end.
    pub fn steps(&self, step: Span) -> Vec<Instant> {
        let mut all = vec![self.start];
        let days = step.0 / 86_400_000;
        for (n, date) in self.dates.iter().enumerate() {
            let mut add = |at: Option<Instant>| {
                if let Some(t) = at.filter(|t| self.inside(*t) && all.last().is_some_and(|l| l < t))
                {
                    all.push(t);
                }
            };
            if days >= 1 {
                if n as i64 % days == 0 {
                    add(self.at(*date, 0));
                }
                continue;
            }
            let minutes = (step.0 / 60_000).clamp(1, 1440) as u16;
            for minute in (0..DAY).step_by(usize::from(minutes)) {
                add(self.at(*date, minute));
            }
        }
        all.push(self.end);
        all
    }

    /// The step that gives about 250 points.
    pub fn natural_step(&self) -> Span {
        const MINUTES: [i64; 13] = [
            1,
            5,
            10,
            15,
            30,
            60,
            120,
            180,
            360,
            720,
            1440,
            7 * 1440,
            28 * 1440,
        ];
        let minutes = (self.end - self.start).0 as f64 / 60_000.0;
        let off = |m: &i64| (libm::log(minutes / (*m as f64 * 250.0))).abs();
        let best = MINUTES.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        Span::minutes(best.copied().unwrap_or(180))
    }

    /// `1-31 December 2026`.
    pub fn label(&self) -> String {
        let (a, b) = (
            self.first.date(),
            self.local(Instant(self.end.0 - 1)).date(),
        );
        let month = |d: Date| MONTHS[usize::from(d.month() as u8).clamp(1, 12) - 1];
        if a == b {
            return format!("{} {} {}", a.day(), month(a), a.year());
        }
        if (a.year(), a.month()) == (b.year(), b.month()) {
            return format!("{}-{} {} {}", a.day(), b.day(), month(a), a.year());
        }
        let year = if a.year() == b.year() {
            String::new()
        } else {
            format!(" {}", a.year())
        };
        format!(
            "{} {}{year} - {} {} {}",
            a.day(),
            month(a),
            b.day(),
            month(b),
            b.year()
        )
    }

    /// What one trial is called.
    pub fn trial_word(&self) -> &'static str {
        match (self.end - self.start).as_hours() {
            h if (23.0..=25.0).contains(&h) => "day",
            h if (167.0..=169.0).contains(&h) => "week",
            h if (671.0..=745.0).contains(&h) => "month",
            h if (8759.0..=8785.0).contains(&h) => "year",
            _ => "run",
        }
    }
}

/// A civil time in a zone. Where the clock skips it, the instant after; where it is there twice, the
/// first.
fn instant(zone: &TimeZone, at: DateTime) -> Option<Instant> {
    let timestamp = zone.to_ambiguous_timestamp(at).compatible().ok()?;
    Some(Instant(timestamp.as_millisecond()))
}

fn after(zone: &TimeZone, from: DateTime, by: Option<Civil>) -> Option<Instant> {
    instant(zone, from.checked_add(by?).ok()?)
}

fn length_of(months: i64, days: i64) -> Option<Civil> {
    Civil::new().try_months(months).ok()?.try_days(days).ok()
}
