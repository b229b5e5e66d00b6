//! Which auto-reload setting: threshold, amount, cap and spend limit.
//!
//! Read `race` (how settings are compared), `judge` (when one meets what is required), `answer`
//! (what is said about each). The search runs on the scenario's seed; every number of the answer
//! comes from another one, so that the winner is not the one that was lucky in the search. Both are
//! ordinary seeds: a run of the scenario with the setting and that seed gives the same numbers.

pub mod answer;
pub mod grid;
pub mod judge;
pub mod race;
pub mod score;
mod sentences;
pub mod setting;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::account::spec::{Access, AutoReload, Funding, WalletSpec};
use crate::analysis::metric::NoSuchNumber;
use crate::analysis::numbers::CONFIDENCE;
use crate::analysis::summarise::About;
use crate::base::money::Money;
use crate::base::stream::mix;
pub use crate::engine::aim::{Aim, Prices};
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Layout};
use crate::engine::policies::{Job, Policies};
use crate::engine::require::{Metric, Op, Requirement};
use crate::engine::run::{EngineError, Prepared};
use crate::stats::estimate::Estimate;
pub use answer::{Causes, Entry, Standing, Tuned};
pub use grid::Lists;
pub use judge::{Judge, State};
use race::{FIRST, Players, race};
use score::{Reader, Score, WIDTH};
pub use sentences::{limits, notes, number, percent, sentences};
pub use setting::{Candidate, Origin, Setting};

/// Trials that say how much is used, before the search.
const PILOT: u64 = 256;
/// The risk that is accepted where nobody names a risk or a price of being stopped.
const USUAL_RISK: f64 = 0.02;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub lists: Lists,
    pub accept: Option<Requirement>,
    pub aim: Aim,
    /// A difference of the aim that does not matter.
    pub delta: f64,
    /// Trials of each setting that is left in the end.
    pub trials: u64,
    pub budget: Option<Money>,
    /// Least distance of target and threshold that the vendor takes.
    pub min_gap: Option<Money>,
}

/// How it is run.
pub struct Effort<'a> {
    pub threads: usize,
    /// Told from time to time: trials of settings done, and planned so far.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Set to end early with what is done.
    pub stop: &'a AtomicBool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TuneError {
    /// This scenario has nothing to tune; the text says why and what to do.
    Nothing(String),
    Number(NoSuchNumber),
    Engine(EngineError),
    /// Before a single block of trials was scored again.
    Interrupted,
}

impl std::fmt::Display for TuneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TuneError::Nothing(why) => f.write_str(why),
            TuneError::Number(e) => f.write_str(&e.0),
            TuneError::Engine(e) => e.fmt(f),
            TuneError::Interrupted => f.write_str("interrupted before there was an answer"),
        }
    }
}

impl std::error::Error for TuneError {}

impl From<EngineError> for TuneError {
    fn from(e: EngineError) -> TuneError {
        TuneError::Engine(e)
    }
}

/// The seed of the second scoring: another one, of at most nine digits so that it can be typed.
pub fn fresh_seed(seed: u64) -> u64 {
    let fresh = mix(seed ^ 0x7475_6e65) % 1_000_000_000;
    if fresh == seed { fresh + 1 } else { fresh }
}

/// Searches and answers.
///
/// # Errors
/// When the wallet has nothing to tune, a metric is none of this scenario, a trial cannot be played,
/// or it was interrupted too early.
pub fn tune(
    exp: &Experiment,
    about: &About,
    question: &Question,
    effort: &Effort<'_>,
) -> Result<Tuned, TuneError> {
    check(&exp.account.wallet)?;
    // Nobody looks at a timeline here.
    let quiet = Experiment {
        steps: Vec::new(),
        ..exp.clone()
    };
    let (accept, accept_is_usual) = risk(question);
    let reader = Reader::new(&quiet, &question.aim, accept.as_ref(), question.budget)
        .map_err(TuneError::Number)?;
    let judge = Judge {
        aim: reader.aim(),
        accept: accept.clone().zip(reader.accept()),
        delta: question.delta,
    };
    let prepared = Prepared::new(&quiet);
    let used = pilot(&quiet, &prepared, effort)?;
    let base = &exp.account.wallet;
    let candidates = grid::candidates(&question.lists, base, used, question.min_gap);
    let listed: Vec<usize> = (0..candidates.len())
        .filter(|i| candidates[*i].origin.listed)
        .collect();
    check_count(listed.len())?;
    let bench = Bench {
        prepared: &prepared,
        policies: Policies::new(&quiet, candidates.iter().map(|c| c.wallet(base))),
        reader: &reader,
        effort,
        done: AtomicU64::new(0),
        ahead: listed.len() as u64 * FIRST.min(question.trials),
    };
    let fresh = fresh_seed(quiet.seed);
    let raced = race(
        &bench,
        &listed,
        &judge,
        quiet.seed,
        (question.trials / 2).max(1),
    )?;
    let scored = rescore(&bench, &candidates, &raced.left, fresh, question.trials)?;
    let mut searched = vec![0; candidates.len()];
    for (i, n) in listed.iter().zip(&raced.trials) {
        searched[*i] = *n;
    }
    let entries: Vec<Entry> = candidates
        .iter()
        .zip(&scored)
        .zip(&searched)
        .map(|((c, scores), n)| answer::entry(c, *n, scores, &judge))
        .collect();
    let chosen = answer::choose(&raced.left, &entries, &judge);
    let of = chosen.or(raced.left.first().copied()).unwrap_or(0);
    let causes = causes(&quiet, &prepared, &reader, &candidates[of], effort, {
        let n = scored[of].len() as u64;
        (fresh, n)
    })?;
    let trials = scored[of].len() as u64;
    let (entries, causes) = arranged(entries, &scored, chosen, of, causes, &judge);
    Ok(Tuned {
        about: about.clone(),
        seed: quiet.seed,
        fresh_seed: fresh,
        trials,
        partial: raced.interrupted || trials < question.trials,
        accept,
        accept_is_usual,
        aim: question.aim.clone(),
        delta: question.delta,
        entries,
        needed: used.p99,
        causes,
    })
}

fn check(wallet: &WalletSpec) -> Result<(), TuneError> {
    let nothing = |why: &str| Err(TuneError::Nothing(why.to_owned()));
    if wallet.funding == Funding::Arrears {
        return nothing(
            "the wallet is invoiced in arrears: there is no balance that auto-reload could fill",
        );
    }
    match wallet.access {
        Access::On => Ok(()),
        Access::Impossible => nothing("the plan has no wallet, so there is no auto-reload to tune"),
        _ => nothing(
            "the wallet is switched off, so no auto-reload setting can matter; \
             switch it on in the scenario ([wallet] enabled = true) or with --set wallet.enabled=true",
        ),
    }
}

fn check_count(settings: usize) -> Result<(), TuneError> {
    if settings == 0 {
        let why = "no setting is left to try: every target is at or below its threshold, or no cap \
                   has room for one reload";
        return Err(TuneError::Nothing(why.to_owned()));
    }
    if settings > grid::SETTINGS_MAX {
        let why = format!(
            "{settings} settings are too many to try; at most {} are possible: shorten the lists",
            grid::SETTINGS_MAX
        );
        return Err(TuneError::Nothing(why));
    }
    Ok(())
}

/// What is required: what the user says; else, where being stopped has no price and nothing else
/// is minimised, a usual risk.
fn risk(question: &Question) -> (Option<Requirement>, bool) {
    if question.accept.is_some() {
        return (question.accept.clone(), false);
    }
    let unpriced = match &question.aim {
        Aim::Dollars(p) => p.stopped_hour == Money::ZERO && p.blocked_request == Money::ZERO,
        Aim::Metric(_) => true,
    };
    let usual = Requirement {
        metric: Metric::PBlockedByWallet,
        op: Op::AtMost,
        value: USUAL_RISK,
    };
    (unpriced.then_some(usual), unpriced)
}

/// What the wallet would have to pay if it never refused.
fn pilot(
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
    let at = |p: f64| crate::stats::quantile::quantile(&dearest, p).unwrap_or(0);
    Ok(grid::Use {
        p90: Money(at(0.90)),
        p99: Money(at(0.99)),
    })
}

/// The engine as a player of settings.
struct Bench<'b, 'e> {
    prepared: &'b Prepared<'e>,
    policies: Policies,
    reader: &'b Reader<'b>,
    effort: &'b Effort<'b>,
    /// Trials of settings so far, and those that surely come after the present ones.
    done: AtomicU64,
    ahead: u64,
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

/// Scores of all candidates on fresh trials: all trials for those left and those to compare with,
/// the first thousand for the others.
fn rescore(
    bench: &Bench<'_, '_>,
    candidates: &[Candidate],
    left: &[usize],
    seed: u64,
    trials: u64,
) -> Result<Vec<Vec<Score>>, TuneError> {
    let (long, short): (Vec<usize>, Vec<usize>) = (0..candidates.len()).partition(|i| {
        left.contains(i) || !candidates[*i].origin.listed || candidates[*i].origin.today
    });
    let mut scored = vec![Vec::new(); candidates.len()];
    for (group, most) in [(long, trials), (short, FIRST.min(trials))] {
        let all = bench.play(&group, seed, 0..most)?;
        for (i, scores) in group.into_iter().zip(all) {
            scored[i] = scores;
        }
    }
    if left.iter().any(|i| scored[*i].is_empty()) {
        return Err(TuneError::Interrupted);
    }
    Ok(scored)
}

/// What a setting's risk would be without declined payments, and without cap and limit.
fn causes(
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
    use crate::analysis::metric::Statistic;
    match reader.accept() {
        Some(m) if matches!(m.statistic, Statistic::Share | Statistic::Ratio) => {
            let cases: Vec<_> = scores.iter().map(|s| s.accept).collect();
            m.estimate(&cases, true, CONFIDENCE)
        }
        _ => answer::stopped(scores),
    }
}

/// Entries in the order of an answer, each with its standing.
fn arranged(
    mut entries: Vec<Entry>,
    scored: &[Vec<Score>],
    chosen: Option<usize>,
    of: usize,
    causes: Option<Causes>,
    judge: &Judge,
) -> (Vec<Entry>, Option<Causes>) {
    for (i, e) in entries.iter_mut().enumerate() {
        let apart = chosen.map(|c| judge.difference(&scored[i], &scored[c], CONFIDENCE));
        e.standing = match &apart {
            _ if chosen == Some(i) => Standing::Recommended,
            Some(apart) => answer::standing(e.state, apart, judge.delta),
            None if e.state == State::Misses => Standing::Misses,
            None => Standing::CannotTell,
        };
        e.apart = apart;
    }
    let risk = |e: &Entry| e.required.as_ref().map_or(0.0, |r| judge.badness(r.value));
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| {
        let (x, y) = (&entries[*a], &entries[*b]);
        let by_aim = x.aim.value.total_cmp(&y.aim.value);
        let by_risk = risk(x).total_cmp(&risk(y));
        let last = |e: &Entry| e.standing == Standing::Misses;
        x.standing
            .cmp(&y.standing)
            .then(if last(x) { by_risk } else { by_aim })
            .then(by_aim)
            .then(a.cmp(b))
    });
    let at = order.iter().position(|i| *i == of).unwrap_or(0);
    let mut all: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    let entries = order.iter().filter_map(|i| all[*i].take()).collect();
    (entries, causes.map(|c| Causes { of: at, ..c }))
}
