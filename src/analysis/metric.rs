//! One number of a run by its name, with its interval: for requirements and adaptive stopping.

use crate::analysis::cost;
use crate::analysis::numbers::{CONFIDENCE, COUNT, HOURS, Sorted, USD};
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Layout, NEVER, Outcome};
use crate::engine::require::{Metric, Requirement};
use crate::stats::estimate::Estimate;
use crate::stats::proportion;

/// Why a metric has no value in this scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchNumber(pub String);

/// Whether a scenario has this number at all, before anything is run.
///
/// # Errors
/// When the pool is unknown or no budget is named.
pub fn check(
    experiment: &Experiment,
    metric: &Metric,
    budget: Option<Money>,
) -> Result<(), NoSuchNumber> {
    match metric {
        Metric::PDrains(name) => pool(experiment, name).map(|_| ()),
        Metric::POverBudget if budget.is_none() => Err(NoSuchNumber(
            "p_over_budget needs a budget: write budget = … into [run]".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// How the numbers of single trials make one number of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The share of trials that have it.
    Share,
    /// The sum over all trials by the sum of what it is counted among.
    Ratio,
    Mean,
    /// The quantile of this share.
    Quantile(f64),
}

/// How a column of numbers of trials is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    pub statistic: Statistic,
    /// What the numbers are divided by to be in the unit of people.
    pub unit: f64,
}

impl Measure {
    /// The number of a run, with its interval of this confidence. `cases`: of each trial its number
    /// and of how many it is (1 unless it is a ratio). `exact`: the interval of a probability covers
    /// at least so much, instead of so much on average.
    pub fn estimate(&self, cases: &[(i64, i64)], exact: bool, confidence: f64) -> Estimate {
        let n = cases.len() as u64;
        let sorted = || Sorted::new(cases.iter().map(|c| c.0).collect());
        match self.statistic {
            Statistic::Share => {
                let hits = cases.iter().filter(|c| c.0 > 0).count() as u64;
                if exact {
                    proportion::clopper_pearson(hits, n, confidence)
                } else {
                    proportion::wilson(hits, n, confidence)
                }
            }
            Statistic::Ratio => proportion::clustered(cases, confidence),
            Statistic::Mean => sorted().mean_at(self.unit, confidence),
            Statistic::Quantile(p) => sorted().estimate_at(p, self.unit, confidence),
        }
    }
}

/// Reads one metric off the rows of trials.
pub struct Gauge<'e> {
    experiment: &'e Experiment,
    layout: Layout,
    metric: Metric,
    budget: i64,
    pool: usize,
}

impl<'e> Gauge<'e> {
    /// # Errors
    /// As [`check`].
    pub fn new(
        experiment: &'e Experiment,
        metric: &Metric,
        budget: Option<Money>,
    ) -> Result<Gauge<'e>, NoSuchNumber> {
        check(experiment, metric, budget)?;
        let pool = match metric {
            Metric::PDrains(name) => pool(experiment, name)?,
            _ => 0,
        };
        Ok(Gauge {
            experiment,
            layout: Layout::new(
                experiment.account.windows.len() + 1,
                experiment.months.len(),
            ),
            metric: metric.clone(),
            budget: budget.unwrap_or(Money::MAX).0,
            pool,
        })
    }

    /// What a trial has of it, and of how many (1 unless it is a ratio). Money that leaves its
    /// range is [`i64::MAX`].
    pub fn read(&self, row: &[i64]) -> (i64, i64) {
        let at = |field| row[self.layout.at(field)];
        let months = |fields: &[fn(usize) -> Field]| {
            let each = (0..self.layout.months).flat_map(|m| fields.iter().map(move |f| f(m)));
            each.fold(0i64, |sum, field| sum.saturating_add(at(field)))
        };
        let cost = || {
            let fees = self.experiment.months.iter().map(|m| m.fee.0);
            let paid = months(&[Field::Card, Field::Tax, Field::Api]);
            fees.fold(paid, i64::saturating_add)
        };
        let value = match &self.metric {
            Metric::PBlocked => i64::from(at(Field::Blocked) > 0),
            Metric::PBlockedByWallet => i64::from(at(Field::BlockedByWallet) > 0),
            Metric::PDrains(_) => i64::from(at(Field::FirstDrain(self.pool)) != NEVER),
            Metric::POverBudget => i64::from(cost() > self.budget),
            Metric::PStockOut => return (at(Field::LateReloads), at(Field::Reloads)),
            Metric::Cost(_) => cost(),
            Metric::Extra(_) => months(&[Field::Extra]),
            Metric::BlockedHours(_) => at(Field::BlockedMs),
            Metric::BlockedRequests(_) => at(Field::Blocked),
            Metric::LostRequests(_) => at(Field::Lost),
            Metric::Requests(_) => at(Field::Requests),
            Metric::Reloads(_) => at(Field::Reloads),
            Metric::Expired(_) => at(Field::Expired),
            Metric::Idle => at(Field::Idle),
        };
        (value, 1)
    }

    /// How the numbers of trials make the metric.
    pub fn measure(&self) -> Measure {
        Measure {
            statistic: self.statistic(),
            unit: self.unit(),
        }
    }

    fn statistic(&self) -> Statistic {
        let stat = match &self.metric {
            Metric::PStockOut => return Statistic::Ratio,
            Metric::PBlocked
            | Metric::PBlockedByWallet
            | Metric::PDrains(_)
            | Metric::POverBudget => return Statistic::Share,
            Metric::Idle => return Statistic::Mean,
            Metric::Cost(s)
            | Metric::Extra(s)
            | Metric::BlockedHours(s)
            | Metric::BlockedRequests(s)
            | Metric::LostRequests(s)
            | Metric::Requests(s)
            | Metric::Reloads(s)
            | Metric::Expired(s) => s,
        };
        match stat.share() {
            None => Statistic::Mean,
            Some(p) => Statistic::Quantile(p),
        }
    }

    fn unit(&self) -> f64 {
        match &self.metric {
            Metric::Cost(_) | Metric::Extra(_) | Metric::Expired(_) | Metric::Idle => USD,
            Metric::BlockedHours(_) => HOURS,
            _ => COUNT,
        }
    }
}

/// The number with its 95 % interval.
///
/// # Errors
/// As [`check`]; also when an amount leaves its range.
pub fn measure(
    experiment: &Experiment,
    outcome: &Outcome,
    metric: &Metric,
    budget: Option<Money>,
) -> Result<Estimate, NoSuchNumber> {
    let gauge = Gauge::new(experiment, metric, budget)?;
    if matches!(metric, Metric::Cost(_) | Metric::POverBudget) {
        cost::totals(experiment, outcome).map_err(|e| NoSuchNumber(e.to_string()))?;
    }
    let rows = outcome.rows.chunks_exact(outcome.layout.width);
    let cases: Vec<_> = rows.map(|row| gauge.read(row)).collect();
    Ok(gauge.measure().estimate(&cases, false, CONFIDENCE))
}

/// The answer to a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub requirement: Requirement,
    pub found: Estimate,
    /// Whether the estimate meets it.
    pub holds: bool,
    /// Whether the whole interval says the same; otherwise these trials cannot tell.
    pub certain: bool,
}

/// Judges a requirement.
///
/// # Errors
/// As [`measure`].
pub fn judge(
    experiment: &Experiment,
    outcome: &Outcome,
    requirement: &Requirement,
    budget: Option<Money>,
) -> Result<Verdict, NoSuchNumber> {
    let found = measure(experiment, outcome, &requirement.metric, budget)?;
    let holds = requirement.holds(found.value);
    let certain = [found.low, found.high]
        .iter()
        .all(|end| requirement.holds(*end) == holds);
    Ok(Verdict {
        requirement: requirement.clone(),
        found,
        holds,
        certain,
    })
}

fn pool(experiment: &Experiment, name: &str) -> Result<usize, NoSuchNumber> {
    let windows = &experiment.account.windows;
    if name == "wallet" {
        return Ok(windows.len());
    }
    windows.iter().position(|w| w.name == name).ok_or_else(|| {
        let mut known: Vec<&str> = windows.iter().map(|w| w.name.as_str()).collect();
        known.push("wallet");
        NoSuchNumber(format!(
            "no pool \"{name}\" here; known: {}",
            known.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{experiment, outcome};

    fn judged(text: &str) -> Verdict {
        let experiment = experiment();
        let outcome = outcome(&experiment);
        let requirement = text.parse().unwrap();
        judge(&experiment, &outcome, &requirement, Some(Money::usd(250))).unwrap()
    }

    #[test]
    fn requirements_hold_fail_or_stay_open() {
        let v = judged("p_drains.week <= 0.5");
        assert_eq!((v.holds, v.certain), (false, true));
        let v = judged("p_drains.wallet <= 0.36");
        assert_eq!((v.holds, v.certain), (true, false));
        let v = judged("cost_p50 < 500");
        assert_eq!((v.holds, v.certain), (true, true));
        assert_eq!(v.found.value, 198.0);
        assert!(judged("blocked_hours_mean > 1").certain);
        assert_eq!(judged("p_over_budget <= 0.5").found.value, 0.24);
    }

    #[test]
    fn numbers_that_do_not_exist() {
        let experiment = experiment();
        let unknown = check(&experiment, &Metric::PDrains("weak".to_owned()), None);
        assert!(unknown.unwrap_err().0.contains("session, week, wallet"));
        assert!(check(&experiment, &Metric::POverBudget, None).is_err());
    }
}
