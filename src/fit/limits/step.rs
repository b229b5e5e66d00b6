//! How far a window's percentage moves between two readings.
//!
//! What: the law of the move X, in points, of a window of limit L. Symbols: e = 100 u / L, what the
//! logged use u moves it by; s² = φ e + a² + …, the scatter around that (weights of tokens that are
//! not known exactly, requests on their way); q = 1 − exp(−λ h), the chance that something that is
//! not in the logs moved it within h hours (claude.ai, another device), by an amount H of which half
//! is exponential with a small and half with a large mean; ε, the share of readings that mean
//! nothing. Formula: X = N(e, s²) + B H with B ~ Bernoulli(q), mixed with a uniform law on ±100
//! points with weight ε. Limits: several bursts between two readings count as one; s grows as the
//! root of the use, so that it does not matter how often somebody reads. Source: own; the law of
//! N + exponential is the exponentially modified normal (E. Grushka, Analytical Chemistry 44, 1972).

/// What cannot be read at all, as a share.
const MEANINGLESS: f64 = 0.002;
/// Scatter of any reading, in points.
const READING: f64 = 0.04;
/// Mean of a small and of a large move by what is not logged, in points of a window of five hours.
pub const BURSTS: [f64; 2] = [2.0, 12.0];

/// What is known of the time between two readings.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What the logged use moves the percentage by, in points.
    pub expected: f64,
    /// Variance around it.
    pub variance: f64,
    /// Means of moves by what is not logged.
    pub bursts: [f64; 2],
}

impl Step {
    /// `unsure` is the logged use, in points, that one of the two readings may hold or not; `phi`
    /// in points; `scale` is 1 for a window of five hours and less for larger ones, whose points
    /// are larger amounts.
    pub fn new(expected: f64, unsure: f64, phi: f64, scale: f64) -> Step {
        let unsure = 0.5 * unsure;
        Step {
            expected,
            variance: phi * scale * expected + READING * READING + unsure * unsure,
            bursts: BURSTS.map(|b| b * scale),
        }
    }

    /// The chances that the move is at most `x` without and with something that is not logged;
    /// `width` is that of the cell, in points, from which the move starts.
    pub fn below(&self, x: f64, width: f64) -> [f64; 2] {
        // Where in its cell a move starts is not known.
        let variance = self.variance + width * width / 6.0;
        let s = libm::sqrt(variance);
        let d = x - self.expected;
        let alone = normal(d / s);
        let with = self
            .bursts
            .iter()
            .map(|m| with_burst(d, s, *m))
            .sum::<f64>();
        [alone, 0.5 * with]
    }

    /// Puts the two chances of [`Step::below`] together for a chance `q` of a burst.
    pub fn mixed(below: [f64; 2], q: f64, x: f64) -> f64 {
        let plain = (1.0 - q) * below[0] + q * below[1];
        let anything = ((x + 100.0) / 200.0).clamp(0.0, 1.0);
        (1.0 - MEANINGLESS) * plain + MEANINGLESS * anything
    }
}

/// The chance of a move by what is not logged, at a rate an hour.
pub fn chance(rate: f64, hours: f64) -> f64 {
    -libm::expm1(-rate * hours.max(0.0))
}

fn normal(z: f64) -> f64 {
    if z > 8.0 {
        1.0
    } else if z < -8.0 {
        0.0
    } else {
        0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
    }
}

/// The chance that N(0, s²) plus an exponential move of mean `m` is at most `d`.
fn with_burst(d: f64, s: f64, m: f64) -> f64 {
    let z = d / s;
    if z < -8.0 {
        return 0.0;
    }
    let ratio = s / m;
    if ratio > 3.0 {
        // The scatter hides the shape of the burst.
        return normal((d - m) / libm::sqrt(s * s + m * m));
    }
    let tail = libm::exp(0.5 * ratio * ratio - d / m) * normal(z - ratio);
    (normal(z) - tail).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The law against a plain numerical sum of the two parts.
    #[test]
    fn the_sum_of_scatter_and_burst() {
        for (s, m) in [(0.1, 2.0), (1.0, 2.0), (3.0, 12.0), (2.0, 1.0)] {
            for x in [-2.0, 0.0, 0.5, 3.0, 10.0, 40.0] {
                let n = 20_000;
                let sum: f64 = (0..n)
                    .map(|i| {
                        let h = -m * libm::log(1.0 - (f64::from(i) + 0.5) / f64::from(n));
                        normal((x - h) / s)
                    })
                    .sum();
                let got = with_burst(x, s, m);
                assert!(
                    (got - sum / f64::from(n)).abs() < 1e-3,
                    "{s} {m} {x}: {got}"
                );
            }
        }
    }

    #[test]
    fn chances_lie_between_0_and_1_and_rise() {
        let step = Step::new(5.0, 1.0, 0.1, 1.0);
        let mut last = 0.0;
        for i in -200..=200 {
            let x = f64::from(i);
            let p = Step::mixed(step.below(x, 0.2), chance(0.1, 2.0), x);
            assert!((0.0..=1.0).contains(&p) && p >= last - 1e-12, "{x}: {p}");
            last = p;
        }
        assert_eq!(chance(0.5, 0.0), 0.0);
    }
}
