//! Which input decides the answer: each is moved from low to high with everything else fixed, on
//! the same random numbers; and by how much the simulation itself may be off.

mod inputs;
mod morris;
mod sentences;

pub use inputs::{Input, Range, inputs};
pub use morris::{Effect, morris};
pub use sentences::{amount, name, range_text, sentences};

use std::sync::atomic::{AtomicBool, Ordering};

use crate::analysis::metric::{self, NoSuchNumber};
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Outcome, Sums, Timeline};
use crate::engine::require::Metric;
use crate::engine::run::{EngineError, Prepared, RunOptions};
use crate::stats::mean;

/// How to play.
pub struct Play<'a> {
    pub trials: u64,
    pub threads: usize,
    /// Told after each run: done, planned.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    pub stop: &'a AtomicBool,
    pub budget: Option<Money>,
}

/// The answer for one metric.
#[derive(Clone, Debug)]
pub struct SensitivityFinding {
    pub metric: Metric,
    /// The metric as the scenario stands.
    pub base: f64,
    /// Half the width of its 95 % interval: the simulation's own noise.
    pub noise: f64,
    pub trials: usize,
    /// Largest swing first.
    pub bars: Vec<Bar>,
    pub partial: bool,
}

impl SensitivityFinding {
    /// Whether nothing moves at all: no trial differs from another, whatever the input.
    pub fn is_still(&self) -> bool {
        self.noise <= 0.0 && self.bars.iter().all(|b| b.swing() <= 0.0)
    }
}

/// What one input does.
#[derive(Clone, Debug)]
pub struct Bar {
    pub label: String,
    pub range: Range,
    /// Whether the range is in dollars.
    pub in_dollars: bool,
    /// The metric with the input low and high.
    pub low: f64,
    pub high: f64,
    /// Half the widths of the 95 % intervals of their differences to the base, on the same random
    /// numbers.
    pub low_error: f64,
    pub high_error: f64,
}

impl Bar {
    /// From the lower to the higher of both ends.
    pub fn swing(&self) -> f64 {
        (self.high - self.low).abs()
    }

    /// Whether the swing is more than chance.
    pub fn is_certain(&self, base: f64) -> bool {
        (self.low - base).abs() > self.low_error || (self.high - base).abs() > self.high_error
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum SensitivityError {
    Engine(EngineError),
    Metric(String),
    Interrupted,
}

impl From<EngineError> for SensitivityError {
    fn from(e: EngineError) -> SensitivityError {
        SensitivityError::Engine(e)
    }
}

impl From<NoSuchNumber> for SensitivityError {
    fn from(e: NoSuchNumber) -> SensitivityError {
        SensitivityError::Metric(e.0)
    }
}

impl std::fmt::Display for SensitivityError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SensitivityError::Engine(e) => e.fmt(f),
            SensitivityError::Metric(what) => f.write_str(what),
            SensitivityError::Interrupted => f.write_str("interrupted before the first run ended"),
        }
    }
}

/// Moves each input through its range.
///
/// # Errors
/// When the metric does not exist for this experiment, or a trial leaves the range of money.
pub fn sensitivity(
    experiment: &Experiment,
    metric: &Metric,
    how: &Play<'_>,
) -> Result<SensitivityFinding, SensitivityError> {
    metric::check(experiment, metric, how.budget)?;
    let all = inputs(experiment);
    let planned = 2 * all.len() as u64 + 1;
    let base = run(experiment, how)?;
    if base.trials == 0 {
        return Err(SensitivityError::Interrupted);
    }
    let middle = value(experiment, &base, metric, how)?;
    let batches = batched(experiment, &base, metric, how)?;
    let mut bars = Vec::new();
    for (i, input) in all.iter().enumerate() {
        let mut ends = [(0.0, 0.0); 2];
        for (side, end) in ends.iter_mut().enumerate() {
            let mut moved = experiment.clone();
            input.put(&mut moved, side as f64);
            let outcome = run(&moved, how)?;
            if outcome.trials != base.trials {
                return Ok(finding(metric, middle, &batches, base.trials, bars, true));
            }
            let there = batched(&moved, &outcome, metric, how)?;
            let differences: Vec<f64> = there.iter().zip(&batches).map(|(a, b)| a - b).collect();
            *end = (
                value(&moved, &outcome, metric, how)?,
                half_width(&differences),
            );
            (how.progress)(2 * i as u64 + side as u64 + 2, planned);
        }
        bars.push(Bar {
            label: input.label.clone(),
            range: input.range,
            in_dollars: input.in_dollars(),
            low: ends[0].0,
            high: ends[1].0,
            low_error: ends[0].1,
            high_error: ends[1].1,
        });
    }
    Ok(finding(metric, middle, &batches, base.trials, bars, false))
}

fn finding(
    metric: &Metric,
    base: f64,
    batches: &[f64],
    trials: usize,
    mut bars: Vec<Bar>,
    partial: bool,
) -> SensitivityFinding {
    bars.sort_by(|a, b| b.swing().total_cmp(&a.swing()));
    SensitivityFinding {
        metric: metric.clone(),
        base,
        noise: half_width(batches),
        trials,
        bars,
        partial,
    }
}

fn run(experiment: &Experiment, how: &Play<'_>) -> Result<Outcome, EngineError> {
    if how.stop.load(Ordering::Relaxed) {
        // The outcome of no trial at all says so.
        let mut none = Prepared::new(experiment).run(&options(how, 1))?;
        none.trials = 0;
        return Ok(none);
    }
    Prepared::new(experiment).run(&options(how, how.trials))
}

fn options<'a>(how: &'a Play<'a>, trials: u64) -> RunOptions<'a> {
    RunOptions {
        trials,
        threads: how.threads,
        progress: &|_, _| {},
        stop: how.stop,
        enough: None,
    }
}

fn value(
    experiment: &Experiment,
    outcome: &Outcome,
    metric: &Metric,
    how: &Play<'_>,
) -> Result<f64, NoSuchNumber> {
    Ok(metric::measure(experiment, outcome, metric, how.budget)?.value)
}

/// Batches of trials: the spread of the metric over them says how well it is known, whatever it is
/// (a mean, a quantile, a probability).
const BATCHES: usize = 20;

/// The metric of each batch of trials.
fn batched(
    experiment: &Experiment,
    outcome: &Outcome,
    metric: &Metric,
    how: &Play<'_>,
) -> Result<Vec<f64>, NoSuchNumber> {
    let width = outcome.layout.width;
    let size = (outcome.trials / BATCHES).max(1);
    let parts = outcome.rows.chunks_exact(size * width).take(BATCHES);
    parts
        .map(|rows| {
            let part = Outcome {
                layout: outcome.layout,
                trials: size,
                partial: false,
                rows: rows.to_vec(),
                sums: Sums::default(),
                timeline: Timeline::default(),
            };
            value(experiment, &part, metric, how)
        })
        .collect()
}

/// Units in which batch values are counted, so that sums do not depend on their order.
const FINE: f64 = 1e6;

/// Half the width of the 95 % interval of the mean of some values.
fn half_width(values: &[f64]) -> f64 {
    let whole: Vec<i64> = values.iter().map(|v| (v * FINE).round() as i64).collect();
    mean::estimate(&whole, 0.95).map_or(f64::INFINITY, |e| e.half_width() / FINE)
}

#[cfg(test)]
mod tests;
