//! How the answer changes as use grows: every request so many times as large, in the same sessions
//! and hours, so that each multiple of today's use meets the same random numbers.
//!
//! What: for each contender the mean total over multiples m of today's use. A window of size L then
//! holds L/m of the work as it is, and what is charged is m times as much; fees stay. A switch-over
//! is where the lowest mean, with straight lines between the multiples that were played, goes over
//! to another plan; each is played again at the place found. Its interval is where the 95 % band of
//! the paired difference holds zero (Fieller's idea). Limits: multiples from the first to the last of
//! [`FACTORS`]; simulation error only, the sizes of windows and habits as the scenario draws them.
//! Example: without windows and hours, a fee of 100 against tokens for 50 a month meet at m = 2.

use crate::analysis::compare::CompareError;
use crate::analysis::numbers::{CONFIDENCE, HOURS, USD, spread};
use crate::analysis::summarise::AnalysisError;
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::series::Series;
use crate::stats::estimate::Estimate;
use crate::stats::mean;

use super::envelope::{self, Line};
use super::judge::{Contender, Wins, wins};
use super::ways::{self, Parts, Way, with_hours};

/// Multiples of today's use that are played.
pub const FACTORS: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Times that a switch-over is played again where it was found.
const LOOKS: usize = 2;
/// A switch-over is known when a multiple this near (relative) was played.
const NEAR: f64 = 0.02;

/// One contender at one multiple; amounts as in [`super::judge::Entry`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UseCell {
    pub cost_usd: f64,
    pub stopped_h: f64,
    pub total_usd: Estimate,
    /// Share of trials in which its total is least, ties shared; none where not all were played.
    pub cheapest: Option<Estimate>,
}

/// A multiple of today's use.
#[derive(Clone, Debug, PartialEq)]
pub struct UsePoint {
    pub factor: f64,
    /// By contender; none where it was not played.
    pub cells: Vec<Option<UseCell>>,
}

/// Another plan takes over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Switch {
    /// Contenders before and after.
    pub from: usize,
    pub to: usize,
    /// The multiple; an end of its interval is 0 or infinite where it lies outside what was played.
    pub at: f64,
    pub low: f64,
    pub high: f64,
}

/// The answer over use.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    /// Ascending by multiple.
    pub points: Vec<UsePoint>,
    /// The contender that costs least at the smallest multiple.
    pub first: usize,
    /// Ascending.
    pub switches: Vec<Switch>,
    /// List value of today's use.
    pub value_usd: f64,
    /// Trials of each point.
    pub trials: u64,
}

impl Growth {
    /// The contender with the least mean total at a point.
    pub fn lowest_at(&self, point: &UsePoint) -> Option<usize> {
        let cells = point.cells.iter().enumerate();
        cells
            .filter_map(|(i, c)| Some((i, c.as_ref()?.total_usd.value)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }
}

/// What is scaled.
pub struct Scale<'a> {
    pub contenders: &'a [Contender],
    pub experiments: &'a [Experiment],
    pub hour: Money,
    pub per: f64,
    pub trials: u64,
    pub value_usd: f64,
}

/// A contender at a multiple: its totals by trial.
struct Played {
    factor: f64,
    cost_usd: f64,
    stopped_h: f64,
    /// Its parts, where no request was refused or charged.
    calm: Option<Parts>,
    totals: Vec<i64>,
}

/// The curves of all contenders, each ascending by multiple.
type Curves = Vec<Vec<Played>>;

impl Scale<'_> {
    /// Plays the multiples and finds the switch-overs.
    pub fn grow(&self, series: &Series<'_>) -> Result<Growth, CompareError> {
        let able: Vec<usize> = (0..self.contenders.len())
            .filter(|i| self.contenders[*i].incomplete.is_none())
            .collect();
        let simulated = able.iter().filter(|i| self.is_simulated(**i)).count();
        series.plan((simulated * (FACTORS.len() - 1)) as u64 * self.trials);
        let mut curves: Curves = self.contenders.iter().map(|_| Vec::new()).collect();
        for factor in FACTORS.iter().rev() {
            for i in &able {
                let played = self.play(*i, *factor, &curves, series)?;
                curves[*i].insert(0, played);
            }
        }
        for _ in 0..LOOKS {
            for s in self.switches(&curves, &able) {
                let near = |p: &Played| (p.factor / s.at - 1.0).abs() < NEAR;
                if curves[s.from].iter().any(near) && curves[s.to].iter().any(near) {
                    continue;
                }
                for i in [s.from, s.to] {
                    if self.is_simulated(i) {
                        series.plan(self.trials);
                    }
                    let played = self.play(i, s.at, &curves, series)?;
                    curves[i].push(played);
                    curves[i].sort_by(|a, b| a.factor.total_cmp(&b.factor));
                }
            }
        }
        let switches = self.switches(&curves, &able);
        Ok(Growth {
            first: lowest(&curves, &able, FACTORS[0]),
            switches,
            points: self.points(&curves, &able),
            value_usd: self.value_usd,
            trials: self.trials,
        })
    }

    /// Without a window nothing but the amounts depends on the multiple.
    fn is_simulated(&self, i: usize) -> bool {
        self.contenders[i].way != Way::Paid
    }

    fn play(
        &self,
        i: usize,
        factor: f64,
        curves: &Curves,
        series: &Series<'_>,
    ) -> Result<Played, CompareError> {
        let c = &self.contenders[i];
        let n = usize::try_from(self.trials).unwrap_or(usize::MAX);
        let parts = if factor == 1.0 || !self.is_simulated(i) {
            c.parts.head(n)
        } else if let Some(calm) = self.calm(i, factor, curves) {
            calm
        } else {
            let exp = ways::scaled(&self.experiments[i], factor);
            let outcome = series.run(&exp, self.trials)?;
            Parts::read(&exp, &outcome, c.way)?
        };
        let cost = parts.cost(c.terms, factor)?;
        let totals = with_hours(&cost, &parts.stopped_ms, self.hour)?;
        if totals.is_empty() {
            return Err(AnalysisError::NoTrials.into());
        }
        Ok(Played {
            factor,
            cost_usd: spread(cost, USD * self.per).mean,
            stopped_h: spread(parts.stopped_ms.clone(), HOURS * self.per).mean,
            calm: parts.is_calm().then_some(parts),
            totals,
        })
    }

    /// What is known without playing it: where no request is refused, as large ones as these or larger
    /// ones, whoever would pay for them then, smaller ones are not refused either.
    fn calm(&self, i: usize, factor: f64, curves: &Curves) -> Option<Parts> {
        let own = |c: &Contender| c.plan == self.contenders[i].plan;
        let twins = self.contenders.iter().zip(curves).filter(|(c, _)| own(c));
        let mut larger = twins.flat_map(|(_, curve)| curve.iter().filter(|p| p.factor >= factor));
        larger.find_map(|p| p.calm.clone())
    }

    /// Where the plan with the least mean changes.
    fn switches(&self, curves: &Curves, able: &[usize]) -> Vec<Switch> {
        let mut places: Vec<f64> = able
            .iter()
            .flat_map(|i| curves[*i].iter().map(|p| p.factor))
            .collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let mut found = Vec::new();
        let mut now = lowest(curves, able, FACTORS[0]);
        for pair in places.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let lines: Vec<Line> = able
                .iter()
                .map(|i| {
                    let (from, to) = (mean_at(&curves[*i], a), mean_at(&curves[*i], b));
                    Line {
                        level: from,
                        slope: to - from,
                    }
                })
                .collect();
            for piece in envelope::lower(&lines, 1.0) {
                let next = able[piece.line];
                if self.contenders[next].plan != self.contenders[now].plan {
                    let at = a + piece.from * (b - a);
                    let band = band(&differences(&curves[now], &curves[next]), at);
                    found.push(Switch {
                        from: now,
                        to: next,
                        at,
                        low: band.0,
                        high: band.1,
                    });
                }
                now = next;
            }
        }
        found
    }

    fn points(&self, curves: &Curves, able: &[usize]) -> Vec<UsePoint> {
        let mut places: Vec<f64> = curves.iter().flatten().map(|p| p.factor).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
            .into_iter()
            .map(|factor| {
                let at = |i: usize| curves[i].iter().find(|p| p.factor == factor);
                let all: Vec<&[i64]> = able
                    .iter()
                    .filter_map(|i| Some(at(*i)?.totals.as_slice()))
                    .collect();
                let shares: Option<Vec<Wins>> = (all.len() == able.len()).then(|| wins(&all));
                let cell = |i: usize| {
                    let p = at(i)?;
                    let place = able.iter().position(|a| *a == i)?;
                    Some(UseCell {
                        cost_usd: p.cost_usd,
                        stopped_h: p.stopped_h,
                        total_usd: mean_usd(&p.totals, self.per),
                        cheapest: shares.as_ref().map(|s| s[place].share(p.totals.len())),
                    })
                };
                UsePoint {
                    factor,
                    cells: (0..curves.len()).map(cell).collect(),
                }
            })
            .collect()
    }
}

fn mean_usd(column: &[i64], per: f64) -> Estimate {
    let unit = USD * per;
    let all = |x: f64| Estimate {
        value: x,
        low: x,
        high: x,
        n: column.len() as u64,
    };
    mean::estimate(column, CONFIDENCE).map_or_else(
        || all(0.0),
        |e| Estimate {
            value: e.value / unit,
            low: e.low / unit,
            high: e.high / unit,
            n: e.n,
        },
    )
}

fn mean_of(totals: &[i64]) -> f64 {
    mean::estimate(totals, CONFIDENCE).map_or(0.0, |e| e.value / USD)
}

/// A curve's mean at a multiple, by a straight line between those that were played.
fn mean_at(curve: &[Played], factor: f64) -> f64 {
    let next = curve.partition_point(|p| p.factor < factor);
    let (Some(b), a) = (
        curve.get(next).or(curve.last()),
        curve.get(next.saturating_sub(1)),
    ) else {
        return f64::INFINITY;
    };
    let a = a.unwrap_or(b);
    if b.factor <= a.factor {
        return mean_of(&b.totals);
    }
    let t = ((factor - a.factor) / (b.factor - a.factor)).clamp(0.0, 1.0);
    let (from, to) = (mean_of(&a.totals), mean_of(&b.totals));
    from + (to - from) * t
}

/// Of those who can do the work, the one with the least mean; the first of equal ones.
fn lowest(curves: &Curves, able: &[usize], factor: f64) -> usize {
    let mean = |i: &usize| mean_at(&curves[*i], factor);
    able.iter()
        .copied()
        .min_by(|a, b| mean(a).total_cmp(&mean(b)))
        .unwrap_or(0)
}

/// Mean of `after − before` with its 95 % interval, where both were played.
fn differences(before: &[Played], after: &[Played]) -> Vec<(f64, [f64; 3])> {
    let pairs = before.iter().filter_map(|a| {
        let b = after.iter().find(|b| b.factor == a.factor)?;
        let d = mean::paired_difference(&b.totals, &a.totals, CONFIDENCE)?;
        Some((a.factor, [d.value, d.low, d.high]))
    });
    pairs.collect()
}

/// Where, around a place at which the mean difference falls through zero, its band holds zero: the
/// ends of the interval, by straight lines between the points; 0 or infinite where it never leaves.
pub fn band(points: &[(f64, [f64; 3])], at: f64) -> (f64, f64) {
    let cross = |a: (f64, f64), b: (f64, f64)| match (a.1 - b.1).abs() < f64::MIN_POSITIVE {
        true => a.0,
        false => a.0 + (b.0 - a.0) * (a.1 / (a.1 - b.1)).clamp(0.0, 1.0),
    };
    let value = |k: usize, x: f64| -> f64 {
        let next = points.partition_point(|p| p.0 < x);
        let b = points.get(next).or(points.last());
        let a = points.get(next.saturating_sub(1)).or(b);
        let (Some(a), Some(b)) = (a, b) else {
            return 0.0;
        };
        if b.0 <= a.0 {
            return b.1[k];
        }
        a.1[k] + (b.1[k] - a.1[k]) * ((x - a.0) / (b.0 - a.0)).clamp(0.0, 1.0)
    };
    // To the left the lower end of the band rises above zero, to the right the upper end falls below.
    let mut low = (0.0, (at, value(1, at)));
    for p in points.iter().rev().filter(|p| p.0 < at) {
        let here = (p.0, p.1[1]);
        if here.1 > 0.0 {
            low.0 = if low.1.1 > 0.0 {
                low.1.0
            } else {
                cross(here, low.1)
            };
            break;
        }
        low.1 = here;
    }
    let mut high = (f64::INFINITY, (at, value(2, at)));
    for p in points.iter().filter(|p| p.0 > at) {
        let here = (p.0, p.1[2]);
        if here.1 < 0.0 {
            high.0 = if high.1.1 < 0.0 {
                high.1.0
            } else {
                cross(high.1, here)
            };
            break;
        }
        high.1 = here;
    }
    (low.0.min(at), high.0.max(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_band_by_hand() {
        // Falls from 4 to −4 with a band of 2 on either side.
        let points = [(1.0, [4.0, 2.0, 6.0]), (5.0, [-4.0, -6.0, -2.0])];
        assert_eq!(band(&points, 3.0), (2.0, 4.0));
        let wide = [(1.0, [4.0, -2.0, 16.0]), (5.0, [-4.0, -16.0, 2.0])];
        assert_eq!(band(&wide, 3.0), (0.0, f64::INFINITY));
        assert_eq!(band(&[], 3.0), (0.0, f64::INFINITY));
    }

    proptest! {
        /// Of a difference that falls, with a band of any width, the interval holds the crossing, and a
        /// narrower band has a narrower interval.
        #[test]
        fn bands_hold_the_crossing(
            steps in prop::collection::vec((0.1f64..2.0, 0.1f64..5.0), 3..9),
            width in 0.0f64..8.0,
        ) {
            let (mut x, mut y) = (0.1, 10.0);
            let mut points = Vec::new();
            for (dx, dy) in steps {
                points.push((x, [y, y - width, y + width]));
                x += dx;
                y -= dy * 4.0;
            }
            points.push((x, [-40.0, -40.0 - width, -40.0 + width]));
            let next = points.iter().position(|p| p.1[0] <= 0.0).unwrap();
            let (a, b) = (points[next - 1], points[next]);
            let at = a.0 + (b.0 - a.0) * a.1[0] / (a.1[0] - b.1[0]);
            let wide = band(&points, at);
            prop_assert!(wide.0 <= at && at <= wide.1, "{:?} {}", wide, at);
            let halved: Vec<_> = points
                .iter()
                .map(|(x, d)| (*x, [d[0], d[0] - width / 2.0, d[0] + width / 2.0]))
                .collect();
            let narrow = band(&halved, at);
            prop_assert!(wide.0 <= narrow.0 + 1e-9 && narrow.1 <= wide.1 + 1e-9, "{:?} {:?}", wide, narrow);
        }
    }
}
