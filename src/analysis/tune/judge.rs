//! Whether a setting meets what is required, and whether one is better than another.

use super::score::Score;
use crate::analysis::metric::{Measure, Statistic};
use crate::analysis::numbers::Sorted;
use crate::base::special::student_two_sided;
use crate::engine::require::{Op, Requirement};
use crate::stats::estimate::Estimate;
use crate::stats::mean::Sums;

/// A number is known finely when half its interval is at most this share of the limit.
const FINE: f64 = 0.05;
/// Groups of trials by which the error of a quantile or a ratio is found.
const GROUPS: usize = 20;

/// What can be said about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The whole interval meets it.
    Meets,
    /// The interval holds the limit, and is narrow: within a twentieth of it one way or the other.
    OnTheLine,
    /// The interval holds the limit, and is wide.
    CannotTell,
    /// No value of the interval meets it.
    Misses,
}

impl State {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            State::Meets => "meets",
            State::OnTheLine => "on_the_line",
            State::CannotTell => "cannot_tell",
            State::Misses => "misses",
        }
    }

    /// Whether a setting in this state may be recommended.
    pub fn will_do(self) -> bool {
        matches!(self, State::Meets | State::OnTheLine)
    }
}

/// What settings are judged by.
#[derive(Clone, Debug)]
pub struct Judge {
    pub aim: Measure,
    pub accept: Option<(Requirement, Measure)>,
    /// A difference of the aim that does not matter, in its unit.
    pub delta: f64,
}

impl Judge {
    /// What is required, with its exact interval; none if nothing is.
    pub fn required(&self, scores: &[Score], confidence: f64) -> Option<Estimate> {
        let (_, measure) = self.accept.as_ref()?;
        let cases: Vec<_> = scores.iter().map(|s| s.accept).collect();
        Some(measure.estimate(&cases, true, confidence))
    }

    /// The state of a setting whose required number is this.
    pub fn state_of(&self, found: Option<&Estimate>) -> State {
        let (Some((requirement, _)), Some(e)) = (&self.accept, found) else {
            return State::Meets;
        };
        let ends = [e.low, e.high].map(|x| requirement.holds(x));
        match ends {
            [true, true] => State::Meets,
            [false, false] if !requirement.holds(e.value) => State::Misses,
            _ if e.half_width() <= FINE * requirement.value.abs() => State::OnTheLine,
            _ => State::CannotTell,
        }
    }

    /// The state after some trials.
    pub fn state(&self, scores: &[Score], confidence: f64) -> State {
        self.state_of(self.required(scores, confidence).as_ref())
    }

    /// Whether trials can ever show that the requirement is met: that something never happens they
    /// cannot.
    pub fn can_be_known(&self) -> bool {
        let limit = self.accept.as_ref().map(|(r, _)| r);
        limit.is_none_or(|r| !(matches!(r.op, Op::AtMost | Op::Below) && r.value <= 0.0))
    }

    /// Larger is worse: a required number, or its negative where more is wanted.
    pub fn badness(&self, value: f64) -> f64 {
        match self.accept.as_ref().map(|(r, _)| r.op) {
            Some(Op::AtLeast | Op::Above) => -value,
            _ => value,
        }
    }

    /// What is minimised.
    pub fn aim(&self, scores: &[Score], confidence: f64) -> Estimate {
        let cases: Vec<_> = scores.iter().map(|s| s.aim).collect();
        self.aim.estimate(&cases, false, confidence)
    }

    /// How much more of the aim a setting has than another, on the same trials: with the interval
    /// of pairs. Where it is a mean, of the differences of single trials; else of the values that
    /// stand in for trials when groups of them are left out one by one (the jackknife: G times the
    /// whole less G − 1 times the rest).
    pub fn difference(&self, a: &[Score], b: &[Score], confidence: f64) -> Estimate {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        let unit = self.aim.unit;
        if matches!(self.aim.statistic, Statistic::Mean | Statistic::Share) {
            let mut sums = Sums::default();
            for (x, y) in a.iter().zip(b) {
                sums.add(i128::from(x.aim.0) - i128::from(y.aim.0));
            }
            let e = sums.estimate(confidence);
            return e.map_or(unknown(n), |e| Estimate {
                value: e.value / unit,
                low: e.low / unit,
                high: e.high / unit,
                n: e.n,
            });
        }
        let (x, y) = (self.stand_ins(a), self.stand_ins(b));
        let apart: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
        spread(&apart, confidence, n)
    }

    fn stand_ins(&self, scores: &[Score]) -> Vec<f64> {
        let groups = GROUPS.min(scores.len());
        let whole = self.plain(scores, usize::MAX, groups);
        let g = groups as f64;
        (0..groups)
            .map(|group| g * whole - (g - 1.0) * self.plain(scores, group, groups))
            .collect()
    }

    /// The aim without one group of trials.
    fn plain(&self, scores: &[Score], without: usize, groups: usize) -> f64 {
        let kept = scores
            .iter()
            .enumerate()
            .filter(|(i, _)| i % groups != without);
        let cases = kept.map(|(_, s)| s.aim);
        let unit = self.aim.unit;
        match self.aim.statistic {
            Statistic::Quantile(p) => {
                Sorted::new(cases.map(|c| c.0).collect()).quantile(p) as f64 / unit
            }
            _ => {
                let (hits, of) = cases.fold((0i128, 0i128), |sum, c| {
                    (sum.0 + i128::from(c.0), sum.1 + i128::from(c.1))
                });
                hits as f64 / of.max(1) as f64 / unit
            }
        }
    }
}

fn unknown(n: usize) -> Estimate {
    Estimate {
        value: 0.0,
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        n: n as u64,
    }
}

/// The mean of a few values with Student's interval.
fn spread(values: &[f64], confidence: f64, n: usize) -> Estimate {
    let g = values.len() as f64;
    if values.len() < 2 {
        return unknown(n);
    }
    let mean = values.iter().sum::<f64>() / g;
    let around: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let se = (around / (g - 1.0) / g).sqrt();
    let half = if se > 0.0 {
        se * student_two_sided(confidence, g - 1.0)
    } else {
        0.0
    };
    Estimate {
        value: mean,
        low: mean - half,
        high: mean + half,
        n: n as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(accept: &str, aim: Statistic) -> Judge {
        Judge {
            aim: Measure {
                statistic: aim,
                unit: 1.0,
            },
            accept: Some((
                accept.parse().unwrap(),
                Measure {
                    statistic: Statistic::Share,
                    unit: 1.0,
                },
            )),
            delta: 0.5,
        }
    }

    fn months(n: i64, hits: i64) -> Vec<Score> {
        (0..n)
            .map(|i| Score {
                aim: (i * 7_919 % 1_000, 1),
                accept: (i64::from(i < hits), 1),
                ..Score::default()
            })
            .collect()
    }

    #[test]
    fn four_states() {
        let judge = judge("p_blocked <= 2 %", Statistic::Mean);
        let state = |n, hits| judge.state(&months(n, hits), 0.95);
        assert_eq!(state(1_000, 8), State::Meets);
        assert_eq!(state(1_000, 18), State::CannotTell);
        assert_eq!(state(1_000, 40), State::Misses);
        assert_eq!(state(400_000, 8_010), State::OnTheLine);
        // Nothing seen in few trials is no proof.
        assert_eq!(state(100, 0), State::CannotTell);
        assert_eq!(state(200, 0), State::Meets);
    }

    #[test]
    fn pairs_of_means_and_of_quantiles() {
        let a = months(2_000, 0);
        let b: Vec<Score> = a
            .iter()
            .map(|s| Score {
                aim: (s.aim.0 + 30, 1),
                ..*s
            })
            .collect();
        for statistic in [
            Statistic::Mean,
            Statistic::Quantile(0.5),
            Statistic::Quantile(0.9),
        ] {
            let judge = judge("p_blocked <= 2 %", statistic);
            let d = judge.difference(&b, &a, 0.95);
            assert!(
                (d.value - 30.0).abs() < 1e-9 && d.half_width() < 1e-9,
                "{statistic:?} {d:?}"
            );
        }
        let judge = judge("p_blocked <= 2 %", Statistic::Quantile(0.5));
        let other: Vec<Score> = a.iter().rev().copied().collect();
        let d = judge.difference(&other, &a, 0.95);
        assert!(d.low <= 0.0 && d.high >= 0.0, "{d:?}");
        assert!(judge.difference(&[], &[], 0.95).high.is_infinite());
    }
}
