//! Plays a history against one plan, with credits and without, and puts together what is found.

use std::collections::BTreeMap;

use super::Options;
use super::given::{Requests, Work};
use super::plan::{DayFinding, DrawFinding, Off, On, PlanFinding, WindowFinding, WorkFinding};
use super::{left, middle};
use crate::account::reason::{Reason, WINDOWS_MAX};
use crate::account::rules::Rules;
use crate::account::spec::{AccountSpec, Limit};
use crate::analysis::findings::Spread;
use crate::analysis::numbers::{self, COUNT, HOURS, USD};
use crate::base::civil::Zone;
use crate::base::law::Law;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::engine::history::{
    Course, Courses, Given, History, HistoryError, Player, Sizes, Stage, Stop, Unwatched,
};
use crate::logs::Logs;
use crate::stats::estimate::Estimate;

/// A history and a plan's rules, ready to be played.
struct Case<'a> {
    logs: &'a Logs,
    requests: &'a Requests,
    rules: &'a Rules,
    given: &'a [Given],
    o: &'a Options,
}

/// Plays a history against a plan.
pub fn find(
    logs: &Logs,
    requests: &Requests,
    rules: &Rules,
    o: &Options,
) -> Result<PlanFinding, HistoryError> {
    let meter = requests.meters.iter().position(|m| *m == rules.meter);
    let case = Case {
        logs,
        requests,
        rules,
        given: &requests.given[meter.unwrap_or(0)],
        o,
    };
    let (off, on) = (specs(requests, rules, false), specs(requests, rules, true));
    let mut found = PlanFinding {
        id: rules.id.clone().unwrap_or_else(|| rules.label.clone()),
        label: rules.label.clone(),
        meter: rules.meter,
        fee: rules.fees.as_ref().and_then(|all| total(all)),
        months: rules.fees.as_ref().map_or(0, Vec::len),
        windows: Vec::new(),
        certain: off.iter().all(is_certain),
        off: None,
        on: None,
        assumed_reload: rules.assumed_reload.clone().filter(|_| rules.has_wallet),
        days: Vec::new(),
        weekdays: [0.0; 7],
        work: Vec::new(),
        stops: Vec::new(),
        left: Vec::new(),
        warnings: rules.warnings.clone(),
        tax_ppm: on.last().map_or(0, |s| s.wallet.tax_ppm),
        draws_off: Vec::new(),
        draws_on: Vec::new(),
    };
    if off.iter().any(|s| !s.windows.is_empty()) {
        case.without_credits(&off, &mut found)?;
    }
    if rules.has_wallet {
        let sure = found.certain && on.iter().all(pays_surely);
        let trials = if sure { 1 } else { o.trials };
        let stages = case.stages(&on);
        let player = Player::new(case.history(&stages));
        let courses = player.trials(trials, o.threads)?;
        found.on = Some(self::on(&courses.courses, found.fee));
        found.draws_on = draws(&courses.courses);
    }
    Ok(found)
}

impl<'a> Case<'a> {
    fn stages<'s>(&self, specs: &'s [AccountSpec]) -> Vec<Stage<'s>> {
        let periods = self.rules.periods.iter().zip(specs);
        periods
            .map(|(p, spec)| Stage { from: p.from, spec })
            .collect()
    }

    fn history<'h>(&self, stages: &'h [Stage<'h>]) -> History<'h>
    where
        'a: 'h,
    {
        History {
            start: self.rules.start,
            end: self.rules.end,
            given: self.given,
            stages,
            seed: self.o.seed,
        }
    }

    fn without_credits(
        &self,
        specs: &[AccountSpec],
        found: &mut PlanFinding,
    ) -> Result<(), HistoryError> {
        let stages = self.stages(specs);
        let player = Player::new(self.history(&stages));
        let trials = if found.certain { 1 } else { self.o.trials };
        let courses = player.trials(trials, self.o.threads)?;
        found.windows = windows(specs, &courses.courses);
        found.off = Some(off(&courses.courses));
        found.draws_off = draws(&courses.courses);
        found.days = self.days(&courses);
        found.weekdays = self.weekdays(&courses);
        found.work = self.work(&courses);
        let middle = player.play(Sizes::Middle, &mut Unwatched)?;
        found.stops = middle::stops(self.logs, self.requests, self.given, specs, &middle.stops);
        found.left = left::lines(&player, specs, self.rules)?;
        Ok(())
    }

    /// Given requests that were refused in some trial: index and mean number of refusals.
    fn refused<'c>(&self, courses: &'c Courses) -> impl Iterator<Item = (usize, f64)> + 'c {
        let n = courses.courses.len().max(1) as f64;
        let counts = courses.refused_in.iter().enumerate();
        counts
            .filter(|(_, count)| **count > 0)
            .map(move |(i, count)| (i, f64::from(*count) / n))
    }

    /// Days with refusals, the worst first.
    fn days(&self, courses: &Courses) -> Vec<DayFinding> {
        let limits = &self.rules.days;
        let day_of = |at: Instant| limits.partition_point(|d| *d <= at).saturating_sub(1);
        let mut refused: BTreeMap<usize, f64> = BTreeMap::new();
        for (i, mean) in self.refused(courses) {
            *refused.entry(day_of(self.given[i].at)).or_default() += mean;
        }
        // Stopped time of all trials, ms, and trials with any.
        let mut stopped: BTreeMap<usize, (i64, u64)> = BTreeMap::new();
        for course in &courses.courses {
            let mut last = None;
            for (mut at, until) in union(&course.stops) {
                while at < until {
                    let day = day_of(at);
                    let ends = limits.get(day + 1).copied().unwrap_or(until).min(until);
                    let sums = stopped.entry(day).or_default();
                    sums.0 += (ends - at).0;
                    sums.1 += u64::from(last != Some(day));
                    last = Some(day);
                    at = ends.max(at + Span(1));
                }
            }
        }
        let n = courses.courses.len().max(1) as f64;
        let mut found: Vec<DayFinding> = refused
            .into_iter()
            .filter_map(|(day, refused)| {
                let (ms, trials) = stopped.get(&day).copied().unwrap_or_default();
                Some(DayFinding {
                    at: *limits.get(day)?,
                    refused,
                    stopped_h: ms as f64 / n / HOURS,
                    p: trials as f64 / n,
                })
            })
            .collect();
        found.sort_by(|a, b| b.refused.total_cmp(&a.refused).then(a.at.cmp(&b.at)));
        found
    }

    fn weekdays(&self, courses: &Courses) -> [f64; 7] {
        let zone = Zone(&self.rules.zone);
        let mut sums = [0.0; 7];
        for (i, mean) in self.refused(courses) {
            let weekday = zone.local(self.given[i].at).weekday;
            sums[usize::from(weekday % 7)] += mean;
        }
        sums
    }

    /// Pieces of work with refusals, the worst first.
    fn work(&self, courses: &Courses) -> Vec<WorkFinding> {
        let mut hit: BTreeMap<Work, WorkFinding> = BTreeMap::new();
        for (i, mean) in self.refused(courses) {
            let work = self.requests.work[i];
            let found = hit.entry(work).or_insert_with(|| WorkFinding {
                session: self.logs.names.text(work.session).to_owned(),
                project: self.logs.names.text(work.project).to_owned(),
                at: Instant::NEVER,
                requests: 0,
                refused: 0.0,
                refused_usd: 0.0,
            });
            found.refused += mean;
            found.refused_usd += mean * Money(self.given[i].cost).to_f64();
        }
        for (work, given) in self.requests.work.iter().zip(self.given) {
            if let Some(found) = hit.get_mut(work) {
                found.at = found.at.min(given.at);
                found.requests += 1;
            }
        }
        let mut all: Vec<WorkFinding> = hit.into_values().collect();
        all.sort_by(|a, b| {
            let by_refused = b.refused.total_cmp(&a.refused);
            by_refused
                .then(a.at.cmp(&b.at))
                .then_with(|| a.session.cmp(&b.session))
        });
        all
    }
}

/// The accounts of all periods with a class for each kind of request.
fn specs(requests: &Requests, rules: &Rules, credits: bool) -> Vec<AccountSpec> {
    let periods = rules.periods.iter();
    periods
        .map(|p| AccountSpec {
            classes: requests.kinds.iter().map(|k| k.class(&p.terms)).collect(),
            ..if credits {
                p.account.clone()
            } else {
                p.without_credits()
            }
        })
        .collect()
}

fn is_certain(spec: &AccountSpec) -> bool {
    let fixed = |l: &Limit| match l {
        Limit::Usd(draw) => matches!(draw.law, Law::Constant(_)),
        Limit::ShareOf { .. } => true,
    };
    spec.windows.iter().all(|w| fixed(&w.limit))
}

fn pays_surely(spec: &AccountSpec) -> bool {
    let auto = spec.wallet.auto_reload.as_ref();
    auto.is_none_or(|a| a.decline <= 0.0 && matches!(a.delay.law, Law::Constant(_)))
}

fn total(fees: &[Money]) -> Option<Money> {
    fees.iter()
        .try_fold(Money::ZERO, |sum, f| sum.checked_add(*f))
}

fn draws(courses: &[Course]) -> Vec<DrawFinding> {
    let draw = |c: &Course| DrawFinding {
        charged: c.charged,
        hours_hit: c.hours_hit,
    };
    courses.iter().map(draw).collect()
}

fn column(courses: &[Course], unit: f64, of: impl Fn(&Course) -> i64) -> Spread {
    numbers::spread(courses.iter().map(of).collect(), unit)
}

fn share(courses: &[Course], of: impl Fn(&Course) -> bool) -> Estimate {
    let hits = courses.iter().filter(|c| of(c)).count();
    numbers::share(hits as u64, courses.len() as u64)
}

fn off(courses: &[Course]) -> Off {
    Off {
        never: share(courses, |c| c.stops.is_empty()),
        stops: column(courses, COUNT, |c| c.stops.len() as i64),
        stopped_h: column(courses, HOURS, |c| c.stopped_ms),
        hours_hit: column(courses, COUNT, |c| c.hours_hit),
        refused: column(courses, COUNT, |c| c.refused),
        refused_usd: column(courses, USD, |c| c.refused_cost),
        covered_usd: column(courses, USD, |c| c.covered),
        uncovered: courses.first().map_or(0, |c| c.uncovered.unsigned_abs()),
        uncovered_usd: Money(courses.first().map_or(0, |c| c.uncovered_cost)),
    }
}

fn on(courses: &[Course], fee: Option<Money>) -> On {
    let fee = fee.unwrap_or(Money::ZERO).0;
    On {
        overflow_usd: column(courses, USD, |c| c.charged),
        never: share(courses, |c| c.charged == 0),
        card_usd: column(courses, USD, |c| c.card),
        tax_usd: column(courses, USD, |c| c.tax),
        reloads: column(courses, COUNT, |c| c.reloads),
        refused: column(courses, COUNT, |c| c.refused),
        stopped_h: column(courses, HOURS, |c| c.stopped_ms),
        total_usd: column(courses, USD, |c| c.charged.saturating_add(fee)),
    }
}

/// The windows of the last rules, and those before that go by another name.
fn windows(specs: &[AccountSpec], courses: &[Course]) -> Vec<WindowFinding> {
    let mut found: Vec<WindowFinding> = Vec::new();
    for (stage, spec) in specs.iter().enumerate().rev() {
        for (w, window) in spec.windows.iter().enumerate() {
            if found.iter().any(|f| f.name == window.name) {
                continue;
            }
            let is_last = stage + 1 == specs.len();
            let mine = |stop: &&Stop| name_of(specs, stop) == Some(window.name.as_str());
            let sum = |of: fn(&Stop) -> i64| {
                move |c: &Course| c.stops.iter().filter(mine).map(of).sum::<i64>()
            };
            let known = |of: fn(&Course) -> &[i64; WINDOWS_MAX], unit: f64| match is_last {
                true => column(courses, unit, |c| of(c)[w]),
                false => Spread::default(),
            };
            found.push(WindowFinding {
                name: window.name.clone(),
                label: window.label.clone(),
                provenance: window.provenance,
                limit_usd: known(|c| &c.limits, USD),
                p_stops: share(courses, |c| c.stops.iter().any(|s| mine(&s))),
                stops: column(courses, COUNT, sum(|_| 1)),
                stopped_h: column(courses, HOURS, sum(|s| (s.until - s.from).0)),
                refused: column(courses, COUNT, sum(|s| s.refused)),
                peak: known(|c| &c.peak_ppm, numbers::MILLIONTHS),
            });
        }
    }
    found
}

/// The window that a stop is about.
pub(super) fn name_of<'s>(specs: &'s [AccountSpec], stop: &Stop) -> Option<&'s str> {
    let Reason::Window(w) = stop.reason else {
        return None;
    };
    let window = specs.get(stop.stage)?.windows.get(usize::from(w))?;
    Some(&window.name)
}

/// Times in which at least one stop lasts, in order.
fn union(stops: &[Stop]) -> Vec<(Instant, Instant)> {
    let mut all: Vec<(Instant, Instant)> = Vec::new();
    for stop in stops {
        match all.last_mut() {
            Some(last) if stop.from <= last.1 => last.1 = last.1.max(stop.until),
            _ => all.push((stop.from, stop.until)),
        }
    }
    all
}
