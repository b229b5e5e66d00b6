//! The upper bound of a law that is written into a scenario.
//!
//! What: the bound at which what is drawn has the observed mean. Symbols: X the fitted law, x̄ the mean
//! and x₁ the largest of the observations, b the bound. Formula: E(X | X ≤ b) = x̄, b within 1.2 x₁ and
//! 10 x₁; counts are rounded first, as the engine does. A bound next to the largest value seen takes a
//! part of the mean away that the observations had: a sample of n ends near the 1/n quantile, and what
//! lies beyond it is a few percent of the mean of a wide law, always in the same direction, and totals
//! are sums of means. Median and 90th percentile hardly move. Limits: where the law's own mean is below
//! the observed one, the farthest bound is taken and the mean stays too low; where it is above it even
//! at 1.2 x₁, it stays too high. Example: for a lognormal law of spread 1.08 that 133 sessions show, the
//! bound 1.2 x₁ takes 8 % of the mean away.

use crate::base::law::{Draw, Law};

/// Bounds as multiples of the largest observation: the nearest and the farthest.
const NEAR: f64 = 1.2;
pub const FAR: f64 = 10.0;

/// The bound of a law with so large a mean and largest observation, two digits that count.
pub fn bound(law: &Law, mean: f64, largest: f64, counts: bool) -> f64 {
    let at = |b: f64| mean_within(law, b, counts);
    let (mut low, mut high) = (NEAR * largest, FAR * largest);
    // Not beyond what is needed: written with two digits it moves by up to 10 %.
    if at(low) < mean {
        if at(high) <= mean {
            low = high;
        }
        for _ in 0..20 {
            let middle = libm::sqrt(low * high);
            if at(middle) < mean {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    super::super::toml::round_up(low)
}

/// The mean of what the engine draws below a bound.
pub fn mean_within(law: &Law, bound: f64, counts: bool) -> f64 {
    let draw = Draw {
        max: Some(bound),
        ..Draw::of(law.clone())
    };
    if !counts {
        return draw.mean_estimate();
    }
    // 1 + Σ P(N > k), N the rounded number, in steps that widen with k.
    let (mut sum, mut k) = (1.0, 1.0);
    while k < bound {
        let step = f64::max(1.0, libm::floor(k / 200.0));
        sum += step * (1.0 - draw.cdf(k + 0.5 * step));
        k += step;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::{Purpose, Stream};
    use crate::base::table::Sampler;

    fn drawn(draw: &Draw, counts: bool) -> f64 {
        let sampler = Sampler::compile(draw);
        let mut rng = Stream::open(5, Purpose::Session, 0, 0, 0);
        let one = |word| {
            if counts {
                sampler.sample_int(word).max(1) as f64
            } else {
                sampler.sample(word)
            }
        };
        (0..400_000).map(|_| one(rng.word())).sum::<f64>() / 400_000.0
    }

    #[test]
    fn what_is_drawn_has_the_observed_mean() {
        let law = Law::LogNormal {
            mu: 1.092,
            sigma: 1.084,
        };
        for counts in [true, false] {
            let near = mean_within(&law, 44.0, counts);
            let whole = mean_within(&law, 1e6, counts);
            assert!(near < 0.93 * whole, "{near} of {whole}");
            let mean = 0.97 * whole;
            let bound = bound(&law, mean, 37.0, counts);
            let draw = Draw {
                max: Some(bound),
                ..Draw::of(law.clone())
            };
            let got = drawn(&draw, counts);
            assert!((got / mean - 1.0).abs() < 0.01, "{got} for {mean}: {bound}");
        }
    }

    #[test]
    fn it_stays_within_its_own_bounds() {
        let law = Law::LogNormal {
            mu: 1.0,
            sigma: 0.5,
        };
        assert_eq!(bound(&law, 1.0, 10.0, false), 12.0);
        assert_eq!(bound(&law, 100.0, 10.0, false), 100.0);
    }
}
