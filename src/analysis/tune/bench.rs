//! The engine as a player of settings.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::answer::{self, Causes};
use super::grid;
use super::race::Players;
use super::score::{Reader, Score, WIDTH};
use super::setting::Candidate;
use super::{Effort, TuneError};
use crate::account::spec::{Access, AutoReload, WalletSpec};
use crate::analysis::metric::Statistic;
use crate::analysis::numbers::CONFIDENCE;
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Layout};
use crate::engine::policies::{Job, Policies};
use crate::engine::run::Prepared;
use crate::stats::estimate::Estimate;
use crate::stats::quantile;

/// Trials that say how much is used, before the search.
const PILOT: u64 = 256;

/// What the wallet would have to pay if it never refused.
pub fn pilot(
    exp: &Experiment,
    prepared: &Prepared<'_>,
    effort: &Effort<'_>,
) -> Result<grid::Use, TuneError> {
    let full = WalletSpec {
        access: Access::On,
        balance: Money::usd(4_000_000),
        monthly_limit: None,
        member_limit: None,
        daily_limit: None,
        auto_reload: None,
        ..exp.account.wallet.clone()
    };
    let layout = Layout::new(exp.account.windows.len() + 1, exp.months.len());
    let policies = Policies::new(exp, [full]);
    let scores = prepared.panel(&policies, exp.seed).score(&Job {
        trials: 0..PILOT,
        policies: &[0],
        threads: effort.threads,
        progress: &|_| {},
        stop: effort.stop,
        read: &|row, out| {
            let months = (0..layout.months).map(|m| row[layout.at(Field::Extra(m))]);
            out.push(months.max().unwrap_or(0));
        },
    })?;
    let mut dearest = scores.numbers.into_iter().next().unwrap_or_default();
    if dearest.is_empty() {
        return Err(TuneError::Interrupted);
    }
    dearest.sort_unstable();
    let at = |p: f64| quantile::quantile(&dearest, p).unwrap_or(0);
    Ok(grid::Use {
        p90: Money(at(0.90)),
        p99: Money(at(0.99)),
    })
}

/// The engine as a player of settings.
pub struct Bench<'b, 'e> {
    pub prepared: &'b Prepared<'e>,
    pub policies: Policies,
    pub reader: &'b Reader<'b>,
    pub effort: &'b Effort<'b>,
    /// Trials of settings so far, and those that surely come after the present ones.
    pub done: AtomicU64,
    pub ahead: u64,
}

impl Players for Bench<'_, '_> {
    type Error = TuneError;

    fn play(
        &self,
        settings: &[usize],
        seed: u64,
        trials: Range<u64>,
    ) -> Result<Vec<Vec<Score>>, TuneError> {
        let each = settings.len() as u64;
        let before = self.done.load(Ordering::Relaxed);
        let planned = before + each * (trials.end - trials.start) + self.ahead;
        let panel = self.prepared.panel(&self.policies, seed);
        let scores = panel.score(&Job {
            policies: settings,
            threads: self.effort.threads,
            progress: &|n| (self.effort.progress)(before + n * each, planned),
            stop: self.effort.stop,
            read: &|row, out| self.reader.read(row, out),
            trials,
        })?;
        self.done
            .store(before + scores.trials * each, Ordering::Relaxed);
        Ok(scores
            .numbers
            .iter()
            .map(|n| n.chunks_exact(WIDTH).map(Score::of).collect())
            .collect())
    }
}

/// What a setting's risk would be without declined payments, and without cap and limit.
pub fn causes(
    exp: &Experiment,
    prepared: &Prepared<'_>,
    reader: &Reader<'_>,
    candidate: &Candidate,
    effort: &Effort<'_>,
    (seed, trials): (u64, u64),
) -> Result<Option<Causes>, TuneError> {
    let wallet = candidate.wallet(&exp.account.wallet);
    let Some(auto) = &wallet.auto_reload else {
        return Ok(None);
    };
    let reload = |change: &dyn Fn(&mut AutoReload)| {
        let mut auto = auto.clone();
        change(&mut auto);
        WalletSpec {
            auto_reload: Some(auto),
            ..wallet.clone()
        }
    };
    let paid = reload(&|a| a.decline = 0.0);
    let free = WalletSpec {
        monthly_limit: None,
        ..reload(&|a| a.cap = None)
    };
    let wanted = [
        auto.decline > 0.0,
        auto.cap.is_some() || wallet.monthly_limit.is_some(),
    ];
    let bench = Bench {
        prepared,
        policies: Policies::new(exp, [wallet.clone(), paid, free]),
        reader,
        effort,
        done: AtomicU64::new(0),
        ahead: 0,
    };
    let which: Vec<usize> = [(0, true), (1, wanted[0]), (2, wanted[1])]
        .iter()
        .filter(|w| w.1)
        .map(|w| w.0)
        .collect();
    let scores = bench.play(&which, seed, 0..trials)?;
    if scores.iter().any(Vec::is_empty) {
        return Ok(None);
    }
    let of = |k: usize| -> Option<Estimate> {
        let at = which.iter().position(|w| *w == k)?;
        Some(risk_of(reader, &scores[at]))
    };
    Ok(of(0).map(|risk| Causes {
        of: 0,
        risk,
        without_declines: of(1),
        without_limits: of(2),
        decline: auto.decline,
        retry_h: auto.retry.as_hours(),
    }))
}

/// The required number if it is a probability, else that of being stopped by the wallet.
fn risk_of(reader: &Reader<'_>, scores: &[Score]) -> Estimate {
    match reader.accept() {
        Some(m) if matches!(m.statistic, Statistic::Share | Statistic::Ratio) => {
            let cases: Vec<_> = scores.iter().map(|s| s.accept).collect();
            m.estimate(&cases, true, CONFIDENCE)
        }
        _ => answer::stopped(scores),
    }
}
