//! Local civil time from a table of offsets. The table is made once from the time zone database
//! (by the scenario), so that reports need no zone data and cost no look-up per time shown.

use crate::base::time::Instant;

/// Offsets of local time: from each instant on, local = UTC + offset (ms), ascending.
#[derive(Clone, Copy, Debug)]
pub struct Zone<'a>(pub &'a [(Instant, i64)]);

/// A local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    pub day: u8,
    /// 0 = Monday.
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// Local minus UTC, ms.
    pub offset: i64,
}

/// English month names.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// English weekday names, Monday first.
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const DAY: i64 = 86_400_000;

impl Zone<'_> {
    /// The offset that holds at an instant; the first one also holds before it, none means UTC.
    pub fn offset(&self, at: Instant) -> i64 {
        let after = self.0.partition_point(|(from, _)| *from <= at);
        self.0
            .get(after.saturating_sub(1))
            .map_or(0, |(_, offset)| *offset)
    }

    /// The local date and time of an instant.
    pub fn local(&self, at: Instant) -> Local {
        let offset = self.offset(at);
        let wall = at.0.saturating_add(offset);
        let (days, ms) = (wall.div_euclid(DAY), wall.rem_euclid(DAY));
        let (year, month, day) = date_of(days);
        let seconds = ms / 1000;
        Local {
            year,
            month,
            day,
            // 1970-01-01 was a Thursday.
            weekday: (days + 3).rem_euclid(7) as u8,
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            offset,
        }
    }
}

/// Year, month and day of a count of days since 1970-01-01 (proleptic Gregorian).
///
/// Method: years are counted from March, so that the leap day is the last of its year; 146,097
/// days make 400 years (H. Hinnant, "chrono-compatible low-level date algorithms").
fn date_of(days: i64) -> (i64, u8, u8) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * march_month + 2) / 5 + 1) as u8;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    } as u8;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Local {
    /// Appends `2026-12-04T15:20:00+01:00`.
    pub fn push_iso(&self, out: &mut Vec<u8>) {
        push_padded(out, self.year.unsigned_abs(), 4);
        for (mark, n) in [
            (b'-', self.month),
            (b'-', self.day),
            (b'T', self.hour),
            (b':', self.minute),
            (b':', self.second),
        ] {
            out.push(mark);
            push_padded(out, u64::from(n), 2);
        }
        let minutes = (self.offset / 60_000).unsigned_abs();
        out.push(if self.offset < 0 { b'-' } else { b'+' });
        push_padded(out, minutes / 60, 2);
        out.push(b':');
        push_padded(out, minutes % 60, 2);
    }

    /// `2026-12-04T15:20:00+01:00`.
    pub fn iso(&self) -> String {
        let mut out = Vec::with_capacity(25);
        self.push_iso(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// `Dec`.
    pub fn month_short(&self) -> &'static str {
        &self.month_name()[..3]
    }

    /// `December`.
    pub fn month_name(&self) -> &'static str {
        MONTHS[usize::from(self.month.clamp(1, 12)) - 1]
    }

    /// `Fri`.
    pub fn weekday_short(&self) -> &'static str {
        &WEEKDAYS[usize::from(self.weekday % 7)][..3]
    }

    /// `15:20`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// Whether two times fall on the same local day.
    pub fn same_day(&self, other: &Local) -> bool {
        (self.year, self.month, self.day) == (other.year, other.month, other.day)
    }
}

fn push_padded(out: &mut Vec<u8>, n: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (n / 10u64.pow(place) % 10) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_calendar_library() {
        let zone = Zone(&[]);
        for day in (-200_000i64..200_000).step_by(37) {
            let ms = day * DAY + 12_345_000;
            let civil = jiff::Timestamp::from_millisecond(ms)
                .unwrap()
                .to_zoned(jiff::tz::TimeZone::UTC);
            let local = zone.local(Instant(ms));
            assert_eq!(
                (local.year, local.month as i8, local.day as i8),
                (civil.year() as i64, civil.month(), civil.day())
            );
            assert_eq!(local.weekday as i8, civil.weekday().to_monday_zero_offset());
        }
    }

    #[test]
    fn offsets_hold_from_their_instant_on() {
        let table = [(Instant(0), 7_200_000), (Instant(DAY), -3_600_000)];
        let zone = Zone(&table);
        assert_eq!(zone.local(Instant(-1)).iso(), "1970-01-01T01:59:59+02:00");
        assert_eq!(zone.local(Instant(0)).iso(), "1970-01-01T02:00:00+02:00");
        assert_eq!(zone.local(Instant(DAY)).iso(), "1970-01-01T23:00:00-01:00");
    }
}
