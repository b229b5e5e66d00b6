//! How many more requests the cheaper model may need before the dearer one costs no more.
//!
//! What: the factor f on the requests per prompt of the cheaper model's work (each request as large as
//! before; contexts grow with the number of requests, so cost grows faster than f) at which the mean
//! of a quantity reaches that of the dearer model. Symbols: D(f) the mean over trials of the paired
//! difference cheaper − dearer, which grows with f. Formula: D(f) = 0 by bracketing and straight lines
//! between evaluated factors; the interval is where the 95 % band of D holds zero (Fieller's idea).
//! Limits: f up to [`MOST`]; the same sessions and prompts; simulation error only, the size of windows
//! and habits as the scenario draws them. Example: at half the price for every kind of token and without
//! a context that grows, f = 2.

use std::collections::BTreeSet;

use crate::account::spec::Opens;
use crate::analysis::numbers::{MILLIONTHS, USD};
use crate::demand::spec::{ActorSpec, ModelUse};
use crate::engine::experiment::Experiment;
use crate::engine::series::Series;

use super::pairs::Difference;
use super::{CompareError, Contender, Played, columns, work};

/// Most requests, relative to the dearer model, that are tried.
pub const MOST: f64 = 20.0;
/// A root is known when a factor this near (relative) was evaluated.
const NEAR: f64 = 0.01;
/// Looks per root after it is bracketed.
const LOOKS: usize = 4;
/// Step of the bracketing.
const STEP: f64 = 1.5;

/// What the two are compared in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// List value of the work.
    Value,
    /// What is paid under the plan.
    Paid,
    /// Share of a window that the work needs; its label.
    Window(String),
}

/// Where the two meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meeting {
    /// At this many requests, relative to the dearer model; an end is infinite where it lies beyond
    /// [`MOST`].
    At { value: f64, low: f64, high: f64 },
    /// Not up to [`MOST`].
    Beyond,
    /// The same in every trial as things are: there is nothing to lose.
    Same,
    /// It is not the cheaper one in this quantity.
    NotCheaper,
}

/// A factor that was evaluated, and the mean difference of each quantity there.
#[derive(Clone, Debug)]
pub struct Point {
    /// Requests relative to the dearer model.
    pub factor: f64,
    /// Cheaper minus dearer: mean and its 95 % interval; none where it was not asked.
    pub differences: Vec<Option<[f64; 3]>>,
}

/// The break-even of one pair.
#[derive(Clone, Debug)]
pub struct BreakEven {
    /// Indices of entries.
    pub dearer: usize,
    pub cheaper: usize,
    /// The models whose requests are multiplied, and those that they stand for.
    pub models: Vec<String>,
    pub instead_of: Vec<String>,
    /// Requests as the scenario has them, relative to the dearer model.
    pub assumed: f64,
    pub quantities: Vec<Quantity>,
    pub meetings: Vec<Meeting>,
    /// Ascending by factor.
    pub curve: Vec<Point>,
    /// Mean of the dearer one's quantities, same order.
    pub dearer_means: Vec<f64>,
}

/// Break-even points of the first contender with each of the others that works on other models.
pub(super) fn find(
    contenders: &[Contender<'_>],
    played: &[Played],
    trials: u64,
    per: f64,
    series: &Series<'_>,
) -> Result<Vec<BreakEven>, CompareError> {
    let mut found = Vec::new();
    let pairs: Vec<(usize, usize, Scaled)> = (1..contenders.len())
        .filter_map(|i| order(contenders, played, i))
        .collect();
    // A mix meets the dearer model where its other part does: said once.
    let pure = pairs.iter().any(|p| p.2.all);
    for (dearer, cheaper, scaled) in pairs {
        if pure && !scaled.all {
            continue;
        }
        let search = Search {
            experiment: contenders[cheaper].experiment,
            dearer: &played[dearer],
            cheaper: &played[cheaper],
            scaled,
            trials,
            per,
            series,
        };
        found.push(search.run(dearer, cheaper)?);
    }
    Ok(found)
}

/// What is multiplied in the cheaper contender.
struct Scaled {
    /// By actor: its main models that the dearer contender's actor does not use.
    models: Vec<BTreeSet<String>>,
    /// The other way round, of all actors.
    instead_of: BTreeSet<String>,
    /// Whether the actors that differ have no main model in common.
    all: bool,
    /// By actor: whether the sub-agents are multiplied, too.
    sub_agents: Vec<bool>,
    /// Requests now, relative to the dearer one.
    assumed: f64,
}

fn names<'e, 'm>(
    experiment: &'e Experiment,
    uses: impl IntoIterator<Item = &'m ModelUse>,
) -> BTreeSet<&'e str> {
    let used = uses.into_iter().filter(|m| m.weight > 0.0);
    used.filter_map(|m| experiment.models.get(m.model))
        .map(|m| m.name.as_str())
        .collect()
}

/// Which of the two is dearer, and what tells them apart; none when it is not (only) the models.
fn order(
    contenders: &[Contender<'_>],
    played: &[Played],
    other: usize,
) -> Option<(usize, usize, Scaled)> {
    let mean = |i: usize| played[i].value.iter().map(|v| *v as f64).sum::<f64>();
    let (dearer, cheaper) = if mean(other) < mean(0) {
        (0, other)
    } else {
        (other, 0)
    };
    let (d, c) = (
        contenders[dearer].experiment,
        contenders[cheaper].experiment,
    );
    let same_work = played[dearer].entry.demand_hash == played[cheaper].entry.demand_hash
        && contenders[dearer].plan == contenders[cheaper].plan
        && d.actors.len() == c.actors.len();
    if !same_work {
        return None;
    }
    let mut scaled = Scaled {
        models: Vec::new(),
        instead_of: BTreeSet::new(),
        all: true,
        sub_agents: Vec::new(),
        assumed: 1.0,
    };
    let (mut now, mut then) = (0.0f64, 0.0f64);
    for (a, b) in c.actors.iter().zip(&d.actors) {
        let (mine, theirs) = (names(c, &a.models), names(d, &b.models));
        let new: BTreeSet<String> = mine.difference(&theirs).map(|m| (*m).to_owned()).collect();
        if !new.is_empty() {
            scaled.all &= mine.intersection(&theirs).next().is_none();
            let gone = theirs.difference(&mine).map(|m| (*m).to_owned());
            scaled.instead_of.extend(gone);
            now = now.max(most_requests(c, &a.models, |name| new.contains(name)));
            then = then.max(most_requests(d, &b.models, |_| true));
        }
        scaled
            .sub_agents
            .push(!new.is_empty() && sub_names(c, a) != sub_names(d, b));
        scaled.models.push(new);
    }
    if scaled.models.iter().all(BTreeSet::is_empty) || scaled.instead_of.is_empty() {
        return None;
    }
    if now > 0.0 && then > 0.0 {
        scaled.assumed = now / then;
    }
    Some((dearer, cheaper, scaled))
}

fn sub_names<'e>(experiment: &'e Experiment, actor: &ActorSpec) -> BTreeSet<&'e str> {
    let subs = actor.sub_agents.as_ref();
    subs.map_or_else(BTreeSet::new, |s| names(experiment, s.all_models()))
}

/// The most requests that the same work takes on some models.
fn most_requests(e: &Experiment, uses: &[ModelUse], of: impl Fn(&str) -> bool) -> f64 {
    let used = uses.iter().filter(|m| m.weight > 0.0);
    used.filter(|m| e.models.get(m.model).is_some_and(|x| of(&x.name)))
        .map(|m| m.effort_requests)
        .fold(0.0, f64::max)
}

/// The experiment with the requests of some models multiplied.
fn multiplied(experiment: &Experiment, scaled: &Scaled, by: f64) -> Experiment {
    let mut more = experiment.clone();
    let (models, actors) = (&more.models, &mut more.actors);
    let which = scaled.models.iter().zip(&scaled.sub_agents);
    for (actor, (new, subs_too)) in actors.iter_mut().zip(which) {
        let subs = actor.sub_agents.iter_mut().filter(|_| *subs_too);
        let uses = actor
            .models
            .iter_mut()
            .chain(subs.flat_map(|s| &mut s.models));
        for m in uses {
            if models.get(m.model).is_some_and(|x| new.contains(&x.name)) {
                m.effort_requests *= by;
            }
        }
    }
    more
}

struct Search<'a, 's> {
    experiment: &'a Experiment,
    dearer: &'a Played,
    cheaper: &'a Played,
    scaled: Scaled,
    trials: u64,
    per: f64,
    series: &'a Series<'s>,
}

impl Search<'_, '_> {
    fn run(self, dearer: usize, cheaper: usize) -> Result<BreakEven, CompareError> {
        let window = self.main_window();
        let mut quantities = vec![Quantity::Value, Quantity::Paid];
        quantities.extend(window.map(|w| Quantity::Window(self.dearer.needed[w].1.clone())));
        let now = self.differences(&self.cheaper.value, &self.cheaper.cost, window, &|w| {
            self.cheaper.needed[w].2.clone()
        });
        let asked: Vec<bool> = now.iter().map(|d| d.mean.value < 0.0).collect();
        let meeting_now: Vec<Meeting> = now
            .iter()
            .map(|d| match d.is_nothing() {
                true => Meeting::Same,
                false => Meeting::NotCheaper,
            })
            .collect();
        let band = |d: &Difference| Some([d.mean.value, d.mean.low, d.mean.high]);
        let mut curve = vec![Point {
            factor: self.scaled.assumed,
            differences: now.iter().map(band).collect(),
        }];
        self.bracket(&mut curve, &asked, window)?;
        for q in 0..quantities.len() {
            for _ in 0..LOOKS {
                let Some(root) = asked[q].then(|| root(&curve, q, 0)).flatten() else {
                    break;
                };
                if curve.iter().any(|p| (p.factor / root - 1.0).abs() < NEAR) {
                    break;
                }
                self.look(&mut curve, root, &asked, window)?;
            }
        }
        let meetings = (0..quantities.len()).map(|q| match asked[q] {
            true => meeting(&curve, q),
            false => meeting_now[q],
        });
        let meetings = meetings.collect();
        let means = self.means(window);
        Ok(BreakEven {
            dearer,
            cheaper,
            models: self
                .scaled
                .models
                .iter()
                .flatten()
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            instead_of: self.scaled.instead_of.iter().cloned().collect(),
            assumed: self.scaled.assumed,
            quantities,
            meetings,
            curve,
            dearer_means: means,
        })
    }

    /// The first window at fixed times (the week), else the first window, that both have.
    fn main_window(&self) -> Option<usize> {
        let windows = &self.experiment.account.windows;
        let both = |w: &usize| {
            let twin = |p: &Played| p.needed.get(*w).map(|n| n.0.clone());
            twin(self.dearer).is_some() && twin(self.dearer) == twin(self.cheaper)
        };
        let fixed = |w: &usize| matches!(windows[*w].opens, Opens::Fixed { .. });
        let all: Vec<usize> = (0..windows.len()).filter(both).collect();
        all.iter().copied().find(fixed).or(all.first().copied())
    }

    fn differences(
        &self,
        value: &[i64],
        cost: &[i64],
        window: Option<usize>,
        needed: &dyn Fn(usize) -> Vec<i64>,
    ) -> Vec<Difference> {
        let n = usize::try_from(self.trials).unwrap_or(usize::MAX);
        let head = |column: &[i64]| column[..n.min(column.len())].to_vec();
        let d = self.dearer;
        let mut all = vec![
            Difference::new(&head(&d.value), &head(value), USD).per(self.per),
            Difference::new(&head(&d.cost), &head(cost), USD).per(self.per),
        ];
        all.extend(window.map(|w| Difference::new(&d.needed[w].2, &needed(w), MILLIONTHS)));
        all
    }

    fn means(&self, window: Option<usize>) -> Vec<f64> {
        let mean = |column: &[i64], unit: f64| {
            let n = usize::try_from(self.trials)
                .unwrap_or(usize::MAX)
                .min(column.len())
                .max(1);
            column.iter().take(n).map(|v| *v as f64).sum::<f64>() / n as f64 / unit
        };
        let mut all = vec![
            mean(&self.dearer.value, USD) / self.per,
            mean(&self.dearer.cost, USD) / self.per,
        ];
        all.extend(window.map(|w| mean(&self.dearer.needed[w].2, MILLIONTHS)));
        all
    }

    /// Larger and larger factors until every quantity has surely crossed.
    fn bracket(
        &self,
        curve: &mut Vec<Point>,
        asked: &[bool],
        window: Option<usize>,
    ) -> Result<(), CompareError> {
        loop {
            let last = curve.iter().map(|p| p.factor).fold(0.0, f64::max);
            let open: Vec<bool> = (0..asked.len())
                .map(|q| asked[q] && root(curve, q, 1).is_none())
                .collect();
            if last >= MOST || !open.contains(&true) {
                return Ok(());
            }
            self.look(curve, (last * STEP).min(MOST), &open, window)?;
        }
    }

    /// Evaluates a factor for the quantities that are asked for.
    fn look(
        &self,
        curve: &mut Vec<Point>,
        factor: f64,
        asked: &[bool],
        window: Option<usize>,
    ) -> Result<(), CompareError> {
        let more = multiplied(self.experiment, &self.scaled, factor / self.scaled.assumed);
        let paid = asked.get(1).copied().unwrap_or(false);
        let worth = asked.iter().enumerate().any(|(q, a)| *a && q != 1);
        self.series
            .plan(self.trials * (u64::from(paid) + u64::from(worth)));
        let mut found: [Option<Vec<Difference>>; 2] = [None, None];
        if worth {
            let free = work::unhindered(&more);
            let outcome = self.series.run(&free, self.trials)?;
            let value = columns::value(&free, &outcome)?;
            let needed = |w: usize| {
                let limits = self.limits(w);
                columns::used_ppm(&free, &outcome, &limits, w)
            };
            found[0] = Some(self.differences(&value, &self.cheaper.cost, window, &needed));
        }
        if paid {
            let real = work::lean(&more);
            let outcome = self.series.run(&real, self.trials)?;
            let cost = columns::cost(&real, &outcome)?;
            let none = |_: usize| Vec::new();
            found[1] = Some(self.differences(&self.cheaper.value, &cost, window, &none));
        }
        let differences = asked.iter().enumerate().map(|(q, asked)| {
            let from = &found[usize::from(q == 1)];
            let d = from.as_ref().filter(|_| *asked)?.get(q)?;
            Some([d.mean.value, d.mean.low, d.mean.high])
        });
        let point = Point {
            factor,
            differences: differences.collect(),
        };
        curve.push(point);
        curve.sort_by(|a, b| a.factor.total_cmp(&b.factor));
        Ok(())
    }

    fn limits(&self, window: usize) -> Vec<i64> {
        self.cheaper.limits.get(window).cloned().unwrap_or_default()
    }
}

/// Where a line of the band (0 the mean, 1 its lower, 2 its upper end) first rises to zero.
fn root(curve: &[Point], quantity: usize, line: usize) -> Option<f64> {
    let points: Vec<(f64, f64)> = curve
        .iter()
        .filter_map(|p| Some((p.factor, p.differences.get(quantity)?.as_ref()?[line])))
        .collect();
    crossing(&points)
}

/// The first x at which a broken line through points (ascending in x) rises to zero.
fn crossing(points: &[(f64, f64)]) -> Option<f64> {
    let first = points.first()?;
    if first.1 >= 0.0 {
        return Some(first.0);
    }
    points.windows(2).find(|pair| pair[1].1 >= 0.0).map(|pair| {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        x0 + (x1 - x0) * (-y0) / (y1 - y0)
    })
}

fn meeting(curve: &[Point], quantity: usize) -> Meeting {
    match root(curve, quantity, 0) {
        None => Meeting::Beyond,
        Some(value) => Meeting::At {
            value,
            // The upper end of the band reaches zero first.
            low: root(curve, quantity, 2).unwrap_or(value).min(value),
            high: root(curve, quantity, 1).unwrap_or(f64::INFINITY).max(value),
        },
    }
}

#[cfg(test)]
mod tests;
