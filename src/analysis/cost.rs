//! What the horizon and its months cost: cash that leaves the user.

use crate::analysis::findings::{CostFinding, MonthFinding};
use crate::analysis::numbers::{Sorted, USD, share, spread};
use crate::analysis::summarise::AnalysisError;
use crate::base::civil::MONTHS;
use crate::base::money::{Money, PICO_PER_CENT, PICO_PER_USD};
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};

/// Bars of the cost histogram, at most.
const BARS: i64 = 40;

/// Subscription, card charges, tax and list price paid elsewhere of each trial, pico-dollars.
///
/// # Errors
/// When a total leaves the range of [`Money`].
pub fn totals(experiment: &Experiment, outcome: &Outcome) -> Result<Vec<i64>, AnalysisError> {
    let mut totals = vec![0i64; outcome.trials];
    for m in 0..experiment.months.len() {
        add(&mut totals, &month_totals(experiment, outcome, m)?)?;
    }
    Ok(totals)
}

fn month_totals(
    experiment: &Experiment,
    outcome: &Outcome,
    m: usize,
) -> Result<Vec<i64>, AnalysisError> {
    let mut totals = vec![experiment.months[m].fee.0; outcome.trials];
    for field in [Field::Card(m), Field::Tax(m), Field::Api(m)] {
        add(&mut totals, &outcome.column(field))?;
    }
    Ok(totals)
}

fn add(totals: &mut [i64], column: &[i64]) -> Result<(), AnalysisError> {
    for (total, v) in totals.iter_mut().zip(column) {
        *total = total.checked_add(*v).ok_or(AnalysisError::MoneyRange)?;
    }
    Ok(())
}

/// The cost of the whole horizon, from the totals of all trials.
pub fn cost(
    experiment: &Experiment,
    outcome: &Outcome,
    totals: &[i64],
    budget: Option<Money>,
) -> CostFinding {
    let sorted = Sorted::new(totals.to_vec());
    let limit = budget.unwrap_or_else(|| round_limit(&sorted));
    let over = (sorted.len() - sorted.count_to(limit.0)) as u64;
    let mean_of = |field: &dyn Fn(usize) -> Field| -> f64 {
        (0..experiment.months.len())
            .map(|m| spread(outcome.column(field(m)), USD).mean)
            .sum()
    };
    let fees: f64 = experiment.months.iter().map(|m| m.fee.to_f64()).sum();
    let fee = experiment.fixed();
    let only = sorted.count_to(fee) - sorted.count_to(fee - 1);
    CostFinding {
        total_usd: sorted.spread(USD),
        median: sorted.median(USD),
        subscription_usd: fees,
        fixed_usd: fee as f64 / USD,
        subscription_only: if fee > 0 {
            only as f64 / sorted.len().max(1) as f64
        } else {
            0.0
        },
        extra_mean_usd: mean_of(&Field::Card),
        tax_mean_usd: mean_of(&Field::Tax),
        api_mean_usd: mean_of(&Field::Api),
        over: (limit, share(over, sorted.len() as u64)),
        histogram: histogram(&sorted, fee),
    }
}

/// Findings of each calendar month.
///
/// # Errors
/// When a total leaves the range of [`Money`].
pub fn months(
    experiment: &Experiment,
    outcome: &Outcome,
) -> Result<Vec<MonthFinding>, AnalysisError> {
    let found = experiment.months.iter().enumerate().map(|(m, month)| {
        let usd = |field| spread(outcome.column(field), USD);
        Ok(MonthFinding {
            name: month.name.clone(),
            label: label(&month.name),
            subscription_usd: spread(vec![month.fee.0; outcome.trials], USD),
            covered_usd: usd(Field::Covered(m)),
            extra_usd: usd(Field::Extra(m)),
            card_usd: usd(Field::Card(m)),
            tax_usd: usd(Field::Tax(m)),
            api_usd: usd(Field::Api(m)),
            left_usd: usd(Field::MonthLeft(m)),
            total_usd: spread(month_totals(experiment, outcome, m)?, USD),
        })
    });
    found.collect()
}

/// `2026-12` as `December 2026`; anything else stays as it is.
pub fn label(name: &str) -> String {
    let parts = name.split_once('-');
    let month = parts.and_then(|(_, m)| m.parse::<usize>().ok());
    let word = month.and_then(|m| MONTHS.get(m.wrapping_sub(1)));
    match (parts, word) {
        (Some((year, _)), Some(word)) => format!("{word} {year}"),
        _ => name.to_owned(),
    }
}

/// A round amount near the 90th percentile that some trials exceed, if there is one.
fn round_limit(sorted: &Sorted) -> Money {
    let p90 = sorted.quantile(0.9);
    let near = round_near(Money(p90));
    if near.0 < sorted.quantile(1.0) {
        return near;
    }
    let step = step_of(p90);
    let below = Money(p90.div_euclid(step) * step);
    if below.0 > 0 { below } else { near }
}

/// A round amount near another one: `$301` gives `$300`, `$214` gives `$200`.
pub fn round_near(amount: Money) -> Money {
    let step = step_of(amount.0);
    Money((amount.0 + step / 2).div_euclid(step) * step)
}

fn step_of(amount: i64) -> i64 {
    round_step(amount / 4).max(PICO_PER_CENT)
}

/// The largest of 1, 2.5 and 5 times a power of ten that is not above `x`.
fn round_step(x: i64) -> i64 {
    let mut power = 1i64;
    while power <= x / 10 {
        power *= 10;
    }
    if x >= 5 * power {
        5 * power
    } else if 2 * x >= 5 * power && power > 1 {
        power / 2 * 5
    } else {
        power
    }
}

/// Bars of a round width that cover 99 % of the trials; the rest is one open bar. Where most trials
/// pay nothing but the fee the bars cover 99 % of the others, or all would be one bar.
fn histogram(sorted: &Sorted, fee: i64) -> Vec<(f64, f64, u64)> {
    let (low, mut high) = (sorted.quantile(0.0), sorted.quantile(0.99));
    let dearer = &sorted.values()[sorted.count_to(fee)..];
    if low == fee && 2 * dearer.len() <= sorted.len() && !dearer.is_empty() {
        high = high.max(dearer[(dearer.len() - 1) * 99 / 100]);
    }
    let width = bar_width((high - low) / BARS);
    let first = low.div_euclid(width);
    // One bar more when the last edge would fall on a value that must be inside.
    let bars = (high.div_euclid(width) - first + 1).clamp(1, 4 * BARS);
    let usd = |edge: i64| edge as f64 / USD;
    let mut out = Vec::new();
    let mut below = 0;
    for bar in first..first + bars {
        let to = sorted.count_to((bar + 1) * width - 1);
        out.push((
            usd(bar * width),
            usd((bar + 1) * width),
            (to - below) as u64,
        ));
        below = to;
    }
    if below < sorted.len() {
        out.push((
            usd((first + bars) * width),
            f64::INFINITY,
            (sorted.len() - below) as u64,
        ));
    }
    out
}

/// The smallest of 1, 2, 5 times a power of ten (from one cent up) that is at least `x`.
fn bar_width(x: i64) -> i64 {
    let mut power = PICO_PER_CENT;
    loop {
        for step in [1, 2, 5] {
            if step * power >= x || power >= 1_000_000 * PICO_PER_USD {
                return step * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_amounts() {
        for (from, to) in [
            (301, 300),
            (214, 200),
            (150, 150),
            (390, 400),
            (20, 20),
            (95, 100),
        ] {
            assert_eq!(round_near(Money::usd(from)), Money::usd(to), "{from}");
        }
        assert_eq!(round_near(Money::ZERO), Money::ZERO);
    }

    #[test]
    fn bars_hold_every_trial_once() {
        let costs: Vec<i64> = (0..1000)
            .map(|i| Money::cents(i * i * i * i / 700_000 + 2000).0)
            .collect();
        let bars = histogram(&Sorted::new(costs), 0);
        assert_eq!(bars.iter().map(|b| b.2).sum::<u64>(), 1000);
        assert!(bars.len() <= 42, "{}", bars.len());
        assert!(bars.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(bars.last().map(|b| b.1), Some(f64::INFINITY));
    }

    #[test]
    fn one_cost_is_one_bar() {
        let bars = histogram(&Sorted::new(vec![Money::usd(100).0; 50]), 0);
        assert_eq!(bars, vec![(100.0, 100.01, 50)]);
    }

    #[test]
    fn a_spike_at_the_fee_does_not_hide_the_rest() {
        let fee = Money::usd(100).0;
        let mut costs = vec![fee; 997];
        costs.extend([120, 150, 180].map(|d| Money::usd(d).0));
        let bars = histogram(&Sorted::new(costs), fee);
        assert_eq!((bars[0].0, bars[0].2), (100.0, 997));
        assert!(bars.iter().filter(|b| b.2 > 0).count() == 4, "{bars:?}");
        assert_eq!(bars.iter().map(|b| b.2).sum::<u64>(), 1000);
    }

    #[test]
    fn months_have_names() {
        assert_eq!(label("2026-12"), "December 2026");
        assert_eq!(label("odd"), "odd");
    }
}
