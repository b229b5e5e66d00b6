//! Sessions of a crowded day are shorter.
//!
//! What: a factor on the prompts of a session. Symbols: x the sessions of its day, before the factors
//! of volume and drift; β the crowding, 0 to 1; k a constant. Formula: f(x) = k·x^(−β), where k is such
//! that the prompts of all sessions have the mean they would have without it. Limits: with β = 0 the
//! length of sessions does not know how many there are; with β = 1 a day has as many prompts, whatever
//! its sessions. A session keeps at least one prompt. Source: in the daily logs of eleven people β is
//! 0.2 to 0.5 for ten. Example: with β = 0.3 each of twice as many sessions has 2^(−0.3) = 0.81 of the
//! prompts, so that the day has 1.62 times as many and not twice.

use crate::base::table::{Sampler, nearest};

/// Quantiles of which the means are made.
const SESSIONS: u32 = 128;
const PROMPTS: u32 = 256;
/// Halvings of the range in which k is looked for.
const HALVINGS: u32 = 40;

/// The factor, compiled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    exponent: f64,
    scale: f64,
}

/// Words in the middle of equal parts.
fn words(parts: u32) -> impl Iterator<Item = u32> {
    let width = (1u64 << 32) / u64::from(parts);
    (0..u64::from(parts)).map(move |i| (i * width + width / 2) as u32)
}

/// The prompts of a session: the drawn number times a factor, a whole number from 1.
pub fn prompts(drawn: f64, factor: f64) -> i64 {
    nearest(drawn * factor).max(1)
}

impl Crowd {
    /// Finds k. `sessions` is called with the words of days.
    pub fn new(exponent: f64, sessions: impl Fn(u32) -> f64, law: &Sampler) -> Crowd {
        let days: Vec<f64> = words(SESSIONS).map(|w| sessions(w).max(0.0)).collect();
        let drawn: Vec<f64> = words(PROMPTS).map(|w| law.sample(w)).collect();
        let mean = |factor: f64| {
            drawn
                .iter()
                .map(|p| prompts(*p, factor) as f64)
                .sum::<f64>()
        };
        let total = |scale: f64| {
            let crowd = Crowd { exponent, scale };
            let day = |x: &f64| x * mean(crowd.factor(*x));
            days.iter().map(day).sum::<f64>()
        };
        let wanted = days.iter().sum::<f64>() * mean(1.0);
        if wanted <= 0.0 {
            // So few sessions that hardly a day has one: none is crowded.
            let scale = 1.0;
            return Crowd { exponent, scale };
        }
        let most = days.iter().copied().fold(1.0, f64::max);
        let (mut low, mut high) = (0.0, libm::pow(most, exponent));
        for _ in 0..HALVINGS {
            let scale = 0.5 * (low + high);
            if total(scale) < wanted {
                low = scale;
            } else {
                high = scale;
            }
        }
        Crowd {
            exponent,
            scale: high,
        }
    }

    /// The factor on a day that was drawn with `x` sessions.
    pub fn factor(&self, x: f64) -> f64 {
        self.scale * libm::pow(x.max(1.0), -self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::law::{Draw, Law};
    use crate::base::stream::{Purpose, Stream};

    fn sampler(law: Law) -> Sampler {
        Sampler::compile(&Draw::of(law))
    }

    #[test]
    fn equal_days_change_nothing() {
        let law = sampler(Law::Constant(7.0));
        let crowd = Crowd::new(0.5, |_| 4.0, &law);
        let all = prompts(7.0, crowd.factor(4.0));
        assert_eq!(all, 7);
    }

    #[test]
    fn rare_sessions_keep_their_prompts() {
        let law = sampler(Law::Constant(7.0));
        let crowd = Crowd::new(0.5, |_| 0.0, &law);
        assert_eq!(prompts(7.0, crowd.factor(1.0)), 7);
    }

    #[test]
    fn the_mean_is_kept_and_days_differ_less() {
        let sessions = sampler(Law::LogNormal {
            mu: 1.0,
            sigma: 0.9,
        });
        let law = sampler(Law::Weibull {
            shape: 0.7,
            scale: 5.0,
        });
        let day = |w: u32| libm::ceil(sessions.sample(w)).max(1.0);
        let crowd = Crowd::new(0.4, day, &law);
        let mut rng = Stream::open(3, Purpose::Calendar, 0, 0, 0);
        let (mut with, mut without, mut all) = (0.0, 0.0, 0.0);
        let mut squares = (0.0, 0.0);
        for _ in 0..40_000 {
            let x = day(rng.word());
            let (mut a, mut b) = (0.0, 0.0);
            for _ in 0..x as u32 {
                let drawn = law.sample(rng.word());
                a += prompts(drawn, crowd.factor(x)) as f64;
                b += prompts(drawn, 1.0) as f64;
            }
            all += x;
            (with, without) = (with + a, without + b);
            squares = (squares.0 + a * a, squares.1 + b * b);
        }
        assert!((with / without - 1.0).abs() < 0.03, "{}", with / without);
        assert!(squares.0 < 0.8 * squares.1, "{squares:?} over {all}");
    }

    /// With β = 1 the prompts of a day do not depend on its sessions.
    #[test]
    fn full_crowding_shares_the_day_out() {
        let law = sampler(Law::Constant(100.0));
        let day = |w: u32| if w < 1 << 31 { 2.0 } else { 10.0 };
        let crowd = Crowd::new(1.0, day, &law);
        let whole = |x: f64| x * crowd.factor(x) * 100.0;
        assert!((whole(2.0) - whole(10.0)).abs() < 1e-9);
        assert!((whole(2.0) - 600.0).abs() < 12.0, "{}", whole(2.0));
    }
}
