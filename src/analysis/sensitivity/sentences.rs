//! Which parameter is worth measuring, in sentences.

use super::{Bar, Range, SensitivityFinding};
use crate::analysis::words::{percent, usd};
use crate::base::money::group_thousands;
use crate::engine::require::{Metric, Stat};

/// The answer.
pub fn sentences(f: &SensitivityFinding) -> Vec<String> {
    let name = name(&f.metric);
    let show = |x: f64| amount(&f.metric, x);
    if f.is_still() {
        let other = match f.metric {
            Metric::Cost(_) => "blocked_hours_mean",
            _ => "cost_mean",
        };
        return vec![format!(
            "{name} is {} in all {} trials, whichever input is moved by itself: look at another \
             number, as in --metric {other}.",
            show(f.base),
            group_thousands(f.trials as u64)
        )];
    }
    let certain: Vec<&Bar> = f.bars.iter().filter(|b| b.is_certain(f.base)).collect();
    let Some(first) = certain.first() else {
        return vec![format!(
            "{name} is {} and no input moves it by more than the simulation's own noise (± {}).",
            show(f.base),
            show(f.noise)
        )];
    };
    let mut all = vec![format!(
        "{name} is {}. It depends most on the {}: from {} to {} as that goes {}.",
        show(f.base),
        first.label,
        show(first.low),
        show(first.high),
        range_text(first)
    )];
    let stated = certain
        .iter()
        .find(|b| matches!(b.range, Range::Stated { .. }));
    if let Some(best) = stated {
        all.push(format!(
            "Worth measuring: the {}. What the scenario does not know about it moves the answer by {}, {}.",
            best.label,
            show(best.swing()),
            against_noise(f, best)
        ));
    } else {
        all.push(format!(
            "The scenario states no uncertainty that moves the answer; the moves shown are by a factor. The simulation's own noise is ± {}.",
            show(f.noise)
        ));
    }
    let idle = f.bars.iter().filter(|b| !b.is_certain(f.base)).count();
    if idle > 0 {
        all.push(format!(
            "{idle} of {} inputs move it by no more than chance: leave them as they are.",
            f.bars.len()
        ));
    }
    all
}

/// How far a swing stands out of the noise; no ratio to a noise that rounds to nothing.
fn against_noise(f: &SensitivityFinding, bar: &Bar) -> String {
    let noise = amount(&f.metric, f.noise);
    if noise == amount(&f.metric, 0.0) {
        return "of which hardly anything is the simulation's own noise".to_owned();
    }
    let ratio = bar.swing() / f.noise;
    let times = match ratio >= 9.95 {
        true => format!("{ratio:.0}"),
        false => format!("{ratio:.1}"),
    };
    format!("{times} times the simulation's own noise (± {noise})")
}

/// `from $18 to $33`, `× 0.8 to × 1.25`.
pub fn range_text(bar: &Bar) -> String {
    match bar.range {
        Range::Stated { low, high } if bar.in_dollars => {
            format!("from {} to {}", usd(low), usd(high))
        }
        Range::Stated { low, high } => format!("from {} to {}", plain(low), plain(high)),
        Range::Factor { low, high } => format!("from × {low} to × {high}"),
    }
}

/// Three digits that count.
fn plain(x: f64) -> String {
    match x.abs() {
        a if a >= 100.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

/// A value of the metric with its unit.
pub fn amount(metric: &Metric, x: f64) -> String {
    match metric {
        Metric::Cost(_) | Metric::Extra(_) | Metric::Expired(_) | Metric::Idle => usd(x),
        Metric::BlockedHours(_) if x.abs() < 0.95 => format!("{x:.2} h"),
        Metric::BlockedHours(_) => format!("{x:.1} h"),
        m if m.is_probability() => percent(x),
        _ => plain(x),
    }
}

/// The metric at the beginning of a sentence.
pub fn name(metric: &Metric) -> String {
    match metric {
        Metric::PBlocked => "The chance to be stopped".to_owned(),
        Metric::PBlockedByWallet => "The chance that the wallet stops you".to_owned(),
        Metric::PDrains(pool) => format!("The chance that {pool} runs dry"),
        Metric::POverBudget => "The chance to exceed the budget".to_owned(),
        Metric::PStockOut => "The share of reload cycles that run dry".to_owned(),
        Metric::Cost(s) => format!("The {} cost", stat(*s)),
        Metric::Extra(s) => format!("The {} charge to the wallet", stat(*s)),
        Metric::BlockedHours(s) => format!("The {} time stopped", stat(*s)),
        Metric::BlockedRequests(s) => format!("The {} number of refused requests", stat(*s)),
        Metric::LostRequests(s) => format!("The {} number of lost requests", stat(*s)),
        Metric::Requests(s) => format!("The {} number of requests", stat(*s)),
        Metric::Reloads(s) => format!("The {} number of reloads", stat(*s)),
        Metric::Expired(s) => format!("The {} amount that expires", stat(*s)),
        Metric::Idle => "The money lying idle".to_owned(),
    }
}

fn stat(stat: Stat) -> &'static str {
    match stat {
        Stat::Mean => "mean",
        Stat::P05 => "5th-percentile",
        Stat::P10 => "10th-percentile",
        Stat::P25 => "25th-percentile",
        Stat::P50 => "median",
        Stat::P75 => "75th-percentile",
        Stat::P80 => "80th-percentile",
        Stat::P90 => "90th-percentile",
        Stat::P95 => "95th-percentile",
        Stat::P99 => "99th-percentile",
        Stat::Max => "largest",
    }
}
