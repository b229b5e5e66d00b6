//! One policy's wallet on a recorded trial.

use super::tape::{self, Step, Tape};
use crate::account::Account;
use crate::account::reason::WINDOWS_MAX;
use crate::account::wallet::Wallet;
use crate::base::time::Instant;
use crate::engine::compiled::Compiled;
use crate::engine::incidents::Incident;
use crate::engine::outcome::{Field, NEVER};
use crate::engine::surroundings::{Blind, Charge, MonthMoney, Surroundings};
use crate::engine::tally::Tally;
use crate::engine::trial::TrialError;
use crate::engine::trial::finish::{check, stopped_fields, wallet_fields};

/// How a wallet got through a recorded trial.
#[allow(
    clippy::large_enum_variant,
    reason = "one per policy and trial; never moved in bulk"
)]
pub enum Passed {
    /// To the end; its row is written.
    Whole,
    /// It refused a request after which everything may be different.
    Parted(Parting),
}

/// Where a policy leaves the recorded trial.
pub struct Parting {
    /// Number of the charge that was refused.
    pub charge: usize,
    pub wallet: Wallet,
    pub months: Vec<MonthMoney>,
}

/// What a refusal means for what comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// Only the refused request is lost: the others come as they would have.
    Harmless,
    /// The actor does something else than it would have.
    Matter,
}

/// A recorded trial.
#[derive(Clone, Copy)]
pub struct Recorded<'r> {
    pub trial: u64,
    pub tape: &'r Tape,
    pub incidents: &'r [Incident],
    pub limits: [i64; WINDOWS_MAX],
    /// The row it left.
    pub row: &'r [i64],
    /// Grants that every request may use.
    pub eligible: u32,
    pub refusals: Refusals,
}

struct Course<'t, 'e> {
    c: &'t Compiled<'e>,
    account: Account<'t>,
    world: Surroundings<'t, 'e, Blind>,
    tally: &'t mut Tally,
    /// Chains whose last request was refused.
    skipping: Vec<(u32, u32, u32)>,
    /// Refused charges that the tape still has ahead: when they would have posted, and numbers.
    unmade: Vec<(i64, usize)>,
    lost: i64,
}

/// Plays a recorded trial on the wallet of `c`; appends its row if it gets to the end.
///
/// # Errors
/// As a trial of its own.
pub fn play(
    c: &Compiled<'_>,
    recorded: &Recorded<'_>,
    tally: &mut Tally,
    rows: &mut Vec<i64>,
) -> Result<Passed, TrialError> {
    tally.stops.reset();
    let mut course = Course {
        c,
        account: Account::new(c.account, c.exp.start, recorded.limits),
        world: Surroundings {
            c,
            trial: recorded.trial,
            incidents: recorded.incidents.to_vec(),
            months: vec![MonthMoney::default(); c.exp.months.len().max(1)],
            month: 0,
            watch: &mut Blind,
        },
        tally,
        skipping: Vec::new(),
        unmade: Vec::new(),
        lost: 0,
    };
    if let Some(charge) = course.run(recorded) {
        return Ok(Passed::Parted(Parting {
            charge,
            wallet: course.account.wallet,
            months: course.world.months,
        }));
    }
    course.finish(recorded, rows)?;
    Ok(Passed::Whole)
}

impl Course<'_, '_> {
    /// Plays to the end, or to the charge whose refusal matters.
    fn run(&mut self, r: &Recorded<'_>) -> Option<usize> {
        let tape = r.tape;
        self.account.open(self.c.exp.start, &mut self.world);
        let mut at = 0;
        while at < tape.len() {
            let key = tape.key(at);
            self.pass(key);
            // While a chain skips, the end of its stop is at one of its own requests.
            let room = if self.skipping.is_empty() {
                self.account.headroom(r.eligible)
            } else {
                -1
            };
            if room >= 0 {
                let to = tape.reach(at, self.bound(), room);
                if to > at {
                    let stretch = tape.stretch(at, to);
                    self.world.money().extra += stretch.cost;
                    let spec = &self.account.spec.wallet;
                    self.account.wallet.charge_stretch(spec, stretch);
                    at = to;
                    continue;
                }
            }
            let step = tape.step(at);
            at += 1;
            match step {
                Step::Ask(number) => {
                    if self.ask(number, &tape.charges[number], r.refusals) {
                        return Some(number);
                    }
                }
                Step::Post(number) => {
                    self.post(number, &tape.charges[number]);
                    at = self.post_with(tape, at, key);
                }
            }
        }
        self.pass(tape::at_posts(self.c.exp.end.0));
        None
    }

    /// What else posts at this instant does so before anything else happens; the step after it.
    fn post_with(&mut self, tape: &Tape, mut at: usize, key: i64) -> usize {
        while at < tape.len()
            && tape.key(at) == key
            && let Step::Post(number) = tape.step(at)
        {
            self.post(number, &tape.charges[number]);
            at += 1;
        }
        at
    }

    /// End of the running month; the last one ends with the trial.
    fn month_end(&self) -> i64 {
        match &self.c.exp.months[self.world.month..] {
            [this, _, ..] => this.end.0,
            _ => NEVER,
        }
    }

    /// Carries out what comes before a step: at one instant events of the account, then charges
    /// that post, then ends of months, then questions of the gate.
    fn pass(&mut self, key: i64) {
        loop {
            let (event, month) = (self.account.next_event(), self.month_end());
            if event <= month && tape::at_posts(event) <= key && event != NEVER {
                self.account.advance(Instant(event), &mut self.world);
            } else if month < event && tape::at_asks(month) <= key {
                self.world.money().left = self.account.wallet.balance().0;
                self.world.month += 1;
            } else {
                return;
            }
        }
    }

    /// First key at which something else than plain charges may happen.
    fn bound(&self) -> i64 {
        let event = tape::at_posts(self.account.next_event());
        let month = tape::at_asks(self.month_end());
        let unmade = self.unmade.iter().map(|u| u.0).min();
        event.min(month).min(unmade.unwrap_or(i64::MAX))
    }

    /// A request that finds the wallet at a point where it may refuse. True: the trial parts here.
    fn ask(&mut self, number: usize, charge: &Charge, refusals: Refusals) -> bool {
        let (seat, class) = (charge.seat as usize, charge.class as usize);
        let actor = charge.chain.0 as usize;
        let skipping = self.skipping.iter().position(|s| *s == charge.chain);
        let Err(reason) = self.account.wallet_admits(seat, class) else {
            if let Some(i) = skipping {
                self.skipping.swap_remove(i);
                self.go_on(actor, charge.at);
            }
            return false;
        };
        if refusals == Refusals::Matter {
            return true;
        }
        self.lost += 1;
        self.unmade.push((tape::post_key(charge), number));
        let (c, sums) = (self.c, &mut self.tally.sums);
        let stops = &mut self.tally.stops;
        stops.refused(c, sums, actor, reason, charge.at);
        if skipping.is_none() {
            stops.begin(actor, reason, charge.at);
            self.skipping.push(charge.chain);
        }
        if charge.last {
            self.skipping.retain(|s| *s != charge.chain);
            self.go_on(actor, charge.at);
        }
        false
    }

    fn go_on(&mut self, actor: usize, at: i64) {
        let tally = &mut *self.tally;
        tally.stops.end(self.c, &mut tally.sums, actor, at);
    }

    fn post(&mut self, number: usize, charge: &Charge) {
        if let Some(i) = self.unmade.iter().position(|u| u.1 == number) {
            self.unmade.swap_remove(i);
            return;
        }
        let (seat, class) = (charge.seat as usize, charge.class as usize);
        let (at, cost) = (Instant(charge.ends), charge.cost);
        self.account
            .post_wallet(at, seat, class, cost, &mut self.world);
    }

    fn finish(mut self, r: &Recorded<'_>, rows: &mut Vec<i64>) -> Result<(), TrialError> {
        let (c, end) = (self.c, self.c.exp.end);
        for (number, charge) in r.tape.tail() {
            if self.unmade.iter().all(|u| u.1 != number) {
                let (seat, class) = (charge.seat as usize, charge.class as usize);
                let ends = Instant(charge.ends);
                self.account.begin(ends, seat, class, true, charge.cost);
            }
        }
        self.account.close(end, &mut self.world);
        self.tally.stops.close(c, &mut self.tally.sums, end.0);
        check(&self.account)?;
        self.world.money().left = self.account.wallet.balance().0;
        let from = rows.len();
        rows.extend_from_slice(r.row);
        let row = &mut rows[from..];
        row[c.layout.at(Field::Requests)] -= self.lost;
        stopped_fields(c, &self.tally.stops, self.lost, row);
        wallet_fields(c, &mut self.account, &self.world.months, row);
        Ok(())
    }
}
