//! Intervals of a proportion. Never Wald's: near 0 and 1 it covers a fraction of what it says.

use super::estimate::Estimate;
use crate::base::special::{beta_quantile, normal_two_sided};

/// The exact (Clopper-Pearson) interval of a proportion: covers at least with `confidence`.
///
/// What: the p for which `hits` of `n` is not yet surprising, on either side. Symbols: k hits, n
/// trials, α = 1 − confidence, B the beta quantile. Formula: low = B(α/2; k, n−k+1), high =
/// B(1−α/2; k+1, n−k). Limits: conservative; `hits` above `n` counts as `n`; n = 0 gives 0..1.
/// Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934). Example: 0 of 100 at 0.95 gives
/// 0..0.0362.
pub fn clopper_pearson(hits: u64, n: u64, confidence: f64) -> Estimate {
    let hits = hits.min(n);
    let tail = 0.5 * (1.0 - confidence);
    Estimate {
        value: share(hits, n),
        low: lower_limit(hits, n, tail),
        high: upper_limit(hits, n, tail),
        n,
    }
}

/// The exact one-sided upper bound of a proportion. With no hit at 0.95 it is the "3/N rule":
/// 1 − 0.05^(1/n), about 3/n.
pub fn upper_bound(hits: u64, n: u64, confidence: f64) -> f64 {
    upper_limit(hits.min(n), n, 1.0 - confidence)
}

/// Wilson's score interval of a proportion: covers `confidence` on average, and is shorter.
///
/// What: the p from which the observed share lies z standard errors away. Symbols: f = k/n, z the
/// two-sided normal factor. Formula: (f + z²/2n ± z √(f(1−f)/n + z²/4n²)) / (1 + z²/n). Limits:
/// may cover a little less than stated for single p; n = 0 gives 0..1. Source: E. B. Wilson,
/// JASA 22 (1927). Example: 5 of 100 at 0.95 gives 0.0215..0.1118.
pub fn wilson(hits: u64, n: u64, confidence: f64) -> Estimate {
    let hits = hits.min(n);
    if n == 0 {
        return Estimate {
            value: f64::NAN,
            low: 0.0,
            high: 1.0,
            n,
        };
    }
    let (f, count, z) = (share(hits, n), n as f64, normal_two_sided(confidence));
    let z2 = z * z / count;
    let middle = (f + 0.5 * z2) / (1.0 + z2);
    let half = z * (f * (1.0 - f) / count + 0.25 * z2 / count).sqrt() / (1.0 + z2);
    Estimate {
        value: f,
        low: if hits == 0 {
            0.0
        } else {
            (middle - half).max(0.0)
        },
        high: if hits == n {
            1.0
        } else {
            (middle + half).min(1.0)
        },
        n,
    }
}

fn share(hits: u64, n: u64) -> f64 {
    if n == 0 {
        f64::NAN
    } else {
        hits as f64 / n as f64
    }
}

fn lower_limit(hits: u64, n: u64, tail: f64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    beta_quantile(hits as f64, (n - hits) as f64 + 1.0, tail, 1.0 - tail).0
}

fn upper_limit(hits: u64, n: u64, tail: f64) -> f64 {
    if hits >= n {
        return 1.0;
    }
    beta_quantile(hits as f64 + 1.0, (n - hits) as f64, 1.0 - tail, tail).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::special::binomial_cdf;

    #[track_caller]
    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 5e-5, "{got} is not {want}");
    }

    #[test]
    fn textbook_values() {
        close(clopper_pearson(0, 100, 0.95).high, 0.0362);
        let five = wilson(5, 100, 0.95);
        close(five.low, 0.0215);
        close(five.high, 0.1118);
        let exact = clopper_pearson(5, 100, 0.95);
        close(exact.low, 0.0164);
        close(exact.high, 0.1128);
        close(upper_bound(0, 1000, 0.95), 1.0 - libm::pow(0.05, 0.001));
        assert_eq!(clopper_pearson(7, 7, 0.95).high, 1.0);
    }

    /// Exact coverage: the chance of all outcomes whose interval holds the true p.
    #[test]
    fn coverage() {
        for n in [20_u64, 100, 500] {
            let mut average = 0.0;
            let mut tried = 0.0;
            for percent in 1..100 {
                let p = f64::from(percent) / 100.0;
                let (mut exact, mut score) = (0.0, 0.0);
                for k in 0..=n {
                    let chance = binomial_cdf(k as i64, n, p) - binomial_cdf(k as i64 - 1, n, p);
                    let holds = |e: Estimate| e.low <= p && p <= e.high;
                    if chance > 1e-9 && holds(clopper_pearson(k, n, 0.95)) {
                        exact += chance;
                    }
                    if chance > 1e-9 && holds(wilson(k, n, 0.95)) {
                        score += chance;
                    }
                }
                assert!(exact >= 0.95 - 1e-6, "n {n}, p {p}: {exact}");
                average += score;
                tried += 1.0;
            }
            assert!(
                (average / tried - 0.95).abs() < 0.01,
                "n {n}: {}",
                average / tried
            );
        }
    }

    #[test]
    fn nothing_panics_at_the_edges() {
        for (k, n) in [(0, 0), (9, 3), (u64::MAX, u64::MAX), (0, u64::MAX)] {
            for confidence in [0.0, 0.95, 1.0, f64::NAN, -1.0, 2.0] {
                clopper_pearson(k, n, confidence);
                wilson(k, n, confidence);
                upper_bound(k, n, confidence);
            }
        }
    }
}
