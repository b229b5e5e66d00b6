//! Special functions behind the laws and the intervals, on the `libm` crate only, so that every
//! platform computes the same bits.
//!
//! Distribution functions come as pairs (lower tail, upper tail): whichever is small keeps its
//! relative accuracy, which `1 - p` would lose. No function panics; arguments outside the stated
//! range give the nearest sensible limit or NaN.

use std::f64::consts::PI;

pub use super::normal::{normal_quantile, normal_tails, normal_two_sided};

/// ln √(2π).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Terms after which a series or a continued fraction is cut off.
const TERMS_MAX: u32 = 100_000;
/// Shape above which the gamma law is its own cube-root normal approximation (error in x < 1e-7).
const SHAPE_LARGE: f64 = 1e5;

/// ln |Γ(x)|.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The two-sided factor of Student's t law with `df` > 0 degrees of freedom: 0.95 and 9 give 2.2622.
///
/// From the beta law: t² / (df + t²) is beta(½, df/2).
pub fn student_two_sided(confidence: f64, df: f64) -> f64 {
    let (x, y) = beta_quantile(0.5 * df, 0.5, 1.0 - confidence, confidence);
    libm::sqrt(df * y / x)
}

/// The regularised incomplete gamma functions (P(a, x), Q(a, x)) for shape `a` > 0.
///
/// What: the tails of the gamma law with scale 1. Symbols: a shape, x value, D = xᵃe⁻ˣ / Γ(a+1).
/// Formula: P = D·Σ xⁿ/((a+1)…(a+n)) below x = a+1, Q = D·a·(continued fraction) above. Limits:
/// relative error about 1e-13 for a ≤ 1e5; above, the Wilson-Hilferty normal form, whose quantiles
/// are within 1e-7 relative. Source: Press et al., Numerical Recipes 6.2, with D by Loader's
/// saddle-point form. Example: a = 1, x = 1 gives (1 − 1/e, 1/e).
pub fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if x.is_nan() || !sound(a) {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if a > SHAPE_LARGE {
        let ninth = 1.0 / (9.0 * a);
        return normal_tails((libm::cbrt(x / a) - 1.0 + ninth) / libm::sqrt(ninth));
    }
    let d = gamma_term(a, x);
    if x < a + 1.0 {
        let p = (d * gamma_series(a, x)).min(1.0);
        (p, 1.0 - p)
    } else {
        let q = (d * a * gamma_fraction(a, x)).min(1.0);
        (1.0 - q, q)
    }
}

/// xᵃ e⁻ˣ / Γ(a + 1) without cancellation (Loader's saddle-point form).
fn gamma_term(a: f64, x: f64) -> f64 {
    libm::exp(-stirling_error(a) - deviance(a, x)) / libm::sqrt(2.0 * PI * a)
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    for _ in 0..TERMS_MAX {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 || sum.is_nan() {
            break;
        }
    }
    sum
}

/// Lentz's evaluation of 1/(x+1−a− 1(1−a)/(x+3−a− …)).
fn gamma_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..TERMS_MAX {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = away_from_zero(an * d + b);
        c = away_from_zero(b + an / c);
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 3e-16 || step.is_nan() {
            break;
        }
    }
    h
}

/// The gamma law's quantile (scale 1) for the tails `p` and `q` = 1 − p; shape `a` > 0.
///
/// Newton's method on the logarithm of the smaller tail as a function of ln x, kept inside a
/// bracket. Relative error about 1e-13; 0 where the true value underflows.
pub fn gamma_quantile(a: f64, p: f64, q: f64) -> f64 {
    if !sound(a) {
        return f64::NAN;
    }
    if p <= 0.0 {
        return 0.0;
    }
    if q <= 0.0 {
        return f64::INFINITY;
    }
    let z = normal_quantile(p, q);
    let w = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * libm::sqrt(a));
    if a > SHAPE_LARGE {
        return a * w * w * w;
    }
    let start = if a >= 0.5 && w > 0.3 {
        libm::log(a) + 3.0 * libm::log(w)
    } else {
        ((libm::log(p) + ln_gamma(a + 1.0)) / a).min(libm::log(1.0 - libm::log(q)))
    };
    if start < -740.0 {
        return libm::exp(start);
    }
    let u = solve_tail(p, q, start, |u| {
        let x = libm::exp(u);
        let (lower, upper) = gamma_tails(a, x);
        (lower, upper, a * gamma_term(a, x))
    });
    libm::exp(u)
}

/// The regularised incomplete beta function's pair (I_x(a, b), 1 − I_x(a, b)) for a, b > 0.
///
/// What: the tails of the beta law. Symbols: x in [0, 1] and y = 1 − x, both given so that neither
/// loses digits near its end. Formula: xᵃyᵇ/(a·B(a, b)) times a continued fraction on the side
/// where it converges fast. Limits: relative error about 1e-13 for a + b up to 1e8. Source: Press
/// et al., Numerical Recipes 6.4, with the factor by Loader's saddle-point form. Example: a = 2,
/// b = 3, x = 0.5 gives 0.6875.
pub fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x.is_nan() || y.is_nan() || !sound(a) || !sound(b) {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let d = beta_term(a, b, x, y);
    if x * (a + b + 2.0) < a + 1.0 {
        let p = (d * beta_fraction(a, b, x) / a).min(1.0);
        (p, 1.0 - p)
    } else {
        let q = (d * beta_fraction(b, a, y) / b).min(1.0);
        (1.0 - q, q)
    }
}

/// xᵃ yᵇ / B(a, b) without cancellation.
fn beta_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let log = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    libm::sqrt(a / n * b / (2.0 * PI)) * libm::exp(log)
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 3e-16 || step.is_nan() {
            break;
        }
    }
    h
}

/// The beta law's quantile for the tails `p` and `q` = 1 − p, as the pair (x, 1 − x).
///
/// Newton's method on the logarithm of the smaller tail as a function of ln(x / (1 − x)).
pub fn beta_quantile(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    if !sound(a) || !sound(b) {
        return (f64::NAN, f64::NAN);
    }
    if p <= 0.0 {
        return (0.0, 1.0);
    }
    if q <= 0.0 {
        return (1.0, 0.0);
    }
    let z = normal_quantile(p, q);
    let start = libm::log(a / b) + z * libm::sqrt(1.0 / a + 1.0 / b);
    let u = solve_tail(p, q, start, |u| {
        let (x, y) = logistic(u);
        let (lower, upper) = beta_tails(a, b, x, y);
        (lower, upper, beta_term(a, b, x, y))
    });
    logistic(u)
}

/// The binomial law's P(B ≤ k) of `n` trials with chance `p`; `k` below 0 gives 0.
pub fn binomial_cdf(k: i64, n: u64, p: f64) -> f64 {
    if k < 0 {
        return 0.0;
    }
    if k.unsigned_abs() >= n {
        return 1.0;
    }
    let k = k as f64;
    beta_tails(n as f64 - k, k + 1.0, 1.0 - p, p).0
}

fn logistic(u: f64) -> (f64, f64) {
    (1.0 / (1.0 + libm::exp(-u)), 1.0 / (1.0 + libm::exp(u)))
}

/// Finds u where the smaller of the two tails meets its target. `eval` gives (lower tail, upper
/// tail, derivative of the lower tail), increasing in u. Logarithms of tails are nearly straight,
/// so a few Newton steps suffice; the bracket makes the rest safe.
fn solve_tail(p: f64, q: f64, start: f64, eval: impl Fn(f64) -> (f64, f64, f64)) -> f64 {
    let (mut lo, mut hi) = (-745.0, 709.0);
    let mut u = if start > lo && start < hi { start } else { 0.0 };
    for _ in 0..200 {
        let (lower, upper, slope) = eval(u);
        let (gap, rate) = if p <= q {
            (libm::log(lower / p), slope / lower)
        } else {
            (-libm::log(upper / q), slope / upper)
        };
        if gap == 0.0 || gap.is_nan() {
            break;
        }
        if gap < 0.0 {
            lo = u;
        } else {
            hi = u;
        }
        let next = u - gap / rate;
        let inside = next > lo && next < hi;
        let moved = (next - u).abs();
        if inside {
            u = next;
            // One more Newton step would move by the square of this one.
            if moved < 1e-9 {
                break;
            }
        } else {
            if moved < 1e-13 * (1.0 + u.abs()) || hi - lo < 1e-13 {
                break;
            }
            u = 0.5 * (lo + hi);
        }
    }
    u
}

/// ln Γ(n+1) − [(n+½) ln n − n + ln √(2π)]: what Stirling's formula leaves out, n > 0.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - LN_SQRT_2PI;
    }
    let s = 1.0 / (n * n);
    let tail = 1.0 / 1680.0 - s * (1.0 / 1188.0 - s * (691.0 / 360_360.0 - s / 156.0));
    (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * tail))) / n
}

/// Half the Poisson deviance: x ln(x/m) + m − x, accurate also where x is near m (Loader 2000).
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Whether `a` can be a shape: above 0 and finite.
fn sound(a: f64) -> bool {
    a > 0.0 && a < f64::INFINITY
}

/// `x` held within [low, high]; unlike `clamp` it lets NaN through instead of panicking.
pub(super) fn held(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, want: f64, relative: f64) {
        assert!(
            (got - want).abs() <= relative * want.abs(),
            "{got:e} is not {want:e}"
        );
    }

    #[test]
    fn normal_quantile_is_the_inverse() {
        close(normal_quantile(0.975, 0.025), 1.959963984540054, 1e-15);
        close(normal_quantile(0.1, 0.9), -1.2815515655446004, 1e-15);
        for k in 1..1000 {
            let p = libm::exp(-0.69 * f64::from(k));
            let (back, _) = normal_tails(normal_quantile(p, 1.0 - p));
            close(back, p, 1e-12);
        }
    }

    #[test]
    fn gamma_known_values() {
        close(gamma_tails(1.0, 1.0).1, libm::exp(-1.0), 1e-15);
        // Q(3, x) = e^-x (1 + x + x²/2).
        close(gamma_tails(3.0, 2.5).1, libm::exp(-2.5) * 6.625, 1e-14);
        close(gamma_tails(3.0, 40.0).1, libm::exp(-40.0) * 841.0, 1e-13);
        close(gamma_tails(0.5, 0.3).0, libm::erf(libm::sqrt(0.3)), 1e-14);
    }

    #[test]
    fn gamma_quantile_round_trips() {
        for a in [1e-2, 0.3, 0.5, 1.0, 2.5, 40.0, 1e3, 9e4, 2e5] {
            for p in [1e-12, 1e-5, 0.01, 0.3, 0.5, 0.9, 0.99999] {
                for (p, q) in [(p, 1.0 - p), (1.0 - p, p)] {
                    let x = gamma_quantile(a, p, q);
                    if x < 1e-300 {
                        continue;
                    }
                    let (lower, upper) = gamma_tails(a, x);
                    close(lower.min(upper), p.min(q), 1e-9);
                }
            }
        }
    }

    #[test]
    fn beta_known_values_and_round_trip() {
        close(beta_tails(2.0, 3.0, 0.5, 0.5).0, 0.6875, 1e-14);
        for (a, b) in [
            (0.05, 0.05),
            (0.5, 20.0),
            (2.0, 3.0),
            (936.0, 65.0),
            (1.0, 1e6),
        ] {
            for p in [1e-10, 0.025, 0.5, 0.975, 1.0 - 1e-9] {
                let (x, y) = beta_quantile(a, b, p, 1.0 - p);
                if x.min(y) < 1e-300 {
                    continue;
                }
                let (lower, upper) = beta_tails(a, b, x, y);
                close(lower.min(upper), p.min(1.0 - p), 1e-9);
            }
        }
    }

    #[test]
    fn student_and_binomial() {
        close(student_two_sided(0.95, 9.0), 2.2621571627982053, 1e-12);
        close(student_two_sided(0.95, 1e9), normal_two_sided(0.95), 1e-8);
        close(binomial_cdf(2, 4, 0.5), 11.0 / 16.0, 1e-14);
        assert_eq!(binomial_cdf(-1, 4, 0.5), 0.0);
        assert_eq!(binomial_cdf(4, 4, 0.5), 1.0);
    }

    #[test]
    fn nothing_panics_at_the_edges() {
        for x in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            0.0,
            1e-320,
            1e308,
        ] {
            gamma_tails(x, x);
            gamma_quantile(x, 0.5, 0.5);
            beta_tails(x, x, x, x);
            beta_quantile(x, x, 0.5, 0.5);
            normal_quantile(x, 1.0 - x);
            binomial_cdf(3, 7, x);
        }
    }
}
