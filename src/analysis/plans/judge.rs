//! All contenders on the same trials: what each costs, how often it is the cheapest, how far it is
//! from the best, and what a stopped hour may cost before another one is better.

use crate::analysis::compare::pairs::Difference;
use crate::analysis::findings::Spread;
use crate::analysis::numbers::{CONFIDENCE, HOURS, USD, share, spread};
use crate::analysis::summarise::AnalysisError;
use crate::base::money::Money;
use crate::stats::estimate::Estimate;
use crate::stats::mean;

use super::envelope::{self, Line};
use super::ways::{Parts, Terms, Way, taxed, with_hours};

/// A plan in one way, and its trials.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Number of the plan: ways of one plan have the same.
    pub plan: usize,
    pub id: String,
    pub label: String,
    pub way: Way,
    pub today: bool,
    pub terms: Terms,
    pub parts: Parts,
    /// Digest of the sessions; none for logged requests, which are the same by nature.
    pub demand_hash: Option<u64>,
    /// Whether it rests on assumed sizes of windows.
    pub assumed: bool,
    /// Why it cannot do all of the work whatever the price of an hour: it takes no part then.
    pub incomplete: Option<String>,
}

/// How a contender stands to the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Best,
    /// The same total in every trial.
    Same,
    /// These trials cannot tell it from the best.
    CannotTell,
    Dearer,
    /// It cannot do the work.
    Incomplete,
}

/// What one contender costs. Amounts are a month (or what [`super::PlansFinding::per`] says).
#[derive(Clone, Debug)]
pub struct Entry {
    pub plan: usize,
    pub id: String,
    pub label: String,
    pub way: Way,
    /// Whether the plan has no other way.
    pub only: bool,
    pub today: bool,
    pub fee_usd: f64,
    /// Means.
    pub extra_usd: f64,
    pub elsewhere_usd: f64,
    pub tax_usd: f64,
    pub cost_usd: Spread,
    pub stopped_h: Spread,
    pub p_stopped: Estimate,
    /// Share of trials in which extra usage is charged.
    pub p_extra: Estimate,
    /// With stopped hours at their price.
    pub total_usd: Spread,
    /// Share of trials in which its total is the least; a tie is shared among those tied.
    pub cheapest: Estimate,
    /// Share of trials in which it is least together with another.
    pub tied: f64,
    /// Its total minus the best one's, trial by trial.
    pub against_best: Difference,
    pub standing: Standing,
    pub demand_hash: Option<u64>,
    pub assumed: bool,
    pub incomplete: Option<String>,
}

/// A plan, whatever its way.
#[derive(Clone, Debug)]
pub struct PlanShare {
    pub plan: usize,
    pub label: String,
    /// Share of trials in which one of its ways has the least total.
    pub cheapest: Estimate,
}

/// A price of a stopped hour from which another contender costs least on average.
#[derive(Clone, Copy, Debug)]
pub struct HourStep {
    /// Dollars, with the 95 % interval (simulation only); 0 for the first.
    pub from: Estimate,
    /// Index of the entry.
    pub entry: usize,
}

/// A dearer hour than anybody's, dollars: what changes beyond it is not said.
const HOUR_MOST: f64 = 1_000.0;

/// The judgement.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub entries: Vec<Entry>,
    /// Index of the one whose mean total is least.
    pub best: usize,
    pub shares: Vec<PlanShare>,
    /// Who costs least at which price of an hour, from 0 up.
    pub hours: Vec<HourStep>,
    pub trials: usize,
}

impl Verdict {
    pub fn best(&self) -> &Entry {
        &self.entries[self.best]
    }

    /// Prices of an hour at which another contender takes over, as far as an hour may cost so much.
    pub fn steps(&self) -> &[HourStep] {
        let upto = self.hours.partition_point(|s| s.from.value <= HOUR_MOST);
        &self.hours[..upto]
    }

    /// Whether extra usage makes no difference to the best plan.
    pub fn is_twin_same(&self) -> bool {
        let best = self.best();
        self.of_plan(best.plan)
            .any(|e| e.way != best.way && e.standing == Standing::Same)
    }

    /// The ways of a plan.
    pub fn of_plan(&self, plan: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| e.plan == plan)
    }
}

/// Holds contenders against each other. `hour`: the price of a stopped hour; `per`: units of time
/// in the horizon that amounts are shown for.
///
/// # Errors
/// When there is nobody who can do the work, or money leaves its range.
pub fn judge(all: &[Contender], hour: Money, per: f64) -> Result<Verdict, AnalysisError> {
    let mut costs = Vec::with_capacity(all.len());
    let mut totals = Vec::with_capacity(all.len());
    for c in all {
        let cost = c.parts.cost(c.terms, 1.0)?;
        totals.push(with_hours(&cost, &c.parts.stopped_ms, hour)?);
        costs.push(cost);
    }
    let able: Vec<usize> = (0..all.len())
        .filter(|i| all[*i].incomplete.is_none() && !totals[*i].is_empty())
        .collect();
    let sum = |i: usize| totals[i].iter().map(|v| i128::from(*v)).sum::<i128>();
    let Some(best) = able.iter().copied().min_by_key(|i| (sum(*i), *i)) else {
        return Err(AnalysisError::NoTrials);
    };
    let wins = wins(
        &able
            .iter()
            .map(|i| totals[*i].as_slice())
            .collect::<Vec<_>>(),
    );
    let n = totals[best].len();
    let mut entries = Vec::with_capacity(all.len());
    for (i, c) in all.iter().enumerate() {
        let won = able.iter().position(|a| *a == i).map(|at| &wins[at]);
        let against = Difference::new(&totals[best], &totals[i], USD).per(per);
        entries.push(Entry {
            only: all.iter().filter(|o| o.plan == c.plan).count() == 1,
            standing: standing(c, i == best, &against),
            against_best: against,
            cheapest: won.map_or(share(0, n as u64), |w| w.share(n)),
            tied: won.map_or(0.0, |w| w.tied(n)),
            cost_usd: spread(costs[i].clone(), USD * per),
            total_usd: spread(totals[i].clone(), USD * per),
            ..entry(c, per)
        });
    }
    let mut shares: Vec<PlanShare> = Vec::new();
    for i in &able {
        let c = &all[*i];
        if shares.iter().all(|s| s.plan != c.plan) {
            let mut sum = Wins::default();
            for (other, w) in able.iter().zip(&wins) {
                if all[*other].plan == c.plan {
                    sum.add(w);
                }
            }
            shares.push(PlanShare {
                plan: c.plan,
                label: c.label.clone(),
                cheapest: sum.share(n),
            });
        }
    }
    Ok(Verdict {
        hours: hour_steps(all, &able, &costs),
        entries,
        best,
        shares,
        trials: n,
    })
}

fn standing(c: &Contender, best: bool, against: &Difference) -> Standing {
    match (c.incomplete.is_some(), best) {
        (true, _) => Standing::Incomplete,
        (_, true) => Standing::Best,
        _ if against.is_nothing() => Standing::Same,
        _ if against.is_open() => Standing::CannotTell,
        _ => Standing::Dearer,
    }
}

/// What does not depend on the others.
fn entry(c: &Contender, per: f64) -> Entry {
    let n = c.parts.extra.len() as u64;
    let hits = |column: &[i64]| share(column.iter().filter(|v| **v > 0).count() as u64, n);
    let mean_usd = |column: &[i64]| spread(column.to_vec(), USD * per).mean;
    let (extra, elsewhere) = (mean_usd(&c.parts.extra), mean_usd(&c.parts.elsewhere));
    let rate = c.terms.tax_ppm as f64 / 1e6;
    let fee_tax = taxed(i128::from(c.terms.fee), c.terms.tax_ppm) as f64 / USD / per;
    Entry {
        plan: c.plan,
        id: c.id.clone(),
        label: c.label.clone(),
        way: c.way,
        only: false,
        today: c.today,
        fee_usd: c.terms.fee as f64 / USD / per,
        extra_usd: extra,
        elsewhere_usd: elsewhere,
        tax_usd: fee_tax + (extra + elsewhere) * rate,
        cost_usd: Spread::default(),
        stopped_h: spread(c.parts.stopped_ms.clone(), HOURS * per),
        p_stopped: hits(&c.parts.stopped_ms),
        p_extra: hits(&c.parts.extra),
        total_usd: Spread::default(),
        cheapest: share(0, n),
        tied: 0.0,
        against_best: Difference::new(&[], &[], USD),
        standing: Standing::Dearer,
        demand_hash: c.demand_hash,
        assumed: c.assumed,
        incomplete: c.incomplete.clone(),
    }
}

/// How often one is least, by how many share the place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wins {
    /// `by[k]`: trials in which it is least together with k others.
    by: Vec<u64>,
}

impl Wins {
    fn hit(&mut self, others: usize) {
        if self.by.len() <= others {
            self.by.resize(others + 1, 0);
        }
        self.by[others] += 1;
    }

    fn add(&mut self, other: &Wins) {
        let most = self.by.len().max(other.by.len());
        self.by.resize(most, 0);
        for (sum, more) in self.by.iter_mut().zip(&other.by) {
            *sum += more;
        }
    }

    /// Its share of the trials, ties shared. The interval is Wilson's for so many trials won, which a
    /// shared one makes a little too wide, never too narrow.
    pub(super) fn share(&self, n: usize) -> Estimate {
        let parts = self.by.iter().enumerate();
        let won = parts.fold(0.0, |sum, (k, n)| sum + *n as f64 / (k + 1) as f64);
        let mut e = share(libm::round(won) as u64, n as u64);
        if n > 0 {
            e.value = won / n as f64;
            (e.low, e.high) = (e.low.min(e.value), e.high.max(e.value));
        }
        e
    }

    fn tied(&self, n: usize) -> f64 {
        let tied: u64 = self.by.iter().skip(1).sum();
        tied as f64 / n.max(1) as f64
    }
}

/// Who has the least in each trial.
pub fn wins(columns: &[&[i64]]) -> Vec<Wins> {
    let n = columns.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut wins = vec![Wins::default(); columns.len()];
    for trial in 0..n {
        let least = columns.iter().map(|c| c[trial]).min().unwrap_or(0);
        let others = columns.iter().filter(|c| c[trial] == least).count() - 1;
        for (win, column) in wins.iter_mut().zip(columns) {
            if column[trial] == least {
                win.hit(others);
            }
        }
    }
    wins
}

/// Who costs least on average at which price of an hour.
///
/// What: the lower envelope of mean cost + price × mean hours. The interval of a step between a and b
/// at price h: h ± t·se / |difference of hours|, se that of the mean over trials of (cost_a − cost_b)
/// + h·(hours_a − hours_b), which is zero at the step (the delta method).
fn hour_steps(all: &[Contender], able: &[usize], costs: &[Vec<i64>]) -> Vec<HourStep> {
    let mean = |column: &[i64], unit: f64| spread(column.to_vec(), unit).mean;
    let lines: Vec<Line> = able
        .iter()
        .map(|i| Line {
            level: mean(&costs[*i], USD),
            slope: mean(&all[*i].parts.stopped_ms, HOURS),
        })
        .collect();
    let pieces = envelope::lower(&lines, f64::INFINITY);
    let mut steps: Vec<HourStep> = Vec::with_capacity(pieces.len());
    let mut before: Option<usize> = None;
    for piece in pieces {
        let entry = able[piece.line];
        let from = match before {
            None => Estimate {
                value: 0.0,
                low: 0.0,
                high: 0.0,
                n: costs[entry].len() as u64,
            },
            Some(a) => step(all, costs, a, entry, piece.from),
        };
        steps.push(HourStep { from, entry });
        before = Some(entry);
    }
    steps
}

fn step(all: &[Contender], costs: &[Vec<i64>], a: usize, b: usize, at: f64) -> Estimate {
    let hours = |i: usize| &all[i].parts.stopped_ms;
    let rows = costs[a].iter().zip(&costs[b]);
    let rows = rows.zip(hours(a).iter().zip(hours(b)));
    let residuals: Vec<i64> = rows
        .clone()
        .map(|((ca, cb), (ha, hb))| {
            let dollars = ca.saturating_sub(*cb) as f64;
            (dollars + at * (ha - hb) as f64 / HOURS * USD) as i64
        })
        .collect();
    let apart: f64 = rows.map(|(_, (ha, hb))| (ha - hb) as f64 / HOURS).sum();
    let apart = (apart / residuals.len().max(1) as f64).abs();
    let half = mean::estimate(&residuals, CONFIDENCE).map_or(f64::INFINITY, |e| e.half_width());
    let half = half / USD / apart;
    Estimate {
        value: at,
        low: (at - half).max(0.0),
        high: at + half,
        n: residuals.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::money::PICO_PER_USD;
    use proptest::prelude::*;

    fn contender(plan: usize, way: Way, fee: i64, extra: &[i64], hours: &[i64]) -> Contender {
        Contender {
            plan,
            id: format!("p{plan}"),
            label: format!("Plan {plan}"),
            way,
            today: plan == 0,
            terms: Terms {
                fee: fee * PICO_PER_USD,
                tax_ppm: 0,
            },
            parts: Parts {
                extra: extra.iter().map(|v| v * PICO_PER_USD).collect(),
                elsewhere: vec![0; extra.len()],
                stopped_ms: hours.iter().map(|h| h * 3_600_000).collect(),
                refused: hours.to_vec(),
            },
            demand_hash: Some(1),
            assumed: false,
            incomplete: None,
        }
    }

    #[test]
    fn by_hand() {
        let all = [
            contender(0, Way::Without, 20, &[0; 4], &[0, 0, 4, 8]),
            contender(0, Way::With, 20, &[0, 0, 40, 100], &[0; 4]),
            contender(1, Way::Without, 100, &[0; 4], &[0; 4]),
        ];
        let v = judge(&all, Money::usd(40), 1.0).unwrap();
        // Totals: 20, 20, 180, 340 · 20, 20, 60, 120 · 100 each.
        assert_eq!(v.best, 1);
        assert_eq!(v.best().total_usd.mean, 55.0);
        let shares: Vec<f64> = v.entries.iter().map(|e| e.cheapest.value).collect();
        assert_eq!(shares, [0.25, 0.5, 0.25]);
        assert_eq!(v.entries[0].tied, 0.5);
        assert_eq!(v.shares[0].cheapest.value, 0.75);
        assert_eq!(v.entries[2].against_best.mean.value, 45.0);
        // Means: 20 + 3 h, 55 + 0 h, 100 + 0 h.
        let hours: Vec<(usize, f64)> = v.hours.iter().map(|s| (s.entry, s.from.value)).collect();
        assert_eq!(hours.len(), 2);
        assert_eq!(hours[0], (0, 0.0));
        assert!(hours[1].0 == 1 && (hours[1].1 - 35.0 / 3.0).abs() < 1e-9);
        assert!(v.hours[1].from.low <= hours[1].1 && hours[1].1 <= v.hours[1].from.high);
        // Half a month in the horizon: twice the amounts a month.
        let half = judge(&all, Money::usd(40), 0.5).unwrap();
        assert_eq!(half.best().total_usd.mean, 110.0);
    }

    #[test]
    fn who_cannot_do_the_work_takes_no_part() {
        let mut all = [
            contender(0, Way::Without, 0, &[0; 3], &[0; 3]),
            contender(1, Way::Without, 100, &[0; 3], &[0; 3]),
        ];
        all[0].incomplete = Some("it cannot".to_owned());
        let v = judge(&all, Money::ZERO, 1.0).unwrap();
        assert_eq!((v.best, v.entries[0].standing), (1, Standing::Incomplete));
        assert_eq!(v.entries[0].cheapest.value, 0.0);
        assert_eq!(v.entries[1].cheapest.value, 1.0);
        assert!(judge(&all[..1], Money::ZERO, 1.0).is_err());
    }

    proptest! {
        /// Probabilities of being the cheapest add up to one, however many are tied, and plans' are the
        /// sums of their ways'.
        #[test]
        fn shares_sum_to_one(
            rows in prop::collection::vec(prop::collection::vec(0i64..4, 7), 2..6),
        ) {
            let all: Vec<Contender> = rows
                .iter()
                .enumerate()
                .map(|(i, row)| contender(i / 2, Way::With, 0, row, &[0; 7]))
                .collect();
            let v = judge(&all, Money::ZERO, 1.0).unwrap();
            let sum: f64 = v.entries.iter().map(|e| e.cheapest.value).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12, "{}", sum);
            for s in &v.shares {
                let ways: f64 = v.of_plan(s.plan).map(|e| e.cheapest.value).sum();
                prop_assert!((ways - s.cheapest.value).abs() < 1e-12);
                prop_assert!(s.cheapest.low <= s.cheapest.value && s.cheapest.value <= s.cheapest.high);
            }
        }
    }
}
