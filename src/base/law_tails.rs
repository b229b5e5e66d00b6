//! Tails and quantiles of every law, both tails at once so that far values stay exact.

use super::law::{Law, weight};
use super::special::{
    beta_quantile, beta_tails, gamma_quantile, gamma_tails, held, normal_quantile, normal_tails,
};

impl Law {
    /// The quantile for both tails, `q` = 1 − `p`: exact also where `p` is near 1.
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        if p <= 0.0 {
            return self.support().0;
        }
        if q <= 0.0 {
            return self.support().1;
        }
        match self {
            Law::Constant(value) => *value,
            Law::LogNormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(p, q)),
            Law::Normal { mean, sd } => mean + sd * normal_quantile(p, q),
            Law::Gamma { shape, scale } => scale * gamma_quantile(*shape, p, q),
            Law::Weibull { shape, scale } => scale * libm::pow(hazard(p, q), 1.0 / shape),
            Law::Lomax { shape, scale } => scale * libm::expm1(hazard(p, q) / shape),
            Law::Exponential { mean } => mean * hazard(p, q),
            Law::Uniform { low, high } => from_ends(*low, *high, p, q),
            Law::Triangular { low, mode, high } => triangular_quantile(*low, *mode, *high, p, q),
            Law::Pert { low, mode, high } => {
                let (alpha, beta) = pert_shapes(*low, *mode, *high);
                let (x, y) = beta_quantile(alpha, beta, p, q);
                from_ends(*low, *high, x, y)
            }
            Law::Beta { alpha, beta } => beta_quantile(*alpha, *beta, p, q).0,
            Law::Poisson { mean } => self.count_quantile(p, q, *mean, *mean),
            Law::NegativeBinomial { mean, size } => {
                self.count_quantile(p, q, *mean, mean + mean * mean / size)
            }
            Law::Geometric { mean } => self.count_quantile(p, q, *mean, mean * (mean - 1.0)),
            Law::Empirical(values) => {
                let rank = if p <= q {
                    libm::ceil(p * values.len() as f64) - 1.0
                } else {
                    values.len() as f64 - libm::floor(q * values.len() as f64) - 1.0
                };
                let last = values.len().saturating_sub(1);
                values
                    .get((rank.max(0.0) as usize).min(last))
                    .copied()
                    .unwrap_or(f64::NAN)
            }
            Law::Mixture(parts) => self.mixture_quantile(parts, p, q),
        }
    }

    /// (P(X ≤ x), P(X > x)), the smaller one to full relative accuracy where that is possible.
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        match self {
            Law::Constant(value) => step(*value <= x),
            Law::LogNormal { mu, sigma } if *sigma > 0.0 && x > 0.0 => {
                normal_tails((libm::log(x) - mu) / sigma)
            }
            Law::LogNormal { mu, .. } => step(libm::exp(*mu) <= x),
            Law::Normal { mean, sd } if *sd > 0.0 => normal_tails((x - mean) / sd),
            Law::Normal { mean, .. } => step(*mean <= x),
            Law::Gamma { shape, scale } => gamma_tails(*shape, x / scale),
            Law::Weibull { shape, scale } => {
                exponential_tails(libm::pow((x / scale).max(0.0), *shape))
            }
            Law::Lomax { shape, scale } => {
                exponential_tails(shape * libm::log1p((x / scale).max(0.0)))
            }
            Law::Exponential { mean } => exponential_tails(x / mean),
            Law::Uniform { low, high } => unit_tails(*low, *high, x),
            Law::Triangular { low, mode, high } => triangular_tails(*low, *mode, *high, x),
            Law::Pert { low, mode, high } => {
                let (u, v) = unit_tails(*low, *high, x);
                let (alpha, beta) = pert_shapes(*low, *mode, *high);
                beta_tails(alpha, beta, u, v)
            }
            Law::Beta { alpha, beta } => beta_tails(*alpha, *beta, x, 1.0 - x),
            Law::Poisson { .. } | Law::NegativeBinomial { .. } if x < 0.0 => (0.0, 1.0),
            Law::Poisson { mean } => {
                let (lower, upper) = gamma_tails(libm::floor(x) + 1.0, *mean);
                (upper, lower)
            }
            Law::NegativeBinomial { mean, size } => {
                let n = mean + size;
                beta_tails(*size, libm::floor(x) + 1.0, size / n, mean / n)
            }
            Law::Geometric { .. } if x < 1.0 => (0.0, 1.0),
            Law::Geometric { mean } => {
                exponential_tails(-libm::floor(x) * libm::log1p(-1.0 / mean))
            }
            Law::Empirical(values) => rank_tails(values.partition_point(|v| *v <= x), values.len()),
            Law::Mixture(parts) => mix(parts, |law| law.tails(x)),
        }
    }

    /// (P(X < x), P(X ≥ x)): as [`Law::tails`], with the chance at `x` itself on the upper side.
    pub(super) fn tails_below(&self, x: f64) -> (f64, f64) {
        match self {
            Law::Constant(value) => step(*value < x),
            Law::LogNormal { mu, sigma } if *sigma == 0.0 => step(libm::exp(*mu) < x),
            Law::Normal { mean, sd } if *sd == 0.0 => step(*mean < x),
            Law::Poisson { .. } | Law::NegativeBinomial { .. } | Law::Geometric { .. } => {
                self.tails(libm::ceil(x) - 1.0)
            }
            Law::Empirical(values) => rank_tails(values.partition_point(|v| *v < x), values.len()),
            Law::Mixture(parts) => mix(parts, |law| law.tails_below(x)),
            Law::Uniform { low, high }
            | Law::Triangular { low, high, .. }
            | Law::Pert { low, high, .. }
                if low >= high =>
            {
                step(*low < x)
            }
            _ => self.tails(x),
        }
    }

    /// Whether `x` is at or above the quantile of these tails.
    fn reaches(&self, x: f64, p: f64, q: f64) -> bool {
        let (lower, upper) = self.tails(x);
        if p <= q { lower >= p } else { upper <= q }
    }

    /// Quantile of a law on whole numbers: doubling steps from a normal guess, then halving.
    fn count_quantile(&self, p: f64, q: f64, mean: f64, variance: f64) -> f64 {
        let first = self.support().0;
        let sd = libm::sqrt(variance);
        let guess = libm::floor(mean + sd * normal_quantile(p, q).clamp(-40.0, 40.0)).max(first);
        let mut step = libm::ceil(0.02 * sd).max(1.0);
        let (mut lo, mut hi) = (guess, guess);
        if self.reaches(guess, p, q) {
            while lo >= first && self.reaches(lo, p, q) {
                hi = lo;
                lo -= step;
                step *= 2.0;
            }
            lo = lo.max(first - 1.0);
        } else {
            while hi < 1e300 && !self.reaches(hi, p, q) {
                lo = hi;
                hi += step;
                step *= 2.0;
            }
        }
        for _ in 0..1100 {
            let mid = libm::floor(0.5 * (lo + hi));
            if mid <= lo || mid >= hi {
                break;
            }
            if self.reaches(mid, p, q) {
                hi = mid;
            } else {
                lo = mid;
            }
        }
        hi
    }

    /// Quantile of a mixture: secant and halving steps in turn, between the quantiles of the
    /// parts. Runs to neighbouring floats where the law jumps, so a jump is met exactly.
    fn mixture_quantile(&self, parts: &[(f64, Law)], p: f64, q: f64) -> f64 {
        let ends = parts.iter().map(|(_, law)| law.at(p, q));
        let (mut lo, mut hi) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |a, x| {
            (a.0.min(x), a.1.max(x))
        });
        if self.reaches(lo, p, q) || hi.is_infinite() {
            return if hi.is_infinite() { hi } else { lo };
        }
        let (target, smooth) = (p.min(q), !self.is_discrete());
        let gap = |x: f64| {
            let (lower, upper) = self.tails(x);
            if p <= q { lower - p } else { q - upper }
        };
        let (mut gap_lo, mut gap_hi) = (gap(lo), gap(hi));
        for turn in 0..2200 {
            let halved = if lo > 0.0 && hi > 2.0 * lo {
                libm::sqrt(lo) * libm::sqrt(hi)
            } else {
                lo + 0.5 * (hi - lo)
            };
            let secant = lo - gap_lo * (hi - lo) / (gap_hi - gap_lo);
            let x = if turn % 2 == 0 && secant > lo && secant < hi {
                secant
            } else {
                halved
            };
            if !(x > lo && x < hi) {
                break;
            }
            let g = gap(x);
            if smooth && g.abs() <= 1e-11 * target {
                return x;
            }
            if g >= 0.0 {
                (hi, gap_hi) = (x, g);
            } else {
                (lo, gap_lo) = (x, g);
            }
        }
        hi
    }
}

/// −ln(1 − p), from whichever tail is exact.
fn hazard(p: f64, q: f64) -> f64 {
    if p < 0.5 {
        -libm::log1p(-p)
    } else {
        -libm::log(q)
    }
}

/// (1 − e^−h, e^−h) for a cumulated hazard h.
fn exponential_tails(h: f64) -> (f64, f64) {
    if h <= 0.0 {
        (0.0, 1.0)
    } else {
        (-libm::expm1(-h), libm::exp(-h))
    }
}

fn step(reached: bool) -> (f64, f64) {
    if reached { (1.0, 0.0) } else { (0.0, 1.0) }
}

fn rank_tails(rank: usize, n: usize) -> (f64, f64) {
    (rank as f64 / n as f64, (n - rank) as f64 / n as f64)
}

fn mix(parts: &[(f64, Law)], tails: impl Fn(&Law) -> (f64, f64)) -> (f64, f64) {
    let total = weight(parts);
    parts.iter().fold((0.0, 0.0), |sum, (w, law)| {
        let (lower, upper) = tails(law);
        (sum.0 + w / total * lower, sum.1 + w / total * upper)
    })
}

/// The point that divides [low, high] as u : v, with u + v = 1; exact at both ends.
fn from_ends(low: f64, high: f64, u: f64, v: f64) -> f64 {
    let x = if u <= v {
        low + u * (high - low)
    } else {
        high - v * (high - low)
    };
    held(x, low, high)
}

/// Where x lies in [low, high], as (distance from the low end, distance from the high end).
fn unit_tails(low: f64, high: f64, x: f64) -> (f64, f64) {
    if x >= high {
        (1.0, 0.0)
    } else if x <= low {
        (0.0, 1.0)
    } else {
        ((x - low) / (high - low), (high - x) / (high - low))
    }
}

fn pert_shapes(low: f64, mode: f64, high: f64) -> (f64, f64) {
    if high <= low {
        return (1.0, 1.0);
    }
    let at = (mode - low) / (high - low);
    (1.0 + 4.0 * at, 1.0 + 4.0 * (1.0 - at))
}

fn triangular_quantile(low: f64, mode: f64, high: f64, p: f64, q: f64) -> f64 {
    let width = high - low;
    if p * width <= mode - low {
        low + libm::sqrt(p * width * (mode - low))
    } else {
        high - libm::sqrt(q * width * (high - mode))
    }
}

fn triangular_tails(low: f64, mode: f64, high: f64, x: f64) -> (f64, f64) {
    let width = high - low;
    if x >= high {
        (1.0, 0.0)
    } else if x <= low {
        (0.0, 1.0)
    } else if x <= mode {
        let p = (x - low) / width * ((x - low) / (mode - low));
        (p, 1.0 - p)
    } else {
        let q = (high - x) / width * ((high - x) / (high - mode));
        (1.0 - q, q)
    }
}
