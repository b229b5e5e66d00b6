//! How likely readings are under a limit.
//!
//! What: the log likelihood of the readings of a window. Symbols: x the true percentage, of which a
//! reading says in which cell (as wide as its last digit) it lies. Formula: each cell is cut into
//! parts; the weights of the parts go from reading to reading by the law of [`super::step`] (the
//! forward pass of a hidden Markov chain), and what is left of them is the likelihood. The rounding
//! of a reading is thereby shared by the steps on both sides of it. Limits: within its part the true
//! percentage may lie anywhere. Source: L. R. Rabiner, Proceedings of the IEEE 77 (1989).

use super::chains::{Chain, Link};
use super::step::{Step, chance};
use super::uses::PerMeter;

/// Moves an hour by what is not logged.
pub const RATES: [f64; 4] = [0.01, 0.1, 0.7, 5.0];
/// How a percentage may be made whole: down, to the nearest, up; as the part of the last digit that
/// the true one may lie below.
pub const ROUNDINGS: [f64; 3] = [0.0, 0.5, 1.0];
/// Parts of a cell.
const PARTS: usize = 6;
/// How far a refusal may lie above 100 %.
const OVERSHOOT: f64 = 4.0;

pub const R: usize = ROUNDINGS.len();
pub const Q: usize = RATES.len();
/// Weights of the parts of a cell, by rounding and rate.
type Parts = [[[f64; PARTS]; Q]; R];
/// Log likelihoods by rounding and rate.
pub type Table = [[f64; Q]; R];

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

/// Where the forward pass stands.
enum State {
    /// The true percentage is 0: the period has just begun.
    Zero,
    /// It lies in the cell of a reading, by its number.
    Cell(f64, Box<Parts>),
}

/// Log likelihoods of all periods together.
pub fn likelihood(chains: &[Chain], truth: Truth, res: Resolution) -> Table {
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
