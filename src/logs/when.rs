//! Times as logs write them.

use crate::base::time::Instant;

/// The instant of a time stamp: the common form by a quick way, every other one that ISO 8601 and
/// RFC 3339 know by a slower one. A time without an offset is taken as UTC.
pub fn instant(text: &[u8]) -> Option<Instant> {
    common(text).or_else(|| other(text))
}

/// `2026-10-05T10:00:00.000Z` and nothing else.
fn common(text: &[u8]) -> Option<Instant> {
    let text: &[u8; 24] = text.try_into().ok()?;
    const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let same = |(b, f): (&u8, &u8)| {
        if *f == b'0' {
            b.is_ascii_digit()
        } else {
            b == f
        }
    };
    if !text.iter().zip(FORM).all(same) {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).unwrap_or_default();
        digits.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    let longest = match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Instant(seconds * 1000 + number(20, 23)))
}

/// Days from 1970-01-01 to a date. The year is taken to begin in March, so that the leap day comes
/// last; 719,468 days lie between 0000-03-01 and 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
        - 719_468
}

fn other(text: &[u8]) -> Option<Instant> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Instant(at.as_millisecond()));
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Instant(at.as_millisecond()))
}

/// The instant of a count of seconds or milliseconds since 1970: those of our time tell themselves
/// apart by their size.
pub fn epoch(number: i64) -> Option<Instant> {
    match number {
        100_000_000..100_000_000_000 => Some(Instant(number * 1000)),
        100_000_000_000..100_000_000_000_000 => Some(Instant(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_time() {
        let ms = |t: &str| instant(t.as_bytes()).map(|i| i.0);
        let ten = Some(1_791_194_400_000);
        assert_eq!(ms("2026-10-05T10:00:00.000Z"), ten);
        assert_eq!(ms("2026-10-05T10:00:00Z"), ten);
        assert_eq!(ms("2026-10-05T10:00Z"), ten);
        assert_eq!(ms("2026-10-05T12:00:00.000+02:00"), ten);
        assert_eq!(ms("2026-10-05 10:00:00"), ten);
        assert_eq!(ms("2024-02-29T00:00:00.000Z"), Some(1_709_164_800_000));
        assert_eq!(ms("2023-02-29T00:00:00.000Z"), None);
        assert_eq!(ms("2026-13-05T10:00:00.000Z"), None);
        assert_eq!(ms("yesterday"), None);
        assert_eq!(ms(""), None);
    }

    #[test]
    fn seconds_and_milliseconds() {
        assert_eq!(epoch(1_791_194_400), Some(Instant(1_791_194_400_000)));
        assert_eq!(epoch(1_791_194_400_000), Some(Instant(1_791_194_400_000)));
        assert_eq!(epoch(5), None);
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_the_slow_one(ms in -62_000_000_000_000_i64..253_402_300_799_999) {
            let at = jiff::Timestamp::from_millisecond(ms).unwrap();
            let text = format!("{at:.3}");
            prop_assert_eq!(instant(text.as_bytes()), Some(Instant(ms)));
            if let Some(quick) = common(text.as_bytes()) {
                prop_assert_eq!(quick, Instant(ms));
            }
        }
    }
}
