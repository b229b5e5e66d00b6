//! Many policies on the same trials.
//!
//! Policies differ in the wallet only: when it reloads, how much, how much at most. As long as a
//! wallet pays for every request that comes to it, demand and windows go their way as if it were
//! not there. So a trial is played once on a purse that never refuses, and what it charges is
//! recorded (`tape`); every policy's wallet then goes over the recording by itself (`course`),
//! which costs as much as its reloads, not as much as the requests.
//!
//! A policy that refuses a request leaves the recording there: what follows may be different. The
//! trial is played again up to that request, forked with the policy's wallet, and played to its
//! end. Where a refused request is merely lost (chains that skip it and have no cache) nothing else
//! changes, and the recording holds to the end. In a trial in which requests are refused whatever
//! the wallet holds (an incident), every policy plays by itself.
//!
//! All ways give the same rows to the byte; a test compares them with runs of each policy alone.

mod course;
mod tape;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::compiled::Compiled;
use super::experiment::Experiment;
use super::incidents;
use super::run::{BLOCK, EngineError, Prepared, lock};
use super::surroundings::Blind;
use super::tally::Tally;
use super::trial::{Desk, Trial, TrialError, play};
use crate::account::spec::{Access, AccountSpec, Funding, WalletSpec};
use crate::base::money::Money;
use crate::demand::spec::Reaction;
use course::{Parting, Passed, Recorded, Refusals};
use tape::Tape;

/// Money of the purse that never refuses: more than a trial can count.
const PURSE: Money = Money::usd(4_000_000);

/// The accounts of several policies: the experiment's, each with another wallet.
pub struct Policies {
    purse: AccountSpec,
    accounts: Vec<AccountSpec>,
}

impl Policies {
    /// Policies by their wallets.
    pub fn new(exp: &Experiment, wallets: impl IntoIterator<Item = WalletSpec>) -> Policies {
        let with = |wallet| AccountSpec {
            wallet,
            ..exp.account.clone()
        };
        let purse = WalletSpec {
            access: Access::On,
            funding: Funding::Prepaid,
            balance: PURSE,
            grants: Vec::new(),
            monthly_limit: None,
            member_limit: None,
            daily_limit: None,
            spent_before: Money::ZERO,
            auto_reload: None,
            purchases: Vec::new(),
            bought_life: None,
            ..exp.account.wallet.clone()
        };
        Policies {
            purse: with(purse),
            accounts: wallets.into_iter().map(with).collect(),
        }
    }
}

/// Which trials are played for which policies.
pub struct Job<'a> {
    pub trials: Range<u64>,
    /// Indices of policies.
    pub policies: &'a [usize],
    pub threads: usize,
    /// Told from time to time: trials done.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Set to end early with what is done.
    pub stop: &'a AtomicBool,
    /// Reads numbers off the row of a trial; always the same count of them.
    pub read: &'a (dyn Fn(&[i64], &mut Vec<i64>) + Sync),
}

/// What was read off the trials of some policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// Trials done: the first ones of those asked for.
    pub trials: u64,
    /// By policy, in the order of the job: the numbers of each trial, one trial after the other.
    pub numbers: Vec<Vec<i64>>,
    /// Trials of a policy that were played to their end by themselves, at least in part.
    pub alone: u64,
}

/// Policies with one experiment's demand, ready to be played.
pub struct Panel<'e> {
    open: Compiled<'e>,
    each: Vec<Compiled<'e>>,
    eligible: u32,
    refusals: Refusals,
}

impl<'e> Prepared<'e> {
    /// Policies on this demand, from another seed; tables are shared.
    pub fn panel(&self, policies: &'e Policies, seed: u64) -> Panel<'e> {
        let c = self.compiled();
        let classes = &c.exp.account.classes;
        let harmless = classes.iter().all(|k| !k.plan)
            && c.roles.iter().all(|r| r.kernel.cacheless)
            && c.exp
                .actors
                .iter()
                .all(|a| matches!(a.when_blocked.first(), Some(Reaction::Skip)));
        Panel {
            open: c.on(&policies.purse, seed),
            each: policies.accounts.iter().map(|a| c.on(a, seed)).collect(),
            eligible: classes.iter().fold(u32::MAX, |all, k| all & k.grants),
            refusals: if harmless {
                Refusals::Harmless
            } else {
                Refusals::Matter
            },
        }
    }
}

/// Room to work in, one per thread.
struct Bench {
    desk: Desk,
    other_desk: Desk,
    tally: Tally,
    other_tally: Tally,
    tape: Tape,
    /// The row of the recorded trial, and of a policy's.
    base: Vec<i64>,
    row: Vec<i64>,
    partings: Vec<(usize, Parting)>,
    alone: u64,
}

/// The numbers of a block of trials: by policy.
type Block = Vec<Vec<i64>>;

impl Panel<'_> {
    /// Digest of what is wanted in a trial if nothing is refused: the same for all policies.
    pub fn demand_hash(&self, policy: usize, trial: u64) -> Result<u64, EngineError> {
        let c = &self.each[policy];
        let (mut tally, mut desk) = (Tally::new(c), Desk::default());
        let mut row = Vec::new();
        play(c, trial, &mut desk, &mut tally, &mut Blind, false, &mut row)
            .map_err(|e| EngineError::new(trial, e))?;
        Ok(tally.sums.demand_hash)
    }

    /// Plays trials for policies and reads numbers off them.
    ///
    /// # Errors
    /// When an amount leaves its range or a ledger does not balance; the lowest such trial is named.
    pub fn score(&self, job: &Job<'_>) -> Result<Scores, EngineError> {
        let blocks = (job.trials.end - job.trials.start).div_ceil(BLOCK);
        let next = AtomicU64::new(0);
        let finished = AtomicU64::new(0);
        let done: Mutex<Vec<(u64, u64, Block)>> = Mutex::new(Vec::new());
        let errors: Mutex<Vec<EngineError>> = Mutex::new(Vec::new());
        let alone = AtomicU64::new(0);
        let failed = AtomicBool::new(false);
        let work = || {
            let mut bench = Bench::new(&self.open);
            while !job.stop.load(Ordering::Relaxed) && !failed.load(Ordering::Relaxed) {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    break;
                }
                let from = job.trials.start + block * BLOCK;
                let range = from..(from + BLOCK).min(job.trials.end);
                let count = range.end - range.start;
                match self.block(range, job, &mut bench) {
                    Ok(numbers) => lock(&done).push((block, count, numbers)),
                    Err(e) => {
                        lock(&errors).push(e);
                        failed.store(true, Ordering::Relaxed);
                    }
                }
                let total = finished.fetch_add(count, Ordering::Relaxed) + count;
                (job.progress)(total);
            }
            alone.fetch_add(bench.alone, Ordering::Relaxed);
        };
        let threads = job.threads.clamp(1, blocks.max(1) as usize);
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        if let Some(e) = lock(&errors).iter().min_by_key(|e| e.trial()) {
            return Err(*e);
        }
        let mut done = std::mem::take(&mut *lock(&done));
        done.sort_unstable_by_key(|b| b.0);
        let mut scores = Scores {
            trials: 0,
            numbers: vec![Vec::new(); job.policies.len()],
            alone: alone.into_inner(),
        };
        for (_, count, numbers) in done {
            scores.trials += count;
            for (all, new) in scores.numbers.iter_mut().zip(numbers) {
                all.extend(new);
            }
        }
        Ok(scores)
    }

    fn block(
        &self,
        range: Range<u64>,
        job: &Job<'_>,
        bench: &mut Bench,
    ) -> Result<Block, EngineError> {
        let mut numbers: Block = vec![Vec::new(); job.policies.len()];
        for trial in range {
            self.trial(trial, job, bench, &mut numbers)
                .map_err(|e| EngineError::new(trial, e))?;
        }
        Ok(numbers)
    }

    fn trial(
        &self,
        trial: u64,
        job: &Job<'_>,
        bench: &mut Bench,
        numbers: &mut Block,
    ) -> Result<(), TrialError> {
        if !self.record(trial, bench)? {
            for (out, p) in numbers.iter_mut().zip(job.policies) {
                bench.row.clear();
                let (c, tally) = (&self.each[*p], &mut bench.tally);
                let (desk, row) = (&mut bench.desk, &mut bench.row);
                play(c, trial, desk, tally, &mut Blind, false, row)?;
                bench.alone += 1;
                (job.read)(&bench.row, out);
            }
            return Ok(());
        }
        bench.partings.clear();
        let recorded = Recorded {
            trial,
            tape: &bench.tape,
            incidents: &incidents::draw(&self.open, trial),
            limits: self.open.draw_limits(trial),
            row: &bench.base,
            eligible: self.eligible,
            refusals: self.refusals,
        };
        for (at, p) in job.policies.iter().enumerate() {
            bench.row.clear();
            match course::play(
                &self.each[*p],
                &recorded,
                &mut bench.other_tally,
                &mut bench.row,
            )? {
                Passed::Whole => (job.read)(&bench.row, &mut numbers[at]),
                Passed::Parted(parting) => bench.partings.push((at, parting)),
            }
        }
        self.part(trial, job, bench, numbers)
    }

    /// Records a trial on the purse. False: something was refused although the purse is full.
    fn record(&self, trial: u64, bench: &mut Bench) -> Result<bool, TrialError> {
        let Bench {
            desk,
            tally,
            tape,
            base,
            ..
        } = bench;
        tape.clear();
        base.clear();
        let mut played = Trial::new(&self.open, trial, desk, tally, tape);
        played.run();
        played.finish(base)?;
        let calm = tally.stops.requests == 0;
        if calm {
            tape.index(self.open.exp.start.0, self.open.exp.end.0);
        }
        Ok(calm)
    }

    /// Plays the trial again and lets each policy go its own way where it refuses.
    fn part(
        &self,
        trial: u64,
        job: &Job<'_>,
        bench: &mut Bench,
        numbers: &mut Block,
    ) -> Result<(), TrialError> {
        let mut partings = std::mem::take(&mut bench.partings);
        partings.sort_by_key(|(at, p)| (p.charge, *at));
        let Some((_, first)) = partings.first() else {
            return Ok(());
        };
        let Bench {
            desk,
            tally,
            tape,
            row,
            ..
        } = bench;
        tape.clear();
        tape.pause_at = Some(first.charge);
        let mut main = Trial::new(&self.open, trial, desk, tally, tape);
        main.run();
        for (at, parting) in partings {
            if main.watched().pause_at != Some(parting.charge) {
                main.watched().pause_at = Some(parting.charge);
                main.go_on();
            }
            let mut blind = Blind;
            let own = main.fork(
                &self.each[job.policies[at]],
                parting.wallet,
                parting.months,
                &mut bench.other_desk,
                &mut bench.other_tally,
                &mut blind,
            );
            row.clear();
            own.run_out(row)?;
            bench.alone += 1;
            (job.read)(row, &mut numbers[at]);
        }
        Ok(())
    }
}

impl Bench {
    fn new(c: &Compiled<'_>) -> Bench {
        Bench {
            desk: Desk::default(),
            other_desk: Desk::default(),
            tally: Tally::new(c),
            other_tally: Tally::new(c),
            tape: Tape::default(),
            base: Vec::new(),
            row: Vec::new(),
            partings: Vec::new(),
            alone: 0,
        }
    }
}
