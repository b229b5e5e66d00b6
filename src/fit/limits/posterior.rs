//! How likely readings are under a limit, and what that says of the limit.
//!
//! What: the posterior of ln L under one meter, on a grid. Symbols: L the limit, φ the scatter, λ the
//! rate of what is not logged, r the rounding rule; x the true percentage, of which a reading says in
//! which cell (as wide as its last digit) it lies. Formula: each cell is cut into parts; the weights
//! of the parts go from reading to reading by the law of [`super::step`] (the forward pass of a hidden
//! Markov chain), and what is left of them is the likelihood; φ, λ and r are summed over with fixed
//! weights. The rounding of a reading is thereby shared by the steps on both sides of it. Limits: φ,
//! λ and r are the same in all periods of a window. Source: L. R. Rabiner, Proceedings of the IEEE 77
//! (1989), for the forward pass.

use super::chains::{Chain, Link};
use super::prior::{Band, Prior};
use super::step::{Step, chance};
use super::uses::PerMeter;

/// Scatter, in points: of a move of e points the variance is φ e.
pub const PHIS: [f64; 5] = [0.002, 0.03, 0.15, 0.6, 2.0];
const PHI_WEIGHTS: [f64; PHIS.len()] = [0.3, 0.27, 0.2, 0.13, 0.1];
/// Moves an hour by what is not logged.
pub const RATES: [f64; 4] = [0.01, 0.1, 0.7, 5.0];
const RATE_WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];
/// How a percentage may be made whole: down, to the nearest, up; as the part of the last digit that
/// the true one may lie below.
pub const ROUNDINGS: [f64; 3] = [0.0, 0.5, 1.0];
/// Parts of a cell.
const PARTS: usize = 6;
/// How far a refusal may lie above 100 %.
const OVERSHOOT: f64 = 4.0;
/// Distance of the first grid, in ln L, and points of the last one.
const COARSE: f64 = 0.14;
const FINE: usize = 48;
/// Below the best by more than this a limit is out of the question.
const FAR: f64 = 11.0;

const R: usize = ROUNDINGS.len();
const Q: usize = RATES.len();
/// Weights of the parts of a cell, by rounding and rate.
type Parts = [[[f64; PARTS]; Q]; R];
/// Log likelihoods by rounding and rate.
type Table = [[f64; Q]; R];

/// What all readings of a window have in common.
#[derive(Clone, Copy, Debug)]
pub struct Resolution {
    /// The last digit of a percentage: 1 for whole ones.
    pub digit: f64,
    /// 1 for five hours, less for longer windows.
    pub scale: f64,
}

/// A limit, and what else the likelihood of readings rests on.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// In dollars; infinite where the log has nothing to do with the readings.
    pub limit: f64,
    pub meter: usize,
    pub phi: f64,
}

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
    pub rates: [f64; Q],
    pub roundings: [f64; R],
}

/// Where the forward pass stands.
enum State {
    /// The true percentage is 0: the period has just begun.
    Zero,
    /// It lies in the cell of a reading, by its number.
    Cell(f64, Box<Parts>),
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

fn likelihood(chains: &[Chain], truth: Truth, res: Resolution) -> Table {
    let mut table = [[0.0; Q]; R];
    for chain in chains {
        let mut state = begin(chain);
        let from = usize::from(chain.start.is_none());
        let mut near = PerMeter::default();
        if let (1, Some(first)) = (from, chain.links.first()) {
            near = first.near;
        }
        for link in chain.links.iter().skip(from) {
            let step = step(link, &near, truth, res);
            state = advance(&state, link, &step, res, &mut table);
            near = link.near;
        }
    }
    table
}

fn begin(chain: &Chain) -> State {
    match (chain.start, chain.links.first()) {
        (None, Some(first)) => {
            let even = [[[1.0 / PARTS as f64; PARTS]; Q]; R];
            State::Cell(first.percent, Box::new(even))
        }
        _ => State::Zero,
    }
}

fn step(link: &Link, near: &PerMeter, truth: Truth, res: Resolution) -> Step {
    let points = |x: f64| {
        if truth.limit.is_finite() {
            100.0 * x / truth.limit
        } else {
            0.0
        }
    };
    let unsure = points(near[truth.meter] + link.near[truth.meter]);
    Step::new(
        points(link.spent[truth.meter]),
        unsure,
        truth.phi,
        res.scale,
    )
}

/// The share of a cell that its reading leaves for the true percentage: it starts this far below.
fn base(percent: f64, rounding: f64, digit: f64) -> f64 {
    percent - rounding * digit
}

/// The chances, before each reading, that the true percentage lies below its cell and below the
/// upper end of it, for one rate and one rounding rule (their places in the lists).
pub fn trace(
    chains: &[Chain],
    truth: Truth,
    res: Resolution,
    rate: usize,
    rounding: usize,
) -> Vec<[f64; 2]> {
    let mut out = Vec::new();
    let mut unused = [[0.0; Q]; R];
    let width = res.digit / PARTS as f64;
    for chain in chains {
        let mut state = begin(chain);
        let from = usize::from(chain.start.is_none());
        let mut near = chain
            .links
            .first()
            .filter(|_| from == 1)
            .map_or(PerMeter::default(), |l| l.near);
        for link in chain.links.iter().skip(from) {
            let step = step(link, &near, truth, res);
            let q = chance(RATES[rate], link.hours);
            let low = if link.hit {
                100.0
            } else {
                base(link.percent, ROUNDINGS[rounding], res.digit)
            };
            let at = |to: f64| match &state {
                State::Zero => Step::mixed(step.below(to, 0.0), q, to),
                State::Cell(percent, parts) => {
                    let cell = base(*percent, ROUNDINGS[rounding], res.digit);
                    let from = |j: usize| to - cell - width * (j as f64 + 0.5);
                    (0..PARTS)
                        .map(|j| {
                            parts[rounding][rate][j]
                                * Step::mixed(step.below(from(j), width), q, from(j))
                        })
                        .sum()
                }
            };
            let high = if link.percent >= 100.0 {
                1.0
            } else {
                at(low + res.digit)
            };
            out.push([at(low), high]);
            state = advance(&state, link, &step, res, &mut unused);
            near = link.near;
        }
    }
    out
}

/// Takes the weights to the next reading; adds the log of what is left of them.
fn advance(state: &State, link: &Link, step: &Step, res: Resolution, table: &mut Table) -> State {
    let width = res.digit / PARTS as f64;
    let chances = RATES.map(|rate| chance(rate, link.hours));
    let mut next = Box::new([[[0.0; PARTS]; Q]; R]);
    let full = link.percent >= 100.0;
    for (r, rounding) in ROUNDINGS.into_iter().enumerate() {
        let to = base(link.percent, rounding, res.digit);
        // Bounds of the cell's parts; a full window has no upper end, a refusal a near one.
        let (low, high) = match (link.hit, full) {
            (true, _) => (100.0, Some(100.0 + OVERSHOOT)),
            (_, true) => (to, None),
            _ => (to, Some(to + res.digit)),
        };
        match state {
            State::Zero if full || link.hit => {
                for (q, chance) in chances.iter().enumerate() {
                    let below = |x: f64| Step::mixed(step.below(x, 0.0), *chance, x);
                    next[r][q][0] = high.map_or(1.0, below) - below(low);
                }
            }
            State::Zero => {
                let edges: [[f64; 2]; PARTS + 1] =
                    std::array::from_fn(|k| step.below(low + width * k as f64, 0.0));
                for (q, chance) in chances.iter().enumerate() {
                    let at = |k: usize| Step::mixed(edges[k], *chance, low + width * k as f64);
                    for k in 0..PARTS {
                        next[r][q][k] = at(k + 1) - at(k);
                    }
                }
            }
            State::Cell(percent, parts) if full || link.hit => {
                let from = base(*percent, rounding, res.digit);
                for j in 0..PARTS {
                    let x = from + width * (j as f64 + 0.5);
                    let ends =
                        [Some(low), high].map(|end| end.map(|e| (step.below(e - x, width), e - x)));
                    for (q, chance) in chances.iter().enumerate() {
                        let [low, high] = ends.map(|e| e.map(|(b, d)| Step::mixed(b, *chance, d)));
                        let mass = high.unwrap_or(1.0) - low.unwrap_or(0.0);
                        next[r][q][0] += parts[r][q][j] * mass;
                    }
                }
            }
            // The rounding moves both cells alike: done once for all, below.
            State::Cell(..) => {}
        }
    }
    if let (State::Cell(percent, parts), false) = (state, full || link.hit) {
        between(
            link.percent - percent,
            parts,
            step,
            width,
            &chances,
            &mut next,
        );
    }
    normalise(&mut next, table);
    State::Cell(link.percent, next)
}

/// From the parts of one cell to those of another one, `moved` points above.
fn between(
    moved: f64,
    parts: &Parts,
    step: &Step,
    width: f64,
    chances: &[f64; Q],
    next: &mut Parts,
) {
    // From the middle of part j to the lower bound of part k: k − j + PARTS is the place in a list.
    const PLACES: usize = 2 * PARTS + 1;
    let distance = |i: usize| moved + width * (i as f64 - PARTS as f64 - 0.5);
    let below: [[f64; 2]; PLACES] = std::array::from_fn(|i| step.below(distance(i), width));
    for (q, chance) in chances.iter().enumerate() {
        let at: [f64; PLACES] =
            std::array::from_fn(|i| Step::mixed(below[i], *chance, distance(i)));
        for r in 0..R {
            for j in 0..PARTS {
                let from = parts[r][q][j];
                for k in 0..PARTS {
                    let i = k + PARTS - j;
                    next[r][q][k] += from * (at[i + 1] - at[i]);
                }
            }
        }
    }
}

/// Makes the weights sum to 1, and adds the log of their sum.
fn normalise(parts: &mut Parts, table: &mut Table) {
    for (rows, logs) in parts.iter_mut().zip(table.iter_mut()) {
        for (row, log) in rows.iter_mut().zip(logs.iter_mut()) {
            let sum: f64 = row.iter().map(|w| w.max(0.0)).sum();
            let sum = sum.max(1e-280);
            *log += libm::log(sum);
            row.iter_mut().for_each(|w| *w = w.max(0.0) / sum);
        }
    }
}

/// The log of a sum of numbers given by their logs.
pub fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let best = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if !best.is_finite() {
        return best;
    }
    best + libm::log(logs.map(|l| libm::exp(l - best)).sum::<f64>())
}
