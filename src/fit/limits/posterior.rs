//! The posterior of a limit under one meter.
//!
//! What: the law of ln L, on a grid. Symbols: L the limit, φ the scatter, λ the rate of what is not
//! logged, r the rounding rule. Formula: prior times likelihood ([`super::forward`]), with φ, λ and r
//! summed over with fixed weights; a coarse grid finds the peak, finer ones its shape. Limits: φ, λ
//! and r are the same in all periods of a window.

use super::chains::Chain;
use super::forward::{Q, R, RATES, ROUNDINGS, Resolution, Truth, likelihood};
use super::prior::{Band, Prior};

/// Scatter, in points: of a move of e points the variance is φ e.
pub const PHIS: [f64; 5] = [0.002, 0.03, 0.15, 0.6, 2.0];
const PHI_WEIGHTS: [f64; PHIS.len()] = [0.3, 0.27, 0.2, 0.13, 0.1];
/// Of [`RATES`].
const RATE_WEIGHTS: [f64; Q] = [0.4, 0.3, 0.2, 0.1];
/// Distance of the first grid, in ln L, and points of the last one.
const COARSE: f64 = 0.14;
const FINE: usize = 48;
/// Below the best by more than this a limit is out of the question.
const FAR: f64 = 11.0;

/// The posterior under one meter.
#[derive(Clone, Debug)]
pub struct Posterior {
    pub band: Band,
    /// Log of the likelihood of the readings, averaged over the prior.
    pub evidence: f64,
    /// Mean scatter.
    pub phi: f64,
    /// Weights of [`PHIS`], [`RATES`] and [`ROUNDINGS`].
    pub phis: [f64; PHIS.len()],
    pub rates: [f64; RATES.len()],
    pub roundings: [f64; ROUNDINGS.len()],
}

/// The posterior of a limit.
pub fn posterior(chains: &[Chain], meter: usize, prior: &Prior, res: Resolution) -> Posterior {
    let at = |x: f64| point(chains, meter, prior, res, x);
    let [low, high] = ends(chains, meter, prior);
    let n = ((high - low) / COARSE).ceil().clamp(8.0, 160.0) as usize;
    let mut grid = line(low, high, n);
    let mut points: Vec<Point> = grid.iter().map(|x| at(*x)).collect();
    // A narrow peak may stand between two points: look closer until it is wide against them.
    for _ in 0..4 {
        let best = points.iter().map(|p| p.log).fold(f64::MIN, f64::max);
        let near = |p: &Point| p.log > best - FAR;
        let first = points.iter().position(near).unwrap_or(0);
        let last = points.iter().rposition(near).unwrap_or(0);
        if last - first >= FINE / 3 {
            break;
        }
        let low = grid.get(first.saturating_sub(1)).copied().unwrap_or(low);
        let high = grid.get(last + 1).or(grid.last()).copied().unwrap_or(high);
        grid = line(low, high, FINE);
        points = grid.iter().map(|x| at(*x)).collect();
    }
    summary(&grid, &points)
}

/// The log likelihood of readings with which the log has nothing to do.
pub fn unrelated(chains: &[Chain], res: Resolution) -> f64 {
    let truth = Truth {
        limit: f64::INFINITY,
        meter: 0,
        phi: 0.0,
    };
    let table = likelihood(chains, truth, res);
    let all = table.iter().flatten().copied();
    log_sum(all) - libm::log((R * Q) as f64)
}

struct Point {
    /// Log of prior times likelihood.
    log: f64,
    phis: [f64; PHIS.len()],
    rates: [f64; Q],
    roundings: [f64; R],
}

fn point(chains: &[Chain], meter: usize, prior: &Prior, res: Resolution, x: f64) -> Point {
    let limit = libm::exp(x);
    let mut logs = [[[0.0; Q]; R]; PHIS.len()];
    for (f, table) in logs.iter_mut().enumerate() {
        let truth = Truth {
            limit,
            meter,
            phi: PHIS[f],
        };
        *table = likelihood(chains, truth, res);
        for row in table.iter_mut() {
            for (q, log) in row.iter_mut().enumerate() {
                *log += libm::log(PHI_WEIGHTS[f] * RATE_WEIGHTS[q] / R as f64);
            }
        }
    }
    let all = log_sum(logs.iter().flatten().flatten().copied());
    let mut out = Point {
        log: all + prior.density(x),
        phis: [0.0; PHIS.len()],
        rates: [0.0; Q],
        roundings: [0.0; R],
    };
    for f in 0..PHIS.len() {
        for r in 0..R {
            for q in 0..Q {
                let w = libm::exp(logs[f][r][q] - all);
                out.phis[f] += w;
                out.roundings[r] += w;
                out.rates[q] += w;
            }
        }
    }
    out
}

/// Ends of the grid: what the prior thinks possible, and what the readings may say.
fn ends(chains: &[Chain], meter: usize, prior: &Prior) -> [f64; 2] {
    let [mut low, mut high] = prior.ends();
    let (mut spent, mut moved) = (0.0, 0.0);
    for chain in chains {
        let skip = usize::from(chain.start.is_none());
        let first = if skip == 1 {
            chain.links[0].percent
        } else {
            0.0
        };
        spent += (chain.links.iter().skip(skip))
            .map(|l| l.spent[meter])
            .sum::<f64>();
        moved += (chain.links.last().map_or(0.0, |l| l.percent) - first).max(0.0);
    }
    if spent > 0.0 && moved > 0.0 {
        let guess = libm::log(100.0 * spent / moved);
        if guess.is_finite() && matches!(prior, Prior::Around { .. }) {
            low = low.min(guess - 1.5);
            high = high.max(guess + 1.5);
        }
    }
    [low, high]
}

fn line(low: f64, high: f64, n: usize) -> Vec<f64> {
    let step = (high - low) / (n - 1).max(1) as f64;
    (0..n).map(|i| low + step * i as f64).collect()
}

fn summary(grid: &[f64], points: &[Point]) -> Posterior {
    let best = points.iter().map(|p| p.log).fold(f64::MIN, f64::max);
    let dense: Vec<f64> = points.iter().map(|p| libm::exp(p.log - best)).collect();
    let step = grid.get(1).zip(grid.first()).map_or(1.0, |(b, a)| b - a);
    // Trapezoids: each piece between two points.
    let mut mass = vec![0.0];
    for pair in dense.windows(2) {
        let sum = mass.last().copied().unwrap_or(0.0);
        mass.push(sum + 0.5 * step * (pair[0] + pair[1]));
    }
    let total = mass.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
    let quantile = |p: f64| {
        let goal = p * total;
        let i = mass.partition_point(|m| *m < goal).clamp(1, mass.len() - 1);
        let share = (goal - mass[i - 1]) / (mass[i] - mass[i - 1]).max(f64::MIN_POSITIVE);
        libm::exp(grid[i - 1] + step * share.clamp(0.0, 1.0))
    };
    let sum: f64 = dense.iter().sum();
    let mut out = Posterior {
        band: Band {
            low: quantile(0.05),
            median: quantile(0.5),
            high: quantile(0.95),
        },
        evidence: best + libm::log(total),
        phi: 0.0,
        phis: [0.0; PHIS.len()],
        rates: [0.0; Q],
        roundings: [0.0; R],
    };
    for (p, d) in points.iter().zip(&dense) {
        let w = d / sum;
        (0..PHIS.len()).for_each(|i| out.phis[i] += w * p.phis[i]);
        (0..Q).for_each(|i| out.rates[i] += w * p.rates[i]);
        (0..R).for_each(|i| out.roundings[i] += w * p.roundings[i]);
    }
    out.phi = out.phis.iter().zip(PHIS).map(|(w, phi)| w * phi).sum();
    out
}

/// The log of a sum of numbers given by their logs.
pub fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let best = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if !best.is_finite() {
        return best;
    }
    best + libm::log(logs.map(|l| libm::exp(l - best)).sum::<f64>())
}
