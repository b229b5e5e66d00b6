//! Civil time: daylight saving, resets, months, steps, hours.

use jiff::civil::date;

use super::calendar::Calendar;
use super::hours::{self, Every};
use super::units::{Length, Moment, length};
use crate::base::time::{Instant, Span};
use crate::base::zones::zone;

fn calendar(start: (i16, i8, i8), zone_name: &str, horizon: &str) -> Calendar {
    let start = Moment::Day(date(start.0, start.1, start.2));
    Calendar::new(zone(zone_name).unwrap(), start, length(horizon).unwrap()).unwrap()
}

#[test]
fn a_month_of_summer_time_loses_an_hour() {
    let c = calendar((2026, 3, 1), "Europe/Berlin", "1 month");
    assert_eq!((c.end - c.start).0, (31 * 24 - 1) * 3_600_000);
    assert_eq!(c.dates.len(), 31);
    let offsets = c.offsets();
    assert_eq!(offsets.len(), 2);
    assert_eq!((offsets[0].1, offsets[1].1), (3_600_000, 7_200_000));
    assert_eq!(offsets[0].0, c.start);
    // 02:00 local on 29 March does not exist: the clock goes to 03:00.
    let night = hours::week("sun 01:00-04:00").unwrap();
    let days = c.days(&night);
    let open = days[28].open[0];
    assert_eq!(days[28].weekday, 6);
    assert_eq!((open.1 - open.0).0, 2 * 3_600_000);
}

#[test]
fn weeks_keep_their_local_hour() {
    let c = calendar((2026, 10, 1), "Europe/Berlin", "1 month");
    let resets = c.weekly(5, 9 * 60);
    assert_eq!(resets.len(), 5);
    for at in &resets {
        assert_eq!((c.local(*at).hour(), c.local(*at).minute()), (9, 0));
    }
    let own = c.periodic(Length::Days(7));
    assert_eq!(own.len(), 4);
    assert!(own.iter().all(|t| c.local(*t).hour() == 0));
    assert_eq!(own[3] - own[2], Span(7 * 86_400_000 + 3_600_000));
}

#[test]
fn months_and_boundaries() {
    let c = calendar((2026, 12, 15), "America/New_York", "3 months");
    let months = c.months();
    let names: Vec<&str> = months.iter().map(|m| m.0.as_str()).collect();
    assert_eq!(names, ["2026-12", "2027-01", "2027-02", "2027-03"]);
    assert_eq!(months[0].1, c.start);
    assert_eq!(months[3].2, c.end);
    assert!(months.windows(2).all(|m| m[0].2 == m[1].1));
    assert_eq!(c.utc(false).len(), 3);
    assert_eq!(c.utc(false)[0].0 % 86_400_000, 0);
    assert_eq!(c.monthly(31).len(), 3);
    assert_eq!(c.due_dates(15).len(), 3);
    assert_eq!(c.label(), "15 December 2026 - 14 March 2027");
    assert_eq!(c.trial_word(), "run");
}

#[test]
fn steps_lie_on_natural_marks() {
    for (horizon, hours) in [("1 month", 3.0), ("1 day", 1.0 / 12.0), ("1 year", 24.0)] {
        let c = calendar((2026, 12, 1), "Europe/Berlin", horizon);
        assert_eq!(c.natural_step().as_hours(), hours, "{horizon}");
        let steps = c.steps(c.natural_step());
        assert_eq!((steps[0], *steps.last().unwrap()), (c.start, c.end));
        assert!(steps.windows(2).all(|w| w[0] < w[1]));
        assert!(
            (200..400).contains(&steps.len()),
            "{horizon}: {}",
            steps.len()
        );
    }
}

#[test]
fn a_start_in_the_day_cuts_the_hours() {
    let start = Moment::Local(date(2026, 12, 1).at(12, 0, 0, 0));
    let c = Calendar::new(zone("UTC").unwrap(), start, Length::Days(1)).unwrap();
    let days = c.days(&hours::week("day 09:00-18:00").unwrap());
    assert_eq!(days.len(), 2);
    assert_eq!(
        days[0].open,
        [(c.start, Instant(c.start.0 + 6 * 3_600_000))]
    );
    assert_eq!(days[1].open.len(), 1);
    assert_eq!(days[1].open[0].1, c.end);
}

#[test]
fn schedules() {
    let c = calendar((2026, 12, 1), "Europe/Berlin", "1 month");
    let n = |text: &str| c.starts(&hours::every(text).unwrap()).len();
    assert_eq!(n("day 02:00"), 31);
    assert_eq!(n("weekday 07:30"), 23);
    assert_eq!(n("mon 02:00"), 4);
    assert_eq!(n("hour"), 744);
    assert_eq!(n("30m"), 1488);
    assert_eq!(
        hours::every("mon,thu 6:00"),
        Some(Every::Days(vec![0, 3], 360))
    );
    for bad in [
        "",
        "day",
        "day 25:00",
        "0m",
        "10s",
        "never 02:00",
        "mon 2:0",
    ] {
        assert_eq!(hours::every(bad), None, "{bad}");
    }
}

#[test]
fn hours_of_the_week() {
    let week = hours::week("mon-fri 09:00-12:30 13:00-18:00, sat, sun 10-14").unwrap();
    assert_eq!(week.0[0], [(540, 750), (780, 1080)]);
    assert_eq!(week.0[6], [(600, 840)]);
    assert_eq!(hours::week("always").unwrap().0[3], [(0, 1440)]);
    assert_eq!(hours::week("fri-mon 1-2").unwrap().0[6], [(60, 120)]);
    for bad in [
        "",
        "mon",
        "09:00-08:00",
        "mon 9-9",
        "mon 9-25",
        "mon 9:5-10",
        "mon 9-12 11-13",
    ] {
        assert!(hours::week(bad).is_err(), "{bad}");
    }
}

#[test]
fn lengths_and_horizons() {
    assert_eq!(length("90s"), Ok(Length::Exact(Span::seconds(90))));
    assert_eq!(length("1.5h"), Ok(Length::Exact(Span::minutes(90))));
    assert_eq!(length("12 weeks"), Ok(Length::Days(84)));
    assert_eq!(length("1 year"), Ok(Length::Months(12)));
    for bad in [
        "",
        "5",
        "h5",
        "1.5 months",
        "-1d",
        "1 fortnight",
        "99999999999d",
    ] {
        assert!(length(bad).is_err(), "{bad}");
    }
    let start = Moment::Day(date(2026, 12, 1));
    let horizon = |l| Calendar::new(zone("UTC").unwrap(), start, l);
    for bad in [
        Length::Days(0),
        Length::Exact(Span(0)),
        Length::Months(25),
        Length::Days(999_999),
    ] {
        assert!(horizon(bad).is_err(), "{bad:?}");
    }
    assert!(horizon(Length::Months(24)).is_ok());
}

/// Wherever the instant lies, the resets are those a whole number of lengths away, inside the horizon.
#[test]
fn resets_around_an_instant() {
    let c = calendar((2026, 12, 1), "UTC", "3 weeks");
    let week = Span::days(7);
    let expected: Vec<Instant> = [3, 10, 17]
        .iter()
        .map(|day| c.start + Span::days(*day) + Span::hours(7))
        .collect();
    for weeks in [-60, -1, 0, 1, 2, 60] {
        let at = Instant(expected[0].0 + weeks * week.0);
        assert_eq!(c.around(at, week), expected, "{weeks}");
    }
    // One at the start itself lies before all that is simulated.
    assert_eq!(c.around(c.start, week).first(), Some(&(c.start + week)));
}
