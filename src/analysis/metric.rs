//! One number of a run by its name, with its interval: for requirements and adaptive stopping.

use crate::analysis::cost;
use crate::analysis::numbers::{COUNT, HOURS, Sorted, USD, share};
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, NEVER, Outcome};
use crate::engine::require::{Metric, Requirement, Stat};
use crate::stats::estimate::Estimate;

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
    let n = outcome.trials as u64;
    let hits = |column: &[i64], hit: fn(i64) -> bool| {
        share(column.iter().filter(|v| hit(**v)).count() as u64, n)
    };
    let column = |field| outcome.column(field);
    let totals = || cost::totals(experiment, outcome).map_err(|e| NoSuchNumber(e.to_string()));
    check(experiment, metric, budget)?;
    Ok(match metric {
        Metric::PBlocked => hits(&column(Field::Blocked), |v| v > 0),
        Metric::PBlockedByWallet => hits(&column(Field::BlockedByWallet), |v| v > 0),
        Metric::PDrains(name) => {
            let drained = column(Field::FirstDrain(pool(experiment, name)?));
            hits(&drained, |v| v != NEVER)
        }
        Metric::POverBudget => {
            let limit = budget.unwrap_or(Money::MAX).0;
            share(totals()?.iter().filter(|v| **v > limit).count() as u64, n)
        }
        Metric::Cost(stat) => of(totals()?, *stat, USD),
        Metric::Extra(stat) => of(extra(experiment, outcome), *stat, USD),
        Metric::BlockedHours(stat) => of(column(Field::BlockedMs), *stat, HOURS),
        Metric::BlockedRequests(stat) => of(column(Field::Blocked), *stat, COUNT),
        Metric::LostRequests(stat) => of(column(Field::Lost), *stat, COUNT),
        Metric::Requests(stat) => of(column(Field::Requests), *stat, COUNT),
        Metric::Reloads(stat) => of(column(Field::Reloads), *stat, COUNT),
        Metric::Expired(stat) => of(column(Field::Expired), *stat, USD),
        Metric::Idle => of(column(Field::Idle), Stat::Mean, USD),
    })
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

fn extra(experiment: &Experiment, outcome: &Outcome) -> Vec<i64> {
    let mut sums = vec![0i64; outcome.trials];
    for m in 0..experiment.months.len() {
        for (sum, v) in sums.iter_mut().zip(outcome.column(Field::Extra(m))) {
            *sum = sum.saturating_add(v);
        }
    }
    sums
}

fn of(column: Vec<i64>, stat: Stat, unit: f64) -> Estimate {
    let sorted = Sorted::new(column);
    let p = match stat {
        Stat::Mean => return sorted.mean(unit),
        Stat::P05 => 0.05,
        Stat::P10 => 0.10,
        Stat::P25 => 0.25,
        Stat::P50 => 0.50,
        Stat::P75 => 0.75,
        Stat::P80 => 0.80,
        Stat::P90 => 0.90,
        Stat::P95 => 0.95,
        Stat::P99 => 0.99,
        Stat::Max => 1.0,
    };
    sorted.estimate(p, unit)
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
