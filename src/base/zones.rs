//! Time zones by name, out of the tables that come with the program: the same on each machine.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::time::Instant;

/// A zone by its IANA name.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Every zone name, for hints.
pub fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled()
        .available()
        .map(|n| n.to_string())
        .collect()
}

/// Offsets of local time from one instant until another, milliseconds: for [`super::civil::Zone`].
pub fn offsets(zone: &TimeZone, from: Instant, until: Instant) -> Vec<(Instant, i64)> {
    let Ok(begin) = Timestamp::from_millisecond(from.0) else {
        return vec![(from, 0)];
    };
    let ms = |o: jiff::tz::Offset| i64::from(o.seconds()) * 1000;
    let mut all = vec![(from, ms(zone.to_offset(begin)))];
    for change in zone.following(begin) {
        let at = Instant(change.timestamp().as_millisecond());
        if at >= until {
            break;
        }
        let offset = ms(change.offset());
        if all.last().is_some_and(|(_, last)| *last != offset) {
            all.push((at, offset));
        }
    }
    all
}
