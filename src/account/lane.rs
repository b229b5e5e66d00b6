//! Many requests of a seat at once: who pays for them as long as no pool runs dry, and what they take.

use super::reason::WINDOWS_MAX;
use super::spec::Funding;
use super::state::Account;
use super::wallet::Stretch;

/// Who pays for requests of a class until the account changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Plan,
    Wallet,
    /// The next request opens a window first.
    Opens,
    /// Nobody, or it is not the same for all requests.
    Nobody,
}

impl Account<'_> {
    /// Who pays for requests of `class` by `seat` as long as nothing runs dry; `wallet`: whether the
    /// wallet has room for them.
    pub fn lane(&self, seat: usize, class: usize, wallet: bool) -> Lane {
        if !self.calm {
            return Lane::Nobody;
        }
        let (c, s) = (&self.classes[class], &self.seats[seat]);
        if c.fast {
            if (0..self.window_count).any(|w| c.mask[w] != 0 && !s.open[w]) {
                return Lane::Opens;
            }
            if s.has_room(self.window_count, &c.mask) {
                return Lane::Plan;
            }
        }
        match wallet {
            true => Lane::Wallet,
            false => Lane::Nobody,
        }
    }

    /// When a window of the seat resets.
    pub fn next_reset(&self, seat: usize) -> i64 {
        self.seats[seat].next_reset(self.window_count)
    }

    /// When something happens to the wallet by itself, or a period of its limits begins.
    pub fn next_of_wallet(&self) -> i64 {
        let periods = self.next_month().min(self.next_day());
        self.wallet.next_event.min(periods)
    }

    /// Adds a class's units to what each window must have room for.
    pub fn add_units(&self, class: usize, units: i64, need: &mut [i64; WINDOWS_MAX]) {
        for (n, mask) in need.iter_mut().zip(&self.classes[class].mask) {
            *n += units & mask;
        }
    }

    /// Units left for a class in the window that has least.
    pub fn room(&self, seat: usize, class: usize) -> i64 {
        let (s, mask) = (&self.seats[seat], &self.classes[class].mask);
        let left = (0..self.window_count).filter(|w| mask[*w] != 0);
        left.map(|w| s.room[w]).min().unwrap_or(i64::MAX)
    }

    /// Whether every window of the seat has more room than `need` and than what is under way; one that
    /// needs nothing always has.
    pub fn keeps_room(&self, seat: usize, need: &[i64; WINDOWS_MAX]) -> bool {
        let room = &self.seats[seat].room;
        let mut under_way = [0; WINDOWS_MAX];
        for f in self
            .in_flight
            .iter()
            .filter(|f| f.seat == seat && !f.wallet)
        {
            self.add_units(f.class, f.amount, &mut under_way);
        }
        (0..self.window_count).all(|w| need[w] == 0 || room[w] > need[w] + under_way[w])
    }

    /// What a seat can charge to the wallet such that every request is admitted and nothing else
    /// happens, less what is under way, pico-dollars; below zero when a single charge may already do
    /// more. Several seats share the wallet: then only where no charge matters to another one.
    pub fn room_of_wallet(&self, seat: usize, eligible: u32) -> i64 {
        let spec = &self.spec.wallet;
        let spent = self.seats[seat].spent_month;
        let room = match spec.funding {
            Funding::Prepaid => self.wallet.headroom(spec, eligible),
            Funding::Arrears => self.wallet.room_in_arrears(spec, spent),
        };
        if room == i64::MAX {
            return room;
        }
        if self.seats.len() > 1 {
            return -1;
        }
        let charges = self.in_flight.iter().filter(|f| f.wallet);
        charges.fold(room, |room, f| room.saturating_sub(f.amount))
    }

    /// Takes units of several finished requests, known not to empty a window.
    pub fn take_units(&mut self, seat: usize, class: usize, units: i64) {
        let mask = &self.classes[class].mask;
        self.seats[seat].take(self.window_count, mask, units);
    }

    /// Charges several finished requests, known to be within the room of the wallet.
    pub fn take_charges(&mut self, seat: usize, stretch: Stretch) {
        let s = &mut self.seats[seat];
        s.spent_month = s.spent_month.saturating_add(stretch.cost);
        self.wallet.charge_stretch(&self.spec.wallet, stretch);
    }
}
