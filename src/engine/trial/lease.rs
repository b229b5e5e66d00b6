//! The faster way through a trial.
//!
//! Until something happens to a seat (a window resets, the timeline is read, money comes) nothing but
//! requests does. If the same pool pays for all requests of a class in that time and no pool runs
//! dry, their order does not matter: units and dollars are only added up. So each chain of the seat
//! runs by itself, into copies that are thrown away if a pool would have run dry; half the stretch is
//! tried then, and the exact way does what is left before the pool is dry. Seats share nothing but
//! the wallet, so each has leases of its own.

use super::free::{Flight, PARTS, Run, Stopped, Used};
use super::*;
use crate::account::lane::Lane;
use crate::account::reason::WINDOWS_MAX;
use crate::account::wallet::Stretch;

/// A stretch shorter than this (ms) is played the exact way: a lease would not pay.
const SHORTEST: i64 = 240_000;

/// How far leases of a seat can go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// None is tried before this instant.
    exact_until: i64,
    /// One up to this instant would fail.
    fails_at: i64,
}

/// Room for one lease, reused.
#[derive(Default)]
pub(super) struct Room {
    /// Chains before the lease, to go back to.
    saved: Vec<(usize, Slot)>,
    todo: Vec<usize>,
    /// Chains that began in it.
    fresh: Vec<usize>,
    flights: Vec<Flight>,
    uses: Vec<Used>,
    /// Who pays, by class.
    lanes: Vec<Lane>,
    /// What the wallet can pay.
    wallet: i64,
}

/// Whether a lease can be tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leave {
    /// Up to this instant.
    Until(i64),
    /// The next request changes the account.
    AfterThis,
    /// Not before the account changes.
    No,
}

impl<W: Watch> Trial<'_, '_, W> {
    /// Whether a lease of the seat may be tried at `now`.
    #[inline]
    pub(super) fn may_try(&self, seat: usize, now: i64) -> bool {
        !self.exact && (self.desk.paces[seat].exact_until <= now || self.account.seats[seat].dried)
    }

    /// Tries to pass all chains of the seat whose chain is due next, at `now`, at once: at most up to
    /// `mark`. False: nothing was done.
    pub(super) fn lease(&mut self, now: i64, mark: i64) -> bool {
        let Some(id) = self.desk.queue.peek().map(slot_of) else {
            return false;
        };
        let s = &self.desk.slots[id];
        let seat = s.seat;
        if s.elsewhere || s.mode != Mode::Working || !self.may_try(seat, now) {
            return false;
        }
        if std::mem::take(&mut self.account.seats[seat].dried) {
            self.desk.paces[seat] = Pace::default();
        }
        let mut room = std::mem::take(&mut self.desk.lease);
        let done = self.lease_seat(seat, now, mark, &mut room);
        self.desk.lease = room;
        done
    }

    fn lease_seat(&mut self, seat: usize, now: i64, mark: i64, room: &mut Room) -> bool {
        let whole = self.look_ahead(seat, mark, room);
        loop {
            let pace = self.desk.paces[seat];
            let mut until = whole;
            if now < pace.fails_at {
                until = until.min(now + (pace.fails_at - now) / 2);
                if until - now < SHORTEST {
                    self.desk.paces[seat].exact_until = pace.fails_at.min(whole);
                    return false;
                }
            }
            match self.may_lease(seat, now, until, room) {
                Leave::Until(at) => until = at,
                Leave::AfterThis => return false,
                Leave::No => {
                    self.desk.paces[seat].exact_until = until;
                    return false;
                }
            }
            match self.try_lease(seat, until, room) {
                Ok(()) => return true,
                Err(at) => self.desk.paces[seat].fails_at = at,
            }
        }
    }

    /// Finds who pays for which class, and until when this holds.
    fn look_ahead(&self, seat: usize, mark: i64, room: &mut Room) -> i64 {
        let account = &self.account;
        let classes = &self.c.account.classes;
        // Money that only some requests may use is spent in their order.
        let eligible = classes.iter().fold(u32::MAX, |all, k| all & k.grants);
        room.wallet = match W::COUNTS_CHARGES {
            true => -1,
            false => account.room_of_wallet(seat, eligible),
        };
        let pays = room.wallet >= 0;
        room.lanes.clear();
        room.lanes
            .extend((0..classes.len()).map(|k| account.lane(seat, k, pays)));
        let until = mark.min(account.next_reset(seat));
        let waits = |s: &Slot| s.seat == seat && matches!(s.mode, Mode::Waiting { .. });
        let queue = self.desk.queue.iter();
        let by_wallet = room.lanes.contains(&Lane::Wallet);
        if by_wallet || queue.map(slot_of).any(|id| waits(&self.desk.slots[id])) {
            until.min(account.next_of_wallet())
        } else {
            until
        }
    }

    /// Whether all chains of the seat due before `until` have somebody who pays, or up to when. Sessions
    /// that start before `until` are opened: that touches nobody else.
    fn may_lease(&mut self, seat: usize, now: i64, until: i64, room: &Room) -> Leave {
        let mut until = until;
        let mut first = Leave::No;
        for key in self.desk.queue.iter() {
            let at = key.0.0;
            if at >= until {
                continue;
            }
            let s = &self.desk.slots[slot_of(key)];
            if s.seat != seat || s.elsewhere || s.mode == Mode::Gone {
                continue;
            }
            let leave = match s.mode {
                Mode::Working => self.leave_of(s.actor, room),
                Mode::Waiting { .. } => Leave::AfterThis,
                _ => Leave::No,
            };
            if !matches!(leave, Leave::Until(_)) {
                (until, first) = (at, leave);
            }
        }
        if until <= now {
            return first;
        }
        while self.next_session() < until {
            let start = self.desk.starts[self.next_start];
            let actor = start.actor as usize;
            let own = self.c.exp.actors[actor].seat == seat;
            if own && !matches!(self.leave_of(actor, room), Leave::Until(_)) {
                return Leave::Until(start.at);
            }
            self.open_session();
        }
        Leave::Until(until)
    }

    /// Whether somebody pays for all that an actor and its sub-agents may do.
    fn leave_of(&self, actor: usize, room: &Room) -> Leave {
        let mut leave = Leave::Until(NEVER);
        for class in &self.c.extras[actor].classes {
            match room.lanes[*class] {
                Lane::Plan | Lane::Wallet => {}
                Lane::Opens => leave = Leave::AfterThis,
                Lane::Nobody => return Leave::No,
            }
        }
        leave
    }

    /// Runs all chains of the seat up to `until`, if every pool keeps room; else says by when one does
    /// not.
    fn try_lease(&mut self, seat: usize, until: i64, room: &mut Room) -> Result<(), i64> {
        room.saved.clear();
        room.todo.clear();
        room.fresh.clear();
        room.flights.clear();
        room.uses.clear();
        for k in self.desk.queue.iter().filter(|k| k.0.0 < until) {
            let (id, s) = (slot_of(k), &self.desk.slots[slot_of(k)]);
            if is_leased(s, seat) {
                room.saved.push((id, s.clone()));
                room.todo.push(id);
            }
        }
        while let Some(id) = room.todo.pop() {
            let ran = self.run_free(id, until, room);
            // What is used only grows.
            if let Err(at) = ran.and_then(|()| self.has_room_for(seat, room).ok_or(until)) {
                self.undo_lease(room);
                return Err(at);
            }
        }
        self.take_lease(seat, until, room);
        Ok(())
    }

    /// Runs one chain up to `until`, or says when it alone has used more than there is.
    fn run_free(&mut self, id: usize, until: i64, room: &mut Room) -> Result<(), i64> {
        let c = self.c;
        loop {
            let s = &mut self.desk.slots[id];
            let role = &c.roles[s.role];
            let uses = &role.uses[s.model];
            let credits = room.lanes[uses.class] == Lane::Wallet;
            let used = Used::find(&mut room.uses, s.role, s.model, credits);
            let mut run = Run {
                kernel: &role.kernel,
                uses,
                until,
                stop_at_prompt: s.subs_left > 0 || role.model_per == Level::Prompt,
                stop_always: role.model_per == Level::Request,
                flights: &mut room.flights,
                budget: match credits {
                    true => room.wallet,
                    false => self.account.room(s.seat, uses.class),
                },
            };
            match run.by_itself(&mut s.chain, &mut s.next, used) {
                Stopped::Ended => {
                    s.next = NEVER;
                    return Ok(());
                }
                Stopped::After(next) => {
                    if self.follow(id, next) {
                        while let Some(child) = self.desk.born.pop() {
                            room.fresh.push(child);
                            if self.desk.slots[child].next < until {
                                room.todo.push(child);
                            }
                        }
                    }
                    if self.desk.slots[id].next >= until {
                        return Ok(());
                    }
                }
                Stopped::Due => return Ok(()),
                Stopped::Over => return Err(s.next.min(until)),
            }
        }
    }

    /// Whether every pool keeps room after all that was used.
    fn has_room_for(&self, seat: usize, room: &Room) -> Option<()> {
        let mut need = [0i64; WINDOWS_MAX];
        let mut charged = 0i64;
        for u in &room.uses {
            let uses = u.uses(self.c);
            let amount = u.amount(uses);
            if u.credits {
                charged = charged.saturating_add(amount);
            } else {
                // Also requests that end after the lease ask for room when they begin.
                self.account.add_units(uses.class, amount.max(1), &mut need);
            }
        }
        let late = room.flights.iter().filter(|f| f.credits);
        let charged = late.fold(charged, |sum, f| sum.saturating_add(f.amount));
        let fits = (charged == 0 || charged <= room.wallet) && self.account.keeps_room(seat, &need);
        fits.then_some(())
    }

    fn take_lease(&mut self, seat: usize, until: i64, room: &mut Room) {
        let mut stretch = Stretch {
            until,
            cost: 0,
            area: 0,
        };
        for u in &room.uses {
            let uses = u.uses(self.c);
            self.count_use(u, uses);
            let amount = u.amount(uses);
            if u.credits {
                stretch.cost += amount;
                stretch.area += u.area;
            } else {
                self.account.take_units(seat, uses.class, amount);
            }
        }
        if stretch.cost > 0 {
            self.world.money().extra += stretch.cost;
            self.account.take_charges(seat, stretch);
        }
        for f in &room.flights {
            self.account
                .begin(Instant(f.ends), seat, f.class, f.credits, f.amount);
        }
        let slots = &self.desk.slots;
        let mut keys = std::mem::take(&mut self.desk.queue).into_vec();
        keys.retain(|k| k.0.0 >= until || !is_leased(&slots[slot_of(k)], seat));
        let chains = room.saved.iter().map(|s| s.0);
        for id in chains.chain(room.fresh.iter().copied()) {
            if slots[id].next == NEVER {
                self.desk.free.push(id);
            } else {
                keys.push(key(&slots[id], id));
            }
        }
        self.desk.queue = BinaryHeap::from(keys);
    }

    /// Counts requests, tokens and dollars.
    fn count_use(&mut self, u: &Used, uses: &crate::engine::compiled::UseKernel) {
        let payer = if u.credits {
            Payer::Wallet
        } else {
            Payer::Plan
        };
        for (one_hour, tier) in PARTS {
            let sum = &u.sums[one_hour][tier];
            let cost = u.price(uses, one_hour, tier).0;
            let write = Kind::Write5m as usize + one_hour;
            self.requests += sum.requests as i64;
            if !u.credits {
                self.world.money().covered += cost;
            }
            let spend = &mut self.tally.sums.spend[uses.spend + tier];
            spend.requests += sum.requests;
            spend.tokens[Kind::Input as usize] += sum.input as u64;
            spend.tokens[write] += sum.write as u64;
            spend.tokens[Kind::Read as usize] += sum.read as u64;
            spend.tokens[Kind::Output as usize] += sum.output as u64;
            spend.paid[payer as usize] += i128::from(cost);
            spend.misses += sum.misses;
            spend.miss_tokens[write] += sum.rewritten as u64;
        }
    }

    fn undo_lease(&mut self, room: &mut Room) {
        for (id, slot) in room.saved.drain(..) {
            self.desk.slots[id] = slot;
        }
        self.desk.free.extend(&room.fresh);
    }
}

/// Whether a chain takes part in leases of the seat.
fn is_leased(s: &Slot, seat: usize) -> bool {
    s.seat == seat && s.mode == Mode::Working && !s.elsewhere
}
