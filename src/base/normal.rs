//! The standard normal law.

use std::f64::consts::SQRT_2;

/// The standard normal law's tails at `z`: (Φ(z), 1 − Φ(z)), each to about 1e-15 relative.
pub fn normal_tails(z: f64) -> (f64, f64) {
    (0.5 * libm::erfc(-z / SQRT_2), 0.5 * libm::erfc(z / SQRT_2))
}

/// The standard normal quantile for the tails `p` and `q` = 1 − p, both in [0, 1].
///
/// What: the z with Φ(z) = p. Symbols: p, q the tails; r a transformed tail. Formula: rational
/// approximations in (p − ½)² for the centre and in √(−ln min(p, q)) for the tails. Limits:
/// relative error about 1e-15 down to tails of 1e-300; ±∞ at 0 and 1. Source: M. J. Wichura,
/// Algorithm AS 241 (PPND16), Applied Statistics 37 (1988). Example: p = 0.975 gives 1.959964.
#[expect(clippy::excessive_precision, reason = "coefficients as published")]
pub fn normal_quantile(p: f64, q: f64) -> f64 {
    const A: [f64; 8] = [
        3.3871328727963666080e0,
        1.3314166789178437745e+2,
        1.9715909503065514427e+3,
        1.3731693765509461125e+4,
        4.5921953931549871457e+4,
        6.7265770927008700853e+4,
        3.3430575583588128105e+4,
        2.5090809287301226727e+3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.2313330701600911252e+1,
        6.8718700749205790830e+2,
        5.3941960214247511077e+3,
        2.1213794301586595867e+4,
        3.9307895800092710610e+4,
        2.8729085735721942674e+4,
        5.2264952788528545610e+3,
    ];
    const C: [f64; 8] = [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ];
    const E: [f64; 8] = [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ];
    let centred = if p < q { p - 0.5 } else { 0.5 - q };
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * horner(&A, r) / horner(&B, r);
    }
    let tail = p.min(q);
    if tail <= 0.0 {
        return if p < q {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 {
        horner(&C, r - 1.6) / horner(&D, r - 1.6)
    } else {
        horner(&E, r - 5.0) / horner(&F, r - 5.0)
    };
    if p < q { -z } else { z }
}

/// The two-sided normal factor of a confidence level in (0, 1): 0.95 gives 1.959964.
pub fn normal_two_sided(confidence: f64) -> f64 {
    let tail = 0.5 * (1.0 - confidence);
    normal_quantile(1.0 - tail, tail)
}

/// The polynomial with these coefficients, lowest power first.
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}
