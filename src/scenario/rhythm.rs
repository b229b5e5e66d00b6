//! When an actor works: hours and active days, or a schedule.

use rust_decimal::prelude::ToPrimitive;

use super::actors::World;
use super::doc::{Item, Node};
use super::draws::Wanted;
use super::fields::{At, Fields};
use super::hours;
use crate::base::law::{Draw, Law, Level};
use crate::demand::spec::{ActiveDays, Bunching, Rhythm};

/// Mean seconds between the starts of bunched sessions, where the scenario does not say.
const BUNCH_GAP_S: f64 = 600.0;

/// Reads the rhythm of an actor.
pub(super) fn read(world: &World<'_>, f: &Fields<'_>) -> Option<Rhythm> {
    if let Some(every) = f.text("every") {
        return schedule(world, f, every);
    }
    let Some(item) = f.item("hours") else {
        f.missing(
            "hours",
            "give hours and sessions_per_day, or every = \"day 02:00\", or a preset",
        );
        return None;
    };
    let hours = f.text("hours");
    let week = hours.and_then(|text| match hours::week(text.value) {
        Ok(week) => Some(week),
        Err(wrong) => {
            for w in wrong {
                f.bad(item.part(w.range), w.what, "", &w.help);
            }
            None
        }
    });
    let sessions = sessions(f);
    let active = active(f);
    let volume = f.draw_or(
        "volume",
        Wanted::per(Level::Trial).positive(),
        Draw::constant(1.0),
    );
    let drift = f.number("drift").map_or(0.0, |n| n.value);
    let crowding = f.share("crowding");
    let crowding = crowding.map_or(0.0, |s| s.value.to_f64().unwrap_or(0.0));
    let bunching = bunching(f);
    let (sessions_per_day, poisson) = sessions?;
    Some(Rhythm::Calendar {
        days: world.calendar.days(&week?),
        active: active?,
        sessions_per_day,
        allow_none: f.flag("allow_none").unwrap_or(poisson),
        volume: volume?,
        drift_per_day: drift,
        crowding,
        bunching: bunching?,
    })
}

/// Which sessions begin soon after another one; the inner `None`: none do.
fn bunching(f: &Fields<'_>) -> Option<Option<Bunching>> {
    let share = f.share("bunching");
    let share = share.map_or(0.0, |s| s.value.to_f64().unwrap_or(0.0));
    let usual = Draw::of(Law::Exponential { mean: BUNCH_GAP_S });
    let gap_s = f.draw_or("bunch_gap", Wanted::each().seconds(), usual)?;
    Some((share > 0.0).then_some(Bunching { share, gap_s }))
}

fn schedule(world: &World<'_>, f: &Fields<'_>, every: At<&str>) -> Option<Rhythm> {
    let Some(parsed) = hours::every(every.value) else {
        let what = format!("every is \"{}\"", every.value);
        let expected =
            "expected \"day 02:00\", \"weekday 07:30\", \"mon 02:00\", \"hour\" or \"30m\"";
        f.bad(every.at, what, expected, "");
        return None;
    };
    let starts = world.calendar.starts(&parsed);
    if starts.is_empty() {
        let help = "lengthen the horizon or change every";
        f.bad(
            every.at,
            "no start falls into the horizon",
            "this actor would do nothing",
            help,
        );
    }
    Some(Rhythm::Schedule { starts })
}

/// Sessions of an active day, and whether they are a Poisson number that may be none.
fn sessions(f: &Fields<'_>) -> Option<(Draw, bool)> {
    let Some(item) = f.item("sessions_per_day") else {
        f.missing("sessions_per_day", "");
        return None;
    };
    if let Node::Text(text) = &item.node
        && let Some(number) = text.trim().strip_suffix("/day")
    {
        let mean = number
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|m| *m > 0.0 && *m <= 1e5);
        if mean.is_none() {
            let what = format!("sessions_per_day is \"{text}\"");
            f.bad(item.at, what, "expected a number above 0 before /day", "");
        }
        return mean.map(|mean| (Draw::of(Law::Poisson { mean }), true));
    }
    f.draw("sessions_per_day", Wanted::each().positive())
        .map(|draw| (draw, false))
}

fn active(f: &Fields<'_>) -> Option<ActiveDays> {
    let always = ActiveDays {
        after_active: 1.0,
        after_idle: 1.0,
        weekday: [1.0; 7],
    };
    let Some(item) = f.item("active") else {
        return Some(always);
    };
    if let Node::Text(_) = item.node {
        return f.choice("active").map(|_| always);
    }
    let a = f.sub("active")?;
    let share = |name| a.share(name).map(|s| s.value.to_f64().unwrap_or(1.0));
    let after_active = share("after_active").unwrap_or(1.0);
    let after_idle = share("after_idle").unwrap_or(after_active);
    let mut weekday = [1.0; 7];
    if let Some(list) = a.item("weekday") {
        weekday = seven(&a, list)?;
    }
    if after_active == 0.0 && after_idle == 0.0 {
        a.bad(
            item.at,
            "never active",
            "one probability must be above 0",
            "",
        );
    }
    Some(ActiveDays {
        after_active,
        after_idle,
        weekday,
    })
}

fn seven(a: &Fields<'_>, item: &Item) -> Option<[f64; 7]> {
    let Node::List(all) = &item.node else {
        a.wrong("weekday", item);
        return None;
    };
    let mut factors = [1.0; 7];
    if all.len() != 7 {
        let what = format!("weekday has {} numbers", all.len());
        a.bad(item.at, what, "expected 7, Monday first", "");
        return None;
    }
    for (slot, one) in factors.iter_mut().zip(all) {
        match &one.node {
            Node::Number(text) => match text.parse::<f64>() {
                Ok(x) if (0.0..=100.0).contains(&x) => *slot = x,
                _ => {
                    a.bad(
                        one.at,
                        format!("a weekday factor of {text}"),
                        "expected 0 to 100",
                        "",
                    );
                    return None;
                }
            },
            _ => {
                a.wrong("weekday", one);
                return None;
            }
        }
    }
    if factors.iter().all(|x| *x == 0.0) {
        a.bad(
            item.at,
            "all weekday factors are 0",
            "one must be above 0",
            "",
        );
        return None;
    }
    Some(factors)
}
