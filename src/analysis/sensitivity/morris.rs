//! Morris screening: elementary effects along random paths through the inputs' ranges.

use super::{Play, SensitivityError, inputs, run, value};
use crate::analysis::metric;
use crate::base::stream::{Purpose, Stream};
use crate::engine::experiment::Experiment;
use crate::engine::require::Metric;

/// What one input does on average over the space of all inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub label: String,
    /// Mean of the effects' sizes, in the metric's unit, for a move from low to high.
    pub mean_size: f64,
    /// Standard deviation of the effects: an input that acts differently depending on the others,
    /// or not in a straight line, has a large one.
    pub sd: f64,
}

/// Places on the range of an input.
const LEVELS: u64 = 4;
/// A step: two thirds of the range, the usual choice for four places.
const STEP: f64 = 2.0 / 3.0;

/// What: each of `paths` random paths starts at a random grid point and moves each input once, in
/// random order, by two thirds of its range. Symbols: d = move as a share of the range, y = metric.
/// Formula: effect = (y after − y before) / d; mean size = mean of |effect|. Limits: one more entry
/// "another seed" moves nothing but the random numbers: what it shows is noise. Source: M. Morris,
/// Technometrics 33 (1991) 161; F. Campolongo et al., Environ. Model. Softw. 22 (2007) 1509.
/// Example: y = 3·x₁ + 0·x₂ on ranges 0 to 1 gives mean sizes 3 and 0 and standard deviations 0.
///
/// # Errors
/// As [`super::sensitivity`].
pub fn morris(
    experiment: &Experiment,
    metric: &Metric,
    paths: u64,
    how: &Play<'_>,
) -> Result<Vec<Effect>, SensitivityError> {
    metric::check(experiment, metric, how.budget)?;
    let all = inputs(experiment);
    let planned = paths * (all.len() as u64 + 2);
    let mut effects: Vec<Vec<f64>> = vec![Vec::new(); all.len() + 1];
    let mut done = 0;
    let mut play = |places: &[f64], seed: u64| -> Result<Option<f64>, SensitivityError> {
        let mut at = experiment.clone();
        at.seed = seed;
        for (input, place) in all.iter().zip(places) {
            input.put(&mut at, *place);
        }
        let outcome = run(&at, how)?;
        done += 1;
        (how.progress)(done, planned);
        if outcome.trials < how.trials as usize {
            return Ok(None);
        }
        Ok(Some(value(&at, &outcome, metric, how)?))
    };
    'paths: for path in 0..paths {
        let mut random = Stream::open(experiment.seed, Purpose::Resample, path, 0, 0);
        let mut places: Vec<f64> = (0..all.len())
            .map(|_| random.below(LEVELS) as f64 / (LEVELS - 1) as f64)
            .collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i as u64 + 1) as usize);
        }
        let Some(mut before) = play(&places, experiment.seed)? else {
            break;
        };
        let Some(other) = play(&places, experiment.seed.wrapping_add(path + 1))? else {
            break;
        };
        effects[all.len()].push(other - before);
        for i in order {
            let step = if places[i] + STEP <= 1.0 + 1e-9 {
                STEP
            } else {
                -STEP
            };
            places[i] += step;
            let Some(after) = play(&places, experiment.seed)? else {
                break 'paths;
            };
            effects[i].push((after - before) / step);
            before = after;
        }
    }
    let labels = all.iter().map(|i| i.label.clone());
    let labels = labels.chain(["another seed (noise)".to_owned()]);
    let mut found: Vec<Effect> = labels.zip(&effects).map(|(l, e)| effect(l, e)).collect();
    found.sort_by(|a, b| b.mean_size.total_cmp(&a.mean_size));
    Ok(found)
}

fn effect(label: String, effects: &[f64]) -> Effect {
    let n = effects.len().max(1) as f64;
    let mean = effects.iter().sum::<f64>() / n;
    let squares = effects.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>();
    Effect {
        label,
        mean_size: effects.iter().map(|e| e.abs()).sum::<f64>() / n,
        sd: (squares / (n - 1.0).max(1.0)).sqrt(),
    }
}
