//! Local days, and the days of which all sessions are in the logs.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Session;

const DAY_MS: i64 = 86_400_000;
/// Transcripts are deleted this many days after their last row, by default.
const KEPT_DAYS: i64 = 30;

/// Days of a time zone, counted from 1970-01-01.
#[derive(Clone, Debug)]
pub struct LocalDays {
    pub name: String,
    zone: TimeZone,
}

impl LocalDays {
    /// Of an IANA zone; `None` when there is none of that name.
    pub fn new(name: &str) -> Option<LocalDays> {
        let zone = if name == "UTC" {
            TimeZone::UTC
        } else {
            TimeZoneDatabase::bundled().get(name).ok()?
        };
        Some(LocalDays {
            name: name.to_owned(),
            zone,
        })
    }

    /// Milliseconds since 1970 on the local clock.
    fn local(&self, at: i64) -> i64 {
        let offset = Timestamp::from_millisecond(at)
            .map_or(0, |t| i64::from(self.zone.to_offset(t).seconds()));
        at.saturating_add(offset * 1000)
    }

    /// The local day of an instant (ms).
    pub fn of(&self, at: i64) -> i64 {
        self.local(at).div_euclid(DAY_MS)
    }

    /// The local hour of an instant as a fraction, 0 to 24.
    pub fn hour(&self, at: i64) -> f64 {
        self.local(at).rem_euclid(DAY_MS) as f64 / 3_600_000.0
    }
}

/// The weekday of a day counted from 1970-01-01: 0 = Monday.
pub fn weekday(day: i64) -> usize {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) as usize
}

/// The date of a day counted from 1970-01-01, as in ISO 8601.
pub fn date(day: i64) -> jiff::civil::Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new()
        .try_days(day)
        .and_then(|days| epoch.checked_add(days))
        .unwrap_or(epoch)
}

/// The days that count, in local days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: i64,
    pub last: i64,
    /// First day of any session, when older ones seem to be deleted: those that are left of the
    /// days before `first` are the long ones.
    pub thin_from: Option<i64>,
}

impl Period {
    /// From the first to the last day with a main request, without the thin days at its beginning.
    ///
    /// Transcripts are deleted 30 days after their last row. If sessions began more than 30 days
    /// before the end but none ended then, the older ones were deleted; all is there from the day
    /// on which the first session ended.
    pub fn of(sessions: &[Session], days: &LocalDays) -> Option<Period> {
        let first = days.of(sessions.iter().map(|s| s.at).min()?);
        let last = days.of(sessions.iter().map(|s| s.until).max()?);
        let first_end = days.of(sessions.iter().map(|s| s.until).min()?);
        let thin = first < last - KEPT_DAYS - 1 && first_end >= last - KEPT_DAYS - 1;
        Some(Period {
            first: if thin { first_end } else { first },
            last,
            thin_from: thin.then_some(first),
        })
    }

    /// Days, both ends included.
    pub fn len(&self) -> u32 {
        (self.last - self.first + 1).clamp(1, 100_000) as u32
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    pub fn holds(&self, day: i64) -> bool {
        (self.first..=self.last).contains(&day)
    }
}
