//! Does a preset behave like the people it stands for? Simulated quantities beside observed ones.

use crate::catalog::observed::{Observed, Quantity};
use crate::engine::experiment::Experiment;
use crate::engine::run::{EngineError, Prepared};
use crate::stats::quantile::quantile;

use super::realism_watch::{Collector, Of, SERIES};

/// Trials in one piece of work of a thread.
const PIECE: u64 = 20;
/// Largest distance of a median or share from the observed one, relative.
const MEDIAN_WITHIN: f64 = 0.15;
/// Largest distance of a 90th percentile.
const P90_WITHIN: f64 = 0.25;

/// What was simulated.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// Sorted values of each series.
    series: Vec<Vec<f32>>,
    shares: Vec<(&'static str, f64)>,
    /// Means that the catalogue's comparisons need: hours of a session that is open, dollars of it.
    pub session_hours: f64,
    pub session_usd: f64,
}

/// A figure of one kind on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub simulated: f64,
    pub observed: Option<f64>,
    /// 90 % interval of the observed figure, where it is known.
    pub doubt: Option<(f64, f64)>,
}

impl Pair {
    /// Simulated over observed.
    pub fn ratio(&self) -> Option<f64> {
        let observed = self.observed.filter(|x| *x > 0.0)?;
        Some(self.simulated / observed)
    }

    fn within(&self, tolerance: f64) -> bool {
        self.ratio()
            .is_none_or(|r| (r - 1.0).abs() <= tolerance + 1e-9)
    }

    /// Whether the observed figure may as well be the simulated one, for all that was seen of it.
    fn may_be(&self) -> bool {
        self.doubt
            .is_some_and(|(low, high)| low <= self.simulated && self.simulated <= high)
    }
}

/// One quantity compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    pub label: String,
    pub p10: Option<Pair>,
    /// The median, or the share in percent.
    pub median: Pair,
    pub p90: Option<Pair>,
    /// Mean, which the catalogue has not.
    pub mean: Option<Pair>,
    /// Whether median (15 %) and 90th percentile (25 %) are near enough.
    pub ok: bool,
    /// Whether what is not near enough lies within the 90 % interval of the observed figure: too
    /// little was seen to call it a miss.
    pub unsure: bool,
    /// Why it is not, where that is known.
    pub why: Option<String>,
}

/// Simulates an experiment of one actor and takes its measures.
///
/// # Errors
/// As a run.
pub fn measure(exp: &Experiment, trials: u64, threads: usize) -> Result<Simulated, EngineError> {
    let pieces = trials.div_ceil(PIECE);
    let threads = threads.clamp(1, 64) as u64;
    let prepared = Prepared::new(exp);
    let work = |thread: u64| -> Result<Collector, EngineError> {
        let mut all = Collector::new(exp);
        for piece in (thread..pieces).step_by(threads as usize) {
            let range = piece * PIECE..((piece + 1) * PIECE).min(trials);
            prepared.watch(range, &mut all, Collector::end_trial)?;
        }
        Ok(all)
    };
    let results: Vec<Option<Result<Collector, EngineError>>> = std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = (1..threads).map(|t| scope.spawn(move || work(t))).collect();
        let mut all = vec![Some(work(0))];
        all.extend(others.into_iter().map(|t| t.join().ok()));
        all
    });
    let mut all = Collector::new(exp);
    for result in results.into_iter().flatten() {
        all.merge(result?);
    }
    Ok(all.finish())
}

impl Simulated {
    pub(super) fn new(
        mut series: Vec<Vec<f32>>,
        shares: Vec<(&'static str, f64)>,
        session_hours: f64,
        session_usd: f64,
    ) -> Simulated {
        // Sorted, so that the order of threads leaves no trace.
        for values in &mut series {
            values.sort_unstable_by(f32::total_cmp);
        }
        Simulated {
            series,
            shares,
            session_hours,
            session_usd,
        }
    }

    /// A quantile of a series; `None` without values or for an unknown name.
    pub fn quantile(&self, id: &str, p: f64) -> Option<f64> {
        let at = SERIES.iter().position(|s| s.1 == id)?;
        quantile(self.series.get(at)?, p).map(f64::from)
    }

    /// The mean of a series.
    pub fn mean(&self, id: &str) -> Option<f64> {
        let at = SERIES.iter().position(|s| s.1 == id)?;
        let values = self.series.get(at).filter(|v| !v.is_empty())?;
        Some(values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len() as f64)
    }

    /// A share, 0 to 1.
    pub fn share(&self, id: &str) -> Option<f64> {
        self.shares.iter().find(|s| s.0 == id).map(|s| s.1)
    }

    /// Every quantity beside the observed one, in the order of the catalogue. `fitted`: whether the
    /// observed people are those the preset stands for; else they are left out.
    pub fn compare(&self, observed: &Observed, fitted: bool) -> Vec<Row> {
        let rows = observed.quantities.iter();
        rows.filter_map(|q| self.row(q, fitted)).collect()
    }

    fn row(&self, q: &Quantity, fitted: bool) -> Option<Row> {
        let seen = |x: Option<f64>| if fitted { x } else { None };
        let percent = |(low, high)| (100.0 * low, 100.0 * high);
        let (p10, median, p90) = match q.share {
            Some(share) => {
                let simulated = 100.0 * self.share(&q.id)?;
                let observed = seen(Some(100.0 * share));
                (
                    None,
                    Pair {
                        simulated,
                        observed,
                        doubt: q.doubt.median.map(percent),
                    },
                    None,
                )
            }
            None => {
                let pair = |p, x: Option<f64>, doubt| {
                    self.quantile(&q.id, p).map(|simulated| Pair {
                        simulated,
                        observed: seen(x),
                        doubt,
                    })
                };
                (
                    pair(0.1, q.p10, None),
                    pair(0.5, q.median, q.doubt.median)?,
                    pair(0.9, q.p90, q.doubt.p90),
                )
            }
        };
        let ok = median.within(MEDIAN_WITHIN) && p90.is_none_or(|p| p.within(P90_WITHIN));
        let sure = |p: Pair, tolerance| !p.within(tolerance) && !p.may_be();
        let missed = sure(median, MEDIAN_WITHIN) || p90.is_some_and(|p| sure(p, P90_WITHIN));
        let mean = q.mean.and_then(|mean| {
            Some(Pair {
                simulated: self.mean(&q.id)?,
                observed: seen(Some(mean)),
                doubt: None,
            })
        });
        Some(Row {
            id: q.id.clone(),
            label: q.label.clone(),
            p10,
            median,
            p90,
            mean,
            ok,
            unsure: !ok && !missed,
            why: q.why.clone(),
        })
    }
}

/// Whether a name is a quantity that can be measured.
pub fn known(id: &str) -> bool {
    SERIES.iter().any(|s| s.1 == id) || Of::SHARES.contains(&id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_observed_quantity_can_be_measured() {
        for q in &Observed::embedded().quantities {
            assert!(known(&q.id), "{}", q.id);
        }
    }

    #[test]
    fn tolerances_are_relative() {
        let pair = |simulated| Pair {
            simulated,
            observed: Some(100.0),
            doubt: Some((70.0, 130.0)),
        };
        assert!(pair(129.0).may_be() && !pair(131.0).may_be());
        assert!(pair(115.0).within(0.15) && pair(85.0).within(0.15));
        assert!(!pair(116.0).within(0.15) && !pair(84.0).within(0.15));
    }
}
