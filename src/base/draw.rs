//! A draw: a law, its bounds and how often it is drawn anew.

use super::law::Law;
use super::special::held;

/// How often a value is drawn anew, from coarse to fine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Once per trial, shared by all.
    Trial,
    /// Once per actor in each trial.
    Actor,
    /// Once per session.
    Session,
    /// Once per prompt.
    Prompt,
    /// Once per request.
    #[default]
    Request,
}

/// A law with bounds and a level.
///
/// `min` and `max` TRUNCATE: the draw follows the law on condition that it lies in [min, max].
/// The share outside is spread over the inside in proportion; nothing piles up at a bound, and the
/// mean moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// The law before truncation.
    pub law: Law,
    /// Lower bound, in the law's unit, itself included.
    pub min: Option<f64>,
    /// Upper bound, in the law's unit, itself included.
    pub max: Option<f64>,
    /// How often the value is drawn anew.
    pub per: Level,
}

/// The least share of a law that its bounds may keep.
const MASS_MIN: f64 = 1e-9;

impl Draw {
    /// Always `x`.
    pub fn constant(x: f64) -> Draw {
        Draw::of(Law::Constant(x))
    }

    /// The law without bounds, drawn per request.
    pub fn of(law: Law) -> Draw {
        Draw {
            law,
            min: None,
            max: None,
            per: Level::default(),
        }
    }

    /// Whether the law is valid and its bounds keep enough of it.
    ///
    /// # Errors
    /// A sentence that names the parameter; also when the bounds are not finite, cross, or keep
    /// less than 1e-9 of the law.
    pub fn check(&self) -> Result<(), String> {
        self.law.check()?;
        for (name, bound) in [("min", self.min), ("max", self.max)] {
            if let Some(x) = bound
                && !x.is_finite()
            {
                return Err(format!("{name} is {x}; it must be a finite number"));
            }
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            return Err(format!(
                "min is {min}; it must not be above max, which is {max}"
            ));
        }
        if self.truncated().mass < MASS_MIN {
            return Err("min and max leave nothing of the law".to_owned());
        }
        Ok(())
    }

    /// The smallest x with P(X ≤ x) ≥ `p`, for `p` in (0, 1).
    pub fn quantile(&self, p: f64) -> f64 {
        self.truncated().at(p, 1.0 - p)
    }

    /// P(X ≤ x) of the truncated law.
    pub fn cdf(&self, x: f64) -> f64 {
        self.truncated().cdf(x)
    }

    /// The mean: exact without bounds, by numerical integration (about 1e-9 relative for smooth
    /// laws) with them. Infinite where the law's mean is and no `max` is set.
    pub fn mean_estimate(&self) -> f64 {
        if self.min.is_none() && self.max.is_none() {
            return self.law.mean().unwrap_or(f64::INFINITY);
        }
        if self.max.is_none() && self.law.mean().is_none() {
            return f64::INFINITY;
        }
        self.truncated().mean()
    }

    /// The draw made ready for many quantiles.
    pub(super) fn truncated(&self) -> Truncated<'_> {
        Truncated::new(&self.law, self.min, self.max)
    }
}

/// A law on condition of its bounds, with the bounds' tails worked out once.
pub(super) struct Truncated<'a> {
    law: &'a Law,
    bounds: (Option<f64>, Option<f64>),
    below: f64,
    above: f64,
    mass: f64,
    /// The least and the largest value.
    pub(super) support: (f64, f64),
}

impl<'a> Truncated<'a> {
    fn new(law: &'a Law, min: Option<f64>, max: Option<f64>) -> Truncated<'a> {
        let (below, reach) = min.map_or((0.0, 1.0), |x| law.tails_below(x));
        let (upto, above) = max.map_or((1.0, 0.0), |x| law.tails(x));
        // The difference of the small tails: far out the large ones agree to the last digit.
        let mass = if below > 0.5 {
            reach - above
        } else {
            upto - below
        };
        let (low, high) = law.support();
        let support = (
            min.map_or(low, |x| x.max(low)),
            max.map_or(high, |x| x.min(high)),
        );
        Truncated {
            law,
            bounds: (min, max),
            below,
            above,
            mass,
            support,
        }
    }

    /// The quantile for the tails `p` and `q` = 1 − p: p' = F(min−) + p·(F(max) − F(min−)).
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let x = self
            .law
            .at(self.below + p * self.mass, self.above + q * self.mass);
        held(x, self.support.0, self.support.1)
    }

    /// P(X ≤ x).
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x >= self.support.1 {
            return 1.0;
        }
        if x < self.support.0 {
            return 0.0;
        }
        let (lower, upper) = self.law.tails(x);
        let p = if lower <= 0.5 {
            (lower - self.below) / self.mass
        } else {
            1.0 - (upper - self.above) / self.mass
        };
        p.clamp(0.0, 1.0)
    }

    fn mean(&self) -> f64 {
        match self.law {
            Law::Constant(value) => *value,
            Law::Empirical(values) => {
                let inside = |v: &&f64| **v >= self.support.0 && **v <= self.support.1;
                let n = values.iter().filter(inside).count();
                values.iter().filter(inside).sum::<f64>() / n as f64
            }
            Law::Mixture(parts) => {
                let (mut sum, mut total) = (0.0, 0.0);
                for (weight, law) in parts {
                    let part = Truncated::new(law, self.bounds.0, self.bounds.1);
                    if part.mass > 0.0 {
                        sum += weight * part.mass * part.mean();
                        total += weight * part.mass;
                    }
                }
                sum / total
            }
            Law::Poisson { .. } | Law::NegativeBinomial { .. } | Law::Geometric { .. } => {
                self.count_mean()
            }
            _ => self.tail_sum(1.0, true) + self.tail_sum(1.0, false),
        }
    }

    /// The mean of a counting law: its first value plus the sum of P(X > k).
    fn count_mean(&self) -> f64 {
        let tiny = 1.0 / (1u64 << 50) as f64;
        let (first, last) = (self.at(tiny, 1.0 - tiny), self.at(1.0 - tiny, tiny));
        let few = last - first <= 65_536.0;
        if !few {
            return self.tail_sum(1.0, true) + self.tail_sum(1.0, false);
        }
        let (mut k, mut mean) = (first, first);
        while k < last {
            mean += 1.0 - self.cdf(k);
            k += 1.0;
        }
        mean
    }

    /// The integral of the quantile function over the outer `t` of one half (t = 1 is the whole
    /// half of chance ½): by halves of the remaining tail, each with Gauss-Legendre nodes, until
    /// the rest no longer counts.
    pub(super) fn tail_sum(&self, t: f64, low_side: bool) -> f64 {
        let (mut high, mut sum, mut quiet) = (0.5 * t, 0.0, 0);
        for _ in 0..1000 {
            let part = gauss(0.5 * high, high, |t| self.near_end(t, low_side)) * 0.5 * high;
            sum += part;
            high *= 0.5;
            quiet = if part.abs() <= 1e-14 * f64::abs(sum) {
                quiet + 1
            } else {
                0
            };
            if quiet >= 3 || high < 1e-300 {
                break;
            }
        }
        sum
    }

    /// The quantile at distance `t` (a chance) from the low or the high end.
    pub(super) fn near_end(&self, t: f64, low_side: bool) -> f64 {
        if low_side {
            self.at(t, 1.0 - t)
        } else {
            self.at(1.0 - t, t)
        }
    }
}

/// The mean of `f` over [a, b] by the five-point Gauss-Legendre rule.
fn gauss(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    const NODES: [(f64, f64); 3] = [
        (0.0, 0.284_444_444_444_444_45),
        (0.538_469_310_105_683, 0.239_314_335_249_683_23),
        (0.906_179_845_938_664, 0.118_463_442_528_094_54),
    ];
    let (mid, half) = (0.5 * (a + b), 0.5 * (b - a));
    NODES.iter().fold(0.0, |sum, (x, w)| {
        let pair = if *x == 0.0 {
            f(mid)
        } else {
            f(mid - x * half) + f(mid + x * half)
        };
        sum + w * pair
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!(
            (got - want).abs() <= relative * want.abs(),
            "{got} is not {want}"
        );
    }

    #[test]
    fn truncated_means_match_closed_forms() {
        // Exponential above c: mean + c.
        let law = Law::Exponential { mean: 2.0 };
        let draw = Draw {
            min: Some(30.0),
            ..Draw::of(law)
        };
        close(draw.mean_estimate(), 32.0, 1e-9);
        let draw = Draw {
            min: Some(2.0),
            max: Some(3.0),
            ..Draw::of(Law::Uniform {
                low: 0.0,
                high: 9.0,
            })
        };
        close(draw.mean_estimate(), 2.5, 1e-12);
        // Geometric has no memory either.
        let draw = Draw {
            min: Some(10.5),
            ..Draw::of(Law::Geometric { mean: 4.0 })
        };
        close(draw.mean_estimate(), 14.0, 1e-9);
        let draw = Draw {
            min: Some(0.0),
            ..Draw::of(Law::Lomax {
                shape: 1.5,
                scale: 3.0,
            })
        };
        close(draw.mean_estimate(), 6.0, 1e-6);
        let draw = Draw {
            min: Some(0.0),
            ..Draw::of(Law::Lomax {
                shape: 0.9,
                scale: 3.0,
            })
        };
        assert_eq!(draw.mean_estimate(), f64::INFINITY);
    }

    #[test]
    fn bounds_hold_and_refuse() {
        let normal = Law::Normal { mean: 0.0, sd: 1.0 };
        let far = Draw {
            min: Some(5.0),
            max: Some(5.5),
            ..Draw::of(normal.clone())
        };
        assert_eq!(far.check(), Ok(()));
        assert!(far.quantile(0.5) > 5.0 && far.quantile(0.5) < 5.2);
        for (min, max) in [(2.0, 1.0), (50.0, 60.0), (f64::NAN, 1.0)] {
            let draw = Draw {
                min: Some(min),
                max: Some(max),
                ..Draw::of(normal.clone())
            };
            assert!(draw.check().is_err());
            draw.quantile(0.5);
            draw.mean_estimate();
        }
    }
}
