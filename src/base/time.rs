//! Instants and spans as integer milliseconds. Civil time (zones, daylight saving) enters and
//! leaves at the edges: the scenario's calendars and the reports.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Instant(pub i64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Instant {
    /// Later than every instant that is simulated.
    pub const NEVER: Instant = Instant(i64::MAX);
}

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn seconds(n: i64) -> Span {
        Span(n * 1000)
    }
    pub const fn minutes(n: i64) -> Span {
        Span(n * 60_000)
    }
    pub const fn hours(n: i64) -> Span {
        Span(n * 3_600_000)
    }
    pub const fn days(n: i64) -> Span {
        Span(n * 86_400_000)
    }
    /// The span in hours, as an estimate.
    pub fn as_hours(self) -> f64 {
        self.0 as f64 / 3_600_000.0
    }
}

impl Add<Span> for Instant {
    type Output = Instant;
    fn add(self, s: Span) -> Instant {
        Instant(self.0 + s.0)
    }
}

impl Sub<Instant> for Instant {
    type Output = Span;
    fn sub(self, o: Instant) -> Span {
        Span(self.0 - o.0)
    }
}
