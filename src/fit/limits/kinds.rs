//! Which windows the readings speak of, and what the plan says of each.

use std::collections::BTreeMap;

use super::LeftOut;
use super::chains::Marked;
use super::prior::{self, Known};
use super::toml::{self, Entry};
use super::uses::{Uncounted, Uses, plan_on};
use crate::base::time::{Instant, Span};
use crate::catalog::{Catalog, Opens, PlanEntry, Scope, Size};
use crate::logs::Logs;
use crate::logs::state::WindowKind;

/// Digits after the point that a percentage is believed to have.
const DIGITS: i32 = 2;
/// Of a window's readings so many must be given with a fraction for whole ones to be exact too.
const MOSTLY: f64 = 0.5;

/// A window with its readings, in order of time.
pub struct Kind<'a> {
    pub id: String,
    pub label: String,
    pub length: Span,
    pub by_request: bool,
    pub scope: Scope,
    pub known: Option<Known>,
    pub readings: Vec<Marked<'a>>,
    pub other_size: usize,
    pub digit: f64,
    pub scale: f64,
}

/// All windows that have readings.
pub struct Kinds<'a> {
    pub all: Vec<Kind<'a>>,
}

impl<'a> Kinds<'a> {
    /// Readings by window, in the order: session, week, others.
    pub fn of(plan: Option<&str>, readings: &[Marked<'a>], left: &mut LeftOut) -> Kinds<'a> {
        let mut by_kind: BTreeMap<&WindowKind, Vec<Marked<'a>>> = BTreeMap::new();
        for &(reading, hit) in readings {
            by_kind
                .entry(&reading.kind)
                .or_default()
                .push((reading, hit));
        }
        let mut all: Vec<Kind<'a>> = Vec::new();
        for (kind, readings) in by_kind {
            let made = id(kind).and_then(|id| match plan {
                Some(plan) => of_plan(plan, &id, &readings),
                None => Some(plain(kind, id, &readings)),
            });
            match made {
                // Two names of one window: "Fable" and "Fable 5".
                Some(mut kind) => match all.iter_mut().find(|k| k.id == kind.id) {
                    Some(same) => {
                        same.readings.append(&mut kind.readings);
                        same.readings.sort_by_key(|r| (r.0.at, r.1));
                        same.other_size += kind.other_size;
                        same.digit = same.digit.min(kind.digit);
                    }
                    None => all.push(kind),
                },
                None => *left.unknown.entry(kind.to_string()).or_default() += readings.len(),
            }
        }
        Kinds { all }
    }

    /// Times in which another window that stops all work was used up.
    pub fn stopped(&self, but: &Kind<'_>) -> Vec<(Instant, Instant)> {
        let mut all = Vec::new();
        let others = self
            .all
            .iter()
            .filter(|k| k.id != but.id && k.scope == Scope::All);
        for kind in others {
            let full = kind.readings.iter().filter(|r| r.0.percent >= 100.0);
            for &(reading, _) in full {
                let end = reading.at.0.saturating_add(kind.length.0);
                let until = reading.resets.unwrap_or(Instant(end));
                all.push((reading.at, until));
            }
        }
        all
    }
}

impl Kind<'_> {
    /// The logged use that draws on this window.
    pub fn uses(&self, logs: &Logs, plan: Option<&str>, left: &mut Uncounted) -> Uses {
        let mut known: Option<(i64, Option<&'static PlanEntry>)> = None;
        let mut on = |at: Instant| {
            let day = at.0.div_euclid(Span::days(1).0);
            let (_, entry) = *known
                .take_if(|k| k.0 == day)
                .as_ref()
                .unwrap_or(&(day, plan.and_then(|p| plan_on(p, at))));
            known = Some((day, entry));
            entry
        };
        // What is left out is counted once, by the window that holds all models.
        let mut own = Uncounted::default();
        let uses = Uses::of(logs, &self.scope, &mut on, &mut own);
        if self.scope == Scope::All || *left == Uncounted::default() {
            *left = own;
        }
        uses
    }
}

/// The id that scenarios and catalogue give to a window.
fn id(kind: &WindowKind) -> Option<String> {
    match kind {
        WindowKind::Session => Some("session".into()),
        WindowKind::Week => Some("week".into()),
        WindowKind::WeekModel(model) => family(model).map(|f| format!("week-{f}")),
        WindowKind::Other(_) => None,
    }
}

/// The family that a model's name for people begins with.
fn family(model: &str) -> Option<&'static str> {
    let model = model.to_lowercase();
    let mut words = model.split([' ', '-']);
    let families = Catalog::embedded()
        .models()
        .iter()
        .map(|m| m.family.as_str());
    words.find_map(|w| families.clone().find(|f| *f == w))
}

/// A window of a plan as it is at the last reading that the plan's record reaches.
fn of_plan<'a>(plan: &str, id: &str, readings: &[Marked<'a>]) -> Option<Kind<'a>> {
    let on = |at: Instant| plan_on(plan, at).and_then(|e| Some((e, e.window(id)?)));
    let (entry, window) = readings.iter().rev().find_map(|r| on(r.0.at))?;
    let same = |r: &&Marked<'_>| on(r.0.at).is_some_and(|(_, w)| w.size == window.size);
    let kept: Vec<Marked<'a>> = readings.iter().filter(same).copied().collect();
    Some(Kind {
        label: window.label.clone(),
        by_request: matches!(window.opens, Opens::FirstRequest { .. }),
        scope: window.scope.clone(),
        known: prior::known(entry, window),
        other_size: readings.len() - kept.len(),
        ..bare(id.to_owned(), window.length, kept)
    })
}

/// The windows of a plan with a size of their own, in dollars of a meter (by its place).
pub fn others(plan: Option<&str>, at: Instant, meter: usize, logs: &Logs) -> Vec<Entry> {
    let Some(plan) = plan.and_then(|p| plan_on(p, at)) else {
        return Vec::new();
    };
    let sized = plan
        .windows
        .iter()
        .filter(|w| matches!(w.size, Size::Usd { .. }));
    sized
        .filter_map(|w| {
            let known = prior::known(plan, w)?;
            let uses = Uses::of(
                logs,
                &w.scope,
                &mut |_| Some(plan),
                &mut Uncounted::default(),
            );
            Some(Entry {
                id: w.id.clone(),
                band: known.band.times(prior::ratio(meter, &uses.total())),
                provenance: toml::provenance(known.provenance),
            })
        })
        .collect()
}

/// A window without a plan.
fn plain<'a>(kind: &WindowKind, id: String, readings: &[Marked<'a>]) -> Kind<'a> {
    let readings = readings.to_vec();
    match kind {
        WindowKind::Session => Kind {
            label: "5-hour window".into(),
            by_request: true,
            ..bare(id, Span::hours(5), readings)
        },
        WindowKind::WeekModel(model) => Kind {
            label: format!("Week, {model}"),
            scope: Scope::Families(family(model).map(str::to_owned).into_iter().collect()),
            ..bare(id, Span::days(7), readings)
        },
        _ => Kind {
            label: "Week, all models".into(),
            ..bare(id, Span::days(7), readings)
        },
    }
}

fn bare(id: String, length: Span, readings: Vec<Marked<'_>>) -> Kind<'_> {
    Kind {
        id,
        label: String::new(),
        length,
        by_request: false,
        scope: Scope::All,
        known: None,
        digit: digit(&readings),
        readings,
        other_size: 0,
        // A week's points are about six times as large an amount as those of five hours.
        scale: if length <= Span::hours(12) {
            1.0
        } else {
            1.0 / 6.0
        },
    }
}

/// The last digit of percentages: 1 unless most of them have a fraction.
fn digit(readings: &[Marked<'_>]) -> f64 {
    let given = readings.iter().filter(|r| !r.1).map(|r| r.0);
    let (mut broken, mut all, mut places) = (0usize, 0usize, 0);
    for r in given {
        all += 1;
        broken += usize::from(!r.whole);
        let is = |d: &i32| {
            let x = r.percent * libm::pow(10.0, f64::from(*d));
            (x - x.round()).abs() < 1e-6
        };
        places = places.max((0..DIGITS).find(is).unwrap_or(DIGITS));
    }
    if broken as f64 > MOSTLY * all as f64 {
        libm::pow(10.0, -f64::from(places))
    } else {
        1.0
    }
}
