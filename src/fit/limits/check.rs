//! Whether the logged use explains readings at all: predictions one reading ahead, and what moved
//! while the log was silent.

use super::chains::Chain;
use super::forward::{RATES, ROUNDINGS, Resolution, Truth, trace};
use super::posterior::Posterior;
use crate::account::Meter;

/// Readings against what the one before and the log predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Checks {
    /// Readings that were predicted.
    pub predicted: usize,
    /// Those inside the central 90 % of their prediction.
    pub inside: usize,
    /// Points by which percentages rose in all, and by which the logged use would have moved them.
    pub moved: f64,
    pub expected: f64,
}

impl Checks {
    /// The share of the rise that the log explains; `None` where nothing rose.
    pub fn explained(&self) -> Option<f64> {
        (self.moved > 0.0).then(|| (self.expected / self.moved).min(1.0))
    }
}

/// The most likely one of some settings.
fn most<const N: usize>(weights: &[f64; N], values: &[f64; N]) -> (usize, f64) {
    let best = (0..N).max_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    let best = best.unwrap_or(0);
    (best, values[best])
}

/// Predicts each reading from the one before it, at the most likely limit.
pub fn check(chains: &[Chain], meter: usize, found: &Posterior, res: Resolution) -> Checks {
    let (_, phi) = most(&found.phis, &super::posterior::PHIS);
    let (rate, _) = most(&found.rates, &RATES);
    let (rounding, _) = most(&found.roundings, &ROUNDINGS);
    let limit = found.band.median;
    let truth = Truth { limit, meter, phi };
    let mut out = Checks::default();
    for [low, high] in trace(chains, truth, res, rate, rounding) {
        out.predicted += 1;
        out.inside += usize::from(high >= 0.05 && low <= 0.95);
    }
    for chain in chains {
        let known = chain.start.is_some();
        let mut before = if known {
            0.0
        } else {
            chain.links.first().map_or(0.0, |l| l.percent)
        };
        for link in chain.links.iter().skip(usize::from(!known)) {
            out.moved += (link.percent - before).max(0.0);
            let expected = 100.0 * link.spent[meter] / limit;
            // Beyond a full window nothing moves.
            out.expected += if link.percent >= 100.0 {
                expected.min(100.0 - before)
            } else {
                expected
            };
            before = link.percent;
        }
    }
    out
}

/// What moved without the log, and what the log holds without a move.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Apart {
    /// Points by which percentages rose between readings without one logged request between them,
    /// beyond what rounding does, and how often.
    pub silent_points: f64,
    pub silent_times: usize,
    /// Dollars (list price) that were logged between readings that are the same, and how often.
    pub still_usd: f64,
    pub still_times: usize,
}

/// Where log and readings do not go together, whatever the limit. `price` is the place of that
/// meter.
pub fn apart(chains: &[Chain], price: usize, digit: f64) -> Apart {
    let mut out = Apart::default();
    for chain in chains {
        let mut before = if chain.start.is_some() {
            Some(0.0)
        } else {
            None
        };
        for link in &chain.links {
            if let Some(before) = before {
                let moved = link.percent - before;
                let spent = link.spent[price];
                if spent + link.near[price] <= 0.0 && moved > digit {
                    out.silent_points += moved - digit;
                    out.silent_times += 1;
                }
                if moved <= 0.0 && spent > 0.0 && link.percent < 100.0 {
                    out.still_usd += spent;
                    out.still_times += 1;
                }
            }
            before = Some(link.percent);
        }
    }
    out
}

/// What the readings of a window allow to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The band is worth more than the catalogue's.
    Learned,
    /// As far as it goes: the readings stray from the logged use, or half of what moved them is not
    /// in the logs.
    Loose,
    /// Too few readings: the band is still that of the catalogue.
    Few,
    /// The logged use does not explain the readings: no band.
    Unexplained(Why),
}

/// Why logged use does not explain readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Why {
    /// The readings move without the log, and the other way round.
    Unrelated,
    /// Next to nothing of what moved the readings is in the log.
    Elsewhere,
    /// They go together, but stray too far.
    Scatter,
    /// Another meter explains them.
    OtherMeter(Meter),
}

impl Verdict {
    /// Whether its band may go into a scenario.
    pub fn holds(self) -> bool {
        matches!(self, Verdict::Learned | Verdict::Loose)
    }
}
