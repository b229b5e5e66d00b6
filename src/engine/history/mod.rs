//! Requests that were really made, played against an account: the same account and the same gate
//! as in a simulation, with given requests in place of drawn ones.
//!
//! A refused request is counted as work that was not done; the requests after it are played as they
//! were made, for what a person would have done instead is not known. So a stop lasts from its
//! first refusal until the gate would admit again, and what was refused meanwhile shows how much
//! work fell into it.

mod stops;
#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::limits::{LimitTables, Quantity};
use crate::account::ledger::Posting;
use crate::account::reason::{Reason, WINDOWS_MAX};
use crate::account::spec::AccountSpec;
use crate::account::{Account, Note, Payment, Verdict, World};
use crate::base::stream::{Purpose, Stream};
use crate::base::time::Instant;
pub use stops::Stop;
use stops::Stops;

/// A request as it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// When the gate is asked.
    pub at: Instant,
    /// When it ends and is charged; not before `at`.
    pub ends: Instant,
    /// List price, pico-dollars.
    pub cost: i64,
    /// What the meter counts, pico-dollars.
    pub units: i64,
    /// Its class: index into [`AccountSpec::classes`] of every stage.
    pub kind: u32,
}

/// The rules that hold from an instant on, until the next stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    pub from: Instant,
    pub spec: &'a AccountSpec,
}

/// Requests and the rules they meet.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    pub start: Instant,
    pub end: Instant,
    /// Inside the history, in order of time. The sums of costs and of units must be below half the
    /// range of money.
    pub given: &'a [Given],
    /// In order of time; the first one holds from the start. Never empty.
    pub stages: &'a [Stage<'a>],
    pub seed: u64,
}

/// Sizes of the windows where they are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// In the middle of their bands.
    Middle,
    /// Drawn, as in the trial of that number.
    Drawn(u64),
}

/// What became of a history under some sizes. Amounts in pico-dollars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Sizes of the windows of the last stage.
    pub limits: [i64; WINDOWS_MAX],
    /// In order of their beginnings.
    pub stops: Vec<Stop>,
    /// Time in which at least one stop lasted, ms.
    pub stopped_ms: i64,
    /// Hours by the clock in which a request was refused.
    pub hours_hit: i64,
    pub refused: i64,
    /// List price of what was refused.
    pub refused_cost: i64,
    /// Refused because the wallet could not pay.
    pub refused_by_wallet: i64,
    /// Requests that the plan never covers while nothing else may pay, and their list price. They
    /// make no stop: no waiting would help.
    pub uncovered: i64,
    pub uncovered_cost: i64,
    /// List price of what the plan covered.
    pub covered: i64,
    /// Charged to the wallet.
    pub charged: i64,
    /// Card charges before tax.
    pub card: i64,
    pub tax: i64,
    pub reloads: i64,
    pub declines: i64,
    /// Left in the wallet at the end.
    pub left: i64,
    /// Fullest period of each window of the last stage, millionths of its size.
    pub peak_ppm: [i64; WINDOWS_MAX],
}

/// Why a history could not be played: defects of this program or absurd amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryError {
    MoneyOverflow,
    NotConserved,
}

impl std::fmt::Display for HistoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            HistoryError::MoneyOverflow => {
                "an amount of money passed $9,000,000; play a shorter time"
            }
            HistoryError::NotConserved => {
                "the ledger does not balance; this is a defect of burncast"
            }
        })
    }
}

impl std::error::Error for HistoryError {}

/// Watches one course.
pub trait Witness {
    /// A given request, by its index, was refused and waiting would have helped.
    fn refused(&mut self, _given: usize) {}
    /// Instants at which [`Witness::mark`] is called, ascending.
    fn marks(&self) -> &[Instant] {
        &[]
    }
    /// The account at the mark of that index, before the requests of that instant; `stage` is the
    /// index of the rules that hold.
    fn mark(&mut self, _index: usize, _stage: usize, _account: &Account<'_>) {}
}

/// Watches nothing.
pub struct Unwatched;
impl Witness for Unwatched {}

/// Counts for each request in how many courses it was refused.
struct Count(Vec<u32>);
impl Witness for Count {
    fn refused(&mut self, given: usize) {
        self.0[given] += 1;
    }
}

/// The courses of several trials.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    /// By trial, from 0.
    pub courses: Vec<Course>,
    /// For each given request in how many courses it was refused.
    pub refused_in: Vec<u32>,
}

/// A history with its tables, ready to be played any number of times.
pub struct Player<'a> {
    history: History<'a>,
    limits: Vec<LimitTables>,
    delays: Vec<Option<Quantity>>,
}

impl<'a> Player<'a> {
    pub fn new(history: History<'a>) -> Player<'a> {
        let delay = |s: &Stage<'_>| {
            let auto = s.spec.wallet.auto_reload.as_ref();
            auto.map(|a| Quantity::new(&a.delay))
        };
        let stages = history.stages;
        Player {
            limits: stages
                .iter()
                .map(|s| LimitTables::new(&s.spec.windows))
                .collect(),
            delays: stages.iter().map(delay).collect(),
            history,
        }
    }

    /// Plays trials `0..n` on some threads. The result does not depend on their number.
    ///
    /// # Errors
    /// As [`Player::play`].
    pub fn trials(&self, n: u64, threads: usize) -> Result<Courses, HistoryError> {
        let next = AtomicU64::new(0);
        let found = Mutex::new(Vec::new());
        let work = || {
            let mut count = Count(vec![0; self.history.given.len()]);
            let mut mine = Vec::new();
            loop {
                let trial = next.fetch_add(1, Ordering::Relaxed);
                if trial >= n {
                    break;
                }
                mine.push((trial, self.play(Sizes::Drawn(trial), &mut count)));
            }
            if let Ok(mut found) = found.lock() {
                found.push((mine, count.0));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.clamp(1, 64) {
                scope.spawn(work);
            }
            work();
        });
        let mut refused_in = vec![0; self.history.given.len()];
        let mut courses = Vec::with_capacity(n as usize);
        for (mine, counts) in found.into_inner().unwrap_or_default() {
            courses.extend(mine);
            for (sum, count) in refused_in.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        courses.sort_unstable_by_key(|(trial, _)| *trial);
        let courses: Result<Vec<_>, _> = courses.into_iter().map(|(_, c)| c).collect();
        Ok(Courses {
            courses: courses?,
            refused_in,
        })
    }

    /// Plays the history once.
    ///
    /// # Errors
    /// When an amount leaves its range or the ledger does not balance.
    pub fn play<W: Witness>(&self, sizes: Sizes, witness: &mut W) -> Result<Course, HistoryError> {
        Play::new(self, sizes).run(witness)
    }

    fn sizes(&self, stage: usize, sizes: Sizes) -> [i64; WINDOWS_MAX] {
        match sizes {
            Sizes::Middle => self.limits[stage].middle(),
            Sizes::Drawn(trial) => self.limits[stage].draw(self.history.seed, trial),
        }
    }
}

/// The surroundings of the account: outcomes of payments, and what left the card.
struct Till<'p> {
    player: &'p Player<'p>,
    stage: usize,
    trial: u64,
    card: i64,
    tax: i64,
}

impl World for Till<'_> {
    fn payment(&mut self, attempt: u32, _: Instant) -> Payment {
        let h = &self.player.history;
        let address = u64::from(attempt);
        let mut rng = Stream::open(h.seed, Purpose::Payment, self.trial, 0, address);
        let delay = self.player.delays[self.stage].as_ref();
        let delay = delay.map_or(0.0, |d| d.sample(rng.word()));
        let auto = h.stages[self.stage].spec.wallet.auto_reload.as_ref();
        Payment {
            delay_ms: (delay.max(0.0) * 1000.0) as i64,
            declined: rng.chance(auto.map_or(0.0, |a| a.decline)),
        }
    }

    fn note(&mut self, _: Instant, note: Note) {
        if let Note::Purchase { pay, tax, .. } = note {
            self.card = self.card.saturating_add(pay.0);
            self.tax = self.tax.saturating_add(tax.0);
        }
    }
}

/// Whether no waiting helps.
fn never_covered(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::CreditsRequired | Reason::ThirdPartyNeedsCredits
    )
}

/// One course under way.
struct Play<'p> {
    player: &'p Player<'p>,
    sizes: Sizes,
    account: Account<'p>,
    till: Till<'p>,
    stops: Stops,
    next_mark: usize,
    course: Course,
}

impl<'p> Play<'p> {
    fn new(player: &'p Player<'p>, sizes: Sizes) -> Play<'p> {
        let h = &player.history;
        let limits = player.sizes(0, sizes);
        let trial = match sizes {
            Sizes::Middle => 0,
            Sizes::Drawn(trial) => trial,
        };
        Play {
            player,
            sizes,
            account: Account::new(h.stages[0].spec, h.start, limits),
            till: Till {
                player,
                stage: 0,
                trial,
                card: 0,
                tax: 0,
            },
            stops: Stops::default(),
            next_mark: 0,
            course: Course::default(),
        }
    }

    fn run<W: Witness>(mut self, witness: &mut W) -> Result<Course, HistoryError> {
        let h = &self.player.history;
        self.account.open(h.start, &mut self.till);
        let mut due = self.next_due(witness);
        for (i, given) in h.given.iter().enumerate() {
            while due <= given.at {
                self.pass(due, witness);
                due = self.next_due(witness);
            }
            self.account.advance(given.at, &mut self.till);
            let next = h.given.get(i + 1).map_or(h.end, |g| g.at).min(due);
            self.ask(i, given, next, witness);
        }
        while due <= h.end {
            self.pass(due, witness);
            due = self.next_due(witness);
        }
        self.finish()
    }

    /// The next change of the rules or mark.
    fn next_due<W: Witness>(&self, witness: &W) -> Instant {
        let stages = self.player.history.stages;
        let change = stages.get(self.till.stage + 1).map(|s| s.from);
        let mark = witness.marks().get(self.next_mark).copied();
        change
            .unwrap_or(Instant::NEVER)
            .min(mark.unwrap_or(Instant::NEVER))
    }

    fn pass<W: Witness>(&mut self, at: Instant, witness: &mut W) {
        self.account.advance(at, &mut self.till);
        let next = self.till.stage + 1;
        if let Some(stage) = self.player.history.stages.get(next)
            && stage.from <= at
        {
            let limits = self.player.sizes(next, self.sizes);
            let first = self.player.history.stages[0];
            let blank = Account::new(first.spec, at, [0; WINDOWS_MAX]);
            let old = std::mem::replace(&mut self.account, blank);
            self.account = old.renew(stage.spec, limits, at);
            self.till.stage = next;
            self.stops.rules_change(at);
            return;
        }
        witness.mark(self.next_mark, self.till.stage, &self.account);
        self.next_mark += 1;
    }

    /// Asks the gate for a request and charges it; nothing else happens before `next`.
    #[inline]
    fn ask<W: Witness>(&mut self, i: usize, given: &Given, next: Instant, witness: &mut W) {
        let class = given.kind as usize;
        let (at, ends) = (given.at, given.ends);
        let (amount, wallet) = match self.account.gate(at, 0, class, &mut self.till) {
            Verdict::Plan => {
                self.course.covered += given.cost;
                (given.units, false)
            }
            Verdict::Wallet => (given.cost, true),
            Verdict::Refused(refusal) if never_covered(refusal.reason) => {
                self.course.uncovered += 1;
                self.course.uncovered_cost += given.cost;
                return;
            }
            Verdict::Refused(refusal) => {
                witness.refused(i);
                self.course.refused_cost += given.cost;
                self.course.refused_by_wallet += i64::from(refusal.reason.is_wallet());
                return self.stops.refused(i, at, self.till.stage, refusal);
            }
        };
        self.stops.admitted(at);
        let now = ends < next && ends.0 < self.account.next_event();
        match (now, wallet) {
            (false, _) => self.account.begin(ends, 0, class, wallet, amount),
            (true, false) => self
                .account
                .post_plan(ends, 0, class, amount, &mut self.till),
            (true, true) => self
                .account
                .post_wallet(ends, 0, class, amount, &mut self.till),
        }
    }

    fn finish(mut self) -> Result<Course, HistoryError> {
        let end = self.player.history.end;
        self.account.advance(Instant(end.0 - 1), &mut self.till);
        self.account.close(end, &mut self.till);
        let wallet = &self.account.wallet;
        if wallet.ledger.overflow {
            return Err(HistoryError::MoneyOverflow);
        }
        if !wallet.is_conserved() {
            return Err(HistoryError::NotConserved);
        }
        let totals = self.stops.end(end);
        Ok(Course {
            limits: self.account.limits,
            stops: totals.stops,
            stopped_ms: totals.ms,
            hours_hit: totals.hours_hit,
            refused: totals.refused,
            charged: wallet.ledger.total(Posting::Usage).0,
            card: self.till.card,
            tax: self.till.tax,
            reloads: wallet.reloads,
            declines: wallet.declines,
            left: wallet.balance().0,
            peak_ppm: self.account.stats.map(|s| s.peak_ppm),
            ..self.course
        })
    }
}
