//! What is believed of a limit before any reading.

use super::uses::PerMeter;
use crate::account::meter::METERS;
use crate::catalog::{PlanEntry, PlanWindow, Provenance, Size};
use rust_decimal::prelude::ToPrimitive;

/// Ends of a 90 % interval and the middle, in dollars of a meter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Band {
    /// Ends and middle times a factor.
    pub fn times(self, by: f64) -> Band {
        Band {
            low: self.low * by,
            median: self.median * by,
            high: self.high * by,
        }
    }

    /// Width on the logarithmic scale.
    pub fn width(&self) -> f64 {
        libm::log(self.high / self.low)
    }
}

/// What the catalogue says of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Dollars of API value under the `price` meter.
    pub band: Band,
    pub provenance: Provenance,
}

/// The catalogue's band of a window.
pub fn known(plan: &PlanEntry, window: &PlanWindow) -> Option<Known> {
    match &window.size {
        Size::Usd { low, high } => {
            let (low, high) = (low.to_f64(), high.to_f64());
            (low > 0.0 && high >= low).then(|| Known {
                band: Band {
                    low,
                    median: libm::sqrt(low * high),
                    high,
                },
                provenance: window.provenance,
            })
        }
        Size::ShareOf { window: of, share } => {
            let other = plan.window(of).filter(|w| w.id != window.id)?;
            let other = known(plan, other)?;
            Some(Known {
                band: other.band.times(share.to_f64()?),
                ..other
            })
        }
    }
}

/// A law of the logarithm of a limit.
///
/// What: where a catalogue's band is known, Student's law with four degrees of freedom whose central
/// 90 % is the band, so that a limit far outside costs little once readings speak for it; else the
/// flat law between the ends of [`Prior::ANY`]. Symbols: x = ln L, μ, σ. Formula: t₄((x − μ) / σ) / σ
/// with σ = half the band's width over 2.132. Limits: none. Source: own choice of tails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior {
    Around { mu: f64, sigma: f64 },
    Flat { from: f64, to: f64 },
}

/// The 95 % quantile of Student's law with four degrees of freedom.
const T4_95: f64 = 2.131_846_786_326_649;
/// What the band of one meter leaves open under another, as a standard deviation of the logarithm:
/// the bands come from other people's mix of tokens.
const OTHER_MIX: f64 = 0.25;

impl Prior {
    /// Dollars that any window may hold, in five hours; a longer one ten times as much.
    pub const ANY: [f64; 2] = [0.5, 5_000.0];

    /// The prior under a meter (by its place in [`METERS`]): the band times what the logged requests
    /// count under it against the price.
    pub fn of(known: Option<&Known>, meter: usize, total: &PerMeter, scale: f64) -> Prior {
        let Some(known) = known else {
            let [from, to] = Prior::ANY.map(|x| libm::log(x / scale));
            return Prior::Flat { from, to };
        };
        let Band { low, high, .. } = known.band;
        let width = libm::log(high / low).max(0.02) / (2.0 * T4_95);
        let extra = if METERS.get(meter).is_some_and(|m| m.name() == "price") {
            0.0
        } else {
            OTHER_MIX
        };
        Prior::Around {
            mu: 0.5 * libm::log(low * high) + libm::log(ratio(meter, total)),
            sigma: libm::sqrt(width * width + extra * extra),
        }
    }

    /// Log density at `x`, the logarithm of a limit.
    pub fn density(&self, x: f64) -> f64 {
        match *self {
            Prior::Around { mu, sigma } => {
                let t = (x - mu) / sigma;
                // ln(3/8) for the density of Student's law with four degrees at 0.
                -0.980_829_253_011_726 - 2.5 * libm::log1p(0.25 * t * t) - libm::log(sigma)
            }
            Prior::Flat { from, to } if x >= from && x <= to => -libm::log(to - from),
            Prior::Flat { .. } => f64::NEG_INFINITY,
        }
    }

    /// Ends that hold nearly all of it, as logarithms.
    pub fn ends(&self) -> [f64; 2] {
        match *self {
            Prior::Around { mu, sigma } => [mu - 5.0 * sigma, mu + 5.0 * sigma],
            Prior::Flat { from, to } => [from, to],
        }
    }

    /// Its own 90 % interval.
    pub fn band(&self) -> Band {
        let [low, median, high] = match *self {
            Prior::Around { mu, sigma } => [mu - T4_95 * sigma, mu, mu + T4_95 * sigma],
            Prior::Flat { from, to } => [0.05, 0.5, 0.95].map(|p| from + p * (to - from)),
        }
        .map(libm::exp);
        Band { low, median, high }
    }
}

/// Dollars of a meter per dollar of price, in what was logged; 1 where nothing was.
pub fn ratio(meter: usize, total: &PerMeter) -> f64 {
    let price = METERS.iter().position(|m| m.name() == "price").unwrap_or(0);
    match (total.get(meter), total.get(price)) {
        (Some(a), Some(b)) if *a > 0.0 && *b > 0.0 => a / b,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prior_holds_nine_tenths_in_its_band() {
        let known = Known {
            band: Band {
                low: 40.0,
                median: 80.0,
                high: 160.0,
            },
            provenance: Provenance::Assumed,
        };
        let prior = Prior::of(Some(&known), 0, &[1.0, 1.0, 1.0], 1.0);
        let band = prior.band();
        assert!((band.low - 40.0).abs() < 1e-9 && (band.high - 160.0).abs() < 1e-9);
        let n = 40_000;
        let [from, to] = [libm::log(0.001), libm::log(1e7)];
        let (mut all, mut inside) = (0.0, 0.0);
        for i in 0..n {
            let x = from + (to - from) * (f64::from(i) + 0.5) / f64::from(n);
            let p = libm::exp(prior.density(x)) * (to - from) / f64::from(n);
            all += p;
            inside += if x > libm::log(40.0) && x < libm::log(160.0) {
                p
            } else {
                0.0
            };
        }
        assert!((all - 1.0).abs() < 1e-3, "{all}");
        assert!((inside - 0.9).abs() < 2e-3, "{inside}");
    }

    #[test]
    fn another_meter_moves_the_band_by_what_was_logged() {
        let total = [10.0, 4.0, 30.0];
        assert_eq!([0, 1, 2].map(|m| ratio(m, &total)), [1.0, 0.4, 3.0]);
        assert_eq!(ratio(2, &[0.0; 3]), 1.0);
    }
}
