//! A trial that goes on with another wallet.

use super::*;
use crate::account::wallet::Wallet;
use crate::engine::surroundings::Blind;

impl<'e, W: Watch> Trial<'_, 'e, W> {
    /// The trial from here on with another wallet, which so far has paid for the same requests.
    /// Nothing may have been refused yet. `months`: what that wallet's months hold so far.
    pub(in crate::engine) fn fork<'u>(
        &self,
        c: &'u Compiled<'e>,
        wallet: Wallet,
        mut months: Vec<MonthMoney>,
        desk: &'u mut Desk,
        tally: &'u mut Tally,
        watch: &'u mut Blind,
    ) -> Trial<'u, 'e, Blind> {
        desk.take_over(self.desk, self.next_start);
        tally.stops.reset();
        for (new, old) in months.iter_mut().zip(&self.world.months) {
            new.covered = old.covered;
            new.api = old.api;
        }
        let account = self.account.with_wallet(c.account, wallet);
        Trial {
            c,
            number: self.number,
            desk,
            tally,
            relief: account.relief(),
            account,
            world: Surroundings {
                c,
                trial: self.number,
                incidents: self.world.incidents.clone(),
                months,
                month: self.world.month,
                watch,
            },
            next_start: 0,
            next_step: self.next_step,
            next_incident: self.next_incident,
            incident_end: self.incident_end,
            requests: self.requests,
            lost: self.lost,
            exact: self.exact,
            paused: false,
        }
    }
}

impl<W: Watch> Trial<'_, '_, W> {
    /// Who watches.
    pub(in crate::engine) fn watched(&mut self) -> &mut W {
        self.world.watch
    }

    /// Plays on to the end and appends the row.
    pub(in crate::engine) fn run_out(mut self, rows: &mut Vec<i64>) -> Result<(), TrialError> {
        self.go_on();
        self.finish(rows)
    }
}

impl Desk {
    /// Becomes a copy of another desk, without the sessions that have started.
    fn take_over(&mut self, other: &Desk, started: usize) {
        self.slots.clone_from(&other.slots);
        self.free.clone_from(&other.free);
        self.queue.clone_from(&other.queue);
        self.born.clone_from(&other.born);
        self.starts.clear();
        self.starts
            .extend_from_slice(other.starts.get(started..).unwrap_or_default());
        self.person.clone_from(&other.person);
        self.paces.clone_from(&other.paces);
        self.top_ups.clone_from(&other.top_ups);
    }
}
