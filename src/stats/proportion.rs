//! Intervals of a proportion. Never Wald's: near 0 and 1 it covers a fraction of what it says.

use super::estimate::Estimate;
use crate::base::special::{beta_quantile, normal_two_sided, student_two_sided};

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

/// The interval of a share whose cases come in clusters: `cases` holds, for each cluster, how many
/// of its cases are hits and how many it has.
///
/// What: Clopper and Pearson's interval for as many independent cases as these are worth. Symbols:
/// h, m hits and cases of a cluster, C clusters, n = Σm, p = Σh/Σm; D the variance of p by clusters,
/// C/(C−1) Σ(h − pm)²/n², over p(1−p)/n. Formula: the exact interval of pn' hits among n' = n/D
/// cases (D at least 1), n' times (t(n−1) / t(C−1))² for the uncertainty of D. Limits: without
/// hits, or with nothing but hits, D is taken as 1; fewer than two clusters give 0..1. Source:
/// E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998). Example: 50 clusters of 4 with 100
/// hits, all or none in each, count as 49 cases.
pub fn clustered(cases: &[(i64, i64)], confidence: f64) -> Estimate {
    let sum = |of: fn(&(i64, i64)) -> i64| cases.iter().map(of).sum::<i64>().max(0) as f64;
    let (hits, n) = (sum(|c| c.0), sum(|c| c.1));
    let clusters = cases.iter().filter(|c| c.1 > 0).count();
    if n <= 0.0 || clusters < 2 {
        return Estimate {
            value: if n > 0.0 { hits / n } else { f64::NAN },
            low: 0.0,
            high: 1.0,
            n: n as u64,
        };
    }
    let p = (hits / n).min(1.0);
    let many = clusters as f64;
    let spread: f64 = cases
        .iter()
        .map(|(h, m)| {
            let off = *h as f64 - p * *m as f64;
            off * off
        })
        .sum();
    let apart = many / (many - 1.0) * spread / (n * n);
    let plain = p * (1.0 - p) / n;
    let design = if plain > 0.0 {
        (apart / plain).max(1.0)
    } else {
        1.0
    };
    let t = |df: f64| student_two_sided(confidence, df.max(1.0));
    let worth = if design > 1.0 {
        let ratio = t(n - 1.0) / t(many - 1.0);
        n / design * ratio * ratio
    } else {
        n
    };
    let tail = 0.5 * (1.0 - confidence);
    let k = p * worth;
    Estimate {
        value: p,
        low: if hits <= 0.0 {
            0.0
        } else {
            beta_quantile(k, worth - k + 1.0, tail, 1.0 - tail).0
        },
        high: if hits >= n {
            1.0
        } else {
            beta_quantile(k + 1.0, worth - k, 1.0 - tail, tail).0
        },
        n: n as u64,
    }
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
    fn clusters_count_for_less() {
        let together: Vec<(i64, i64)> = (0..50).map(|c| (4 * (c % 2), 4)).collect();
        let e = clustered(&together, 0.95);
        let alike = clopper_pearson(24, 48, 0.95);
        assert_eq!((e.value, e.n), (0.5, 200));
        assert!((e.low - alike.low).abs() < 0.003, "{e:?} {alike:?}");
        // Independent cases count in full, and rare ones as exactly as without clusters.
        let apart: Vec<(i64, i64)> = (0..200).map(|c| (c % 2, 1)).collect();
        let (a, b) = (clustered(&apart, 0.95), clopper_pearson(100, 200, 0.95));
        assert!((a.low - b.low).abs() < 1e-3 && (a.high - b.high).abs() < 1e-3);
        let none = clustered(&[(0, 60), (0, 40)], 0.95);
        close(none.high, clopper_pearson(0, 100, 0.95).high);
        assert_eq!(none.low, 0.0);
        assert_eq!(clustered(&[(3, 3), (4, 4)], 0.95).high, 1.0);
    }

    #[test]
    fn nothing_panics_at_the_edges() {
        for cases in [
            &[][..],
            &[(0, 0)],
            &[(1, 1)],
            &[(5, 2), (0, 0)],
            &[(-1, 3), (2, 2)],
        ] {
            clustered(cases, 0.95);
        }
        for (k, n) in [(0, 0), (9, 3), (u64::MAX, u64::MAX), (0, u64::MAX)] {
            for confidence in [0.0, 0.95, 1.0, f64::NAN, -1.0, 2.0] {
                clopper_pearson(k, n, confidence);
                wilson(k, n, confidence);
                upper_bound(k, n, confidence);
            }
        }
    }
}
