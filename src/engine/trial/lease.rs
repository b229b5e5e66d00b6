//! The faster way through a trial.
//!
//! Up to the next event of the account nothing but requests happens. If the plan covers every
//! class in use and no window runs dry in that time, the order of requests does not matter: units
//! are only added up. So each chain runs by itself, into copies that are thrown away if a window
//! would have run dry; the exact way then does that stretch again.

use super::*;
use crate::account::reason::WINDOWS_MAX;
use crate::demand::kernel::ChainKernel;
use crate::engine::compiled::UseKernel;

/// Room for one lease, reused.
#[derive(Default)]
pub(super) struct Room {
    /// Chains before the lease, to go back to.
    saved: Vec<(usize, Slot)>,
    todo: Vec<usize>,
    /// Chains that began in it.
    fresh: Vec<usize>,
    ended: Vec<usize>,
    flights: Vec<Flight>,
    uses: Vec<Used>,
}

/// A request that ends after the lease.
#[derive(Clone, Copy)]
struct Flight {
    ends: i64,
    seat: usize,
    class: usize,
    units: i64,
}

/// What one seat used through one kind of chain and model.
struct Used {
    seat: usize,
    role: usize,
    model: usize,
    /// By life of cache writes (five minutes, an hour), then below and above the prompt-size tier.
    sums: [[Sum; 2]; 2],
    /// Units of requests that end after the lease: they are charged then.
    late: i64,
}

impl Used {
    /// List price and window units of a part.
    fn price(&self, uses: &UseKernel, one_hour: usize, tier: usize) -> (i64, i64) {
        let rate = if tier == 1 {
            &uses.rates.tier
        } else {
            &uses.rates.base
        };
        price_at(rate, &self.sums[one_hour][tier].tokens(one_hour == 1))
    }

    /// Window units that are charged within the lease.
    fn units(&self, uses: &UseKernel) -> i64 {
        let all = [(0, 0), (0, 1), (1, 0), (1, 1)];
        all.iter()
            .map(|(h, t)| self.price(uses, *h, *t).1)
            .sum::<i64>()
            - self.late
    }
}

/// Totals of some requests.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// Wraps around zero while a part is taken out before it is put in.
    requests: u64,
    input: i64,
    write: i64,
    read: i64,
    output: i64,
    misses: u64,
    rewritten: i64,
}

/// Whether a lease can be tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leave {
    Yes,
    /// A window is closed; the next request opens it.
    AfterThis,
    /// Not before the account changes.
    No,
}

/// Why a run of one chain stopped.
enum Stopped {
    Due,
    /// A choice is due: of a model, or of sub-agents.
    After(Next),
    Ended,
}

impl<W: Watch> Trial<'_, '_, W> {
    /// Tries to pass all chains up to `until` at once. False: nothing was done.
    pub(super) fn lease(&mut self, until: i64) -> bool {
        if until <= self.exact_until {
            return false;
        }
        match self.may_lease(until) {
            Leave::Yes => {}
            Leave::AfterThis => return false,
            Leave::No => {
                self.exact_until = until;
                return false;
            }
        }
        let mut room = std::mem::take(&mut self.desk.lease);
        let done = self.try_lease(until, &mut room);
        self.desk.lease = room;
        if !done {
            self.exact_until = until;
        }
        done
    }

    /// Whether all chains due before `until` work for a class that the plan covers now. Sessions
    /// that start before `until` are opened: that touches nobody else.
    fn may_lease(&mut self, until: i64) -> Leave {
        let actors = 0..self.c.exp.actors.len();
        let all = actors
            .into_iter()
            .all(|a| self.covers_actor(a) == Leave::Yes);
        for Reverse((at, address)) in self.desk.queue.iter() {
            if *at >= until {
                continue;
            }
            let s = &self.desk.slots[slot_of(&Reverse((*at, *address)))];
            if s.mode != Mode::Working || s.elsewhere {
                return Leave::No;
            }
            if !all {
                let leave = self.covers_actor(s.actor);
                if leave != Leave::Yes {
                    return leave;
                }
            }
        }
        while self.next_session() < until {
            let actor = self.desk.starts[self.next_start].actor as usize;
            if !all {
                let leave = self.covers_actor(actor);
                if leave != Leave::Yes {
                    return leave;
                }
            }
            self.open_session();
        }
        Leave::Yes
    }

    /// Whether the plan covers all that an actor and its sub-agents may do.
    fn covers_actor(&self, actor: usize) -> Leave {
        let seat = self.c.exp.actors[actor].seat;
        let Some(windows) = self.c.extras[actor].windows else {
            return Leave::No;
        };
        if self.account.covers_all(seat, windows) {
            Leave::Yes
        } else if self.account.opens_at_request(seat, windows) {
            Leave::AfterThis
        } else {
            Leave::No
        }
    }

    fn try_lease(&mut self, until: i64, room: &mut Room) -> bool {
        room.saved.clear();
        room.todo.clear();
        room.fresh.clear();
        room.ended.clear();
        room.flights.clear();
        room.uses.clear();
        for k in self.desk.queue.iter().filter(|k| k.0.0 < until) {
            let id = slot_of(k);
            room.saved.push((id, self.desk.slots[id].clone()));
            room.todo.push(id);
        }
        while let Some(id) = room.todo.pop() {
            self.run_free(id, until, room);
        }
        if self.has_room_for(room) {
            self.take_lease(until, room);
            true
        } else {
            self.undo_lease(room);
            false
        }
    }

    /// Runs one chain up to `until`.
    fn run_free(&mut self, id: usize, until: i64, room: &mut Room) {
        let c = self.c;
        loop {
            let s = &mut self.desk.slots[id];
            let role = &c.roles[s.role];
            let used = find_used(&mut room.uses, s);
            let mut run = Run {
                kernel: &role.kernel,
                uses: &role.uses[s.model],
                seat: s.seat,
                until,
                stop_at_prompt: s.subs_left > 0 || role.model_per == Level::Prompt,
                stop_always: role.model_per == Level::Request,
                flights: &mut room.flights,
            };
            let stopped = if role.kernel.plain {
                run.go::<true>(&mut s.chain, &mut s.next, used)
            } else {
                run.go::<false>(&mut s.chain, &mut s.next, used)
            };
            match stopped {
                Stopped::Ended => {
                    s.next = NEVER;
                    room.ended.push(id);
                    return;
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
                        return;
                    }
                }
                Stopped::Due => return,
            }
        }
    }

    /// Whether every window keeps room after all that was used.
    fn has_room_for(&self, room: &Room) -> bool {
        for seat in 0..self.account.seats.len() {
            let mut need = [0i64; WINDOWS_MAX];
            for u in room.uses.iter().filter(|u| u.seat == seat) {
                let uses = &self.c.roles[u.role].uses[u.model];
                self.account.add_units(uses.class, u.units(uses), &mut need);
            }
            if !self.account.keeps_room(seat, &need) {
                return false;
            }
        }
        true
    }

    fn take_lease(&mut self, until: i64, room: &mut Room) {
        let c = self.c;
        for u in &room.uses {
            let uses = &c.roles[u.role].uses[u.model];
            for (one_hour, tier) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let sum = &u.sums[one_hour][tier];
                let cost = u.price(uses, one_hour, tier).0;
                let write = Kind::Write5m as usize + one_hour;
                self.requests += sum.requests as i64;
                self.world.money().covered += cost;
                let spend = &mut self.tally.sums.spend[uses.spend + tier];
                spend.requests += sum.requests;
                spend.tokens[Kind::Input as usize] += sum.input as u64;
                spend.tokens[write] += sum.write as u64;
                spend.tokens[Kind::Read as usize] += sum.read as u64;
                spend.tokens[Kind::Output as usize] += sum.output as u64;
                spend.paid[Payer::Plan as usize] += i128::from(cost);
                spend.misses += sum.misses;
                spend.miss_tokens[write] += sum.rewritten as u64;
            }
            self.account.take_units(u.seat, uses.class, u.units(uses));
        }
        for f in &room.flights {
            self.account
                .begin(Instant(f.ends), f.seat, f.class, false, f.units);
        }
        let mut keys = std::mem::take(&mut self.desk.queue).into_vec();
        keys.retain(|k| k.0.0 >= until);
        self.desk.free.extend(&room.ended);
        let slots = &self.desk.slots;
        let alive = room
            .saved
            .iter()
            .map(|s| s.0)
            .chain(room.fresh.iter().copied());
        keys.extend(
            alive
                .filter(|id| !room.ended.contains(id))
                .map(|id| key(&slots[id], id)),
        );
        self.desk.queue = BinaryHeap::from(keys);
    }

    fn undo_lease(&mut self, room: &mut Room) {
        for (id, slot) in room.saved.drain(..) {
            self.desk.slots[id] = slot;
        }
        self.desk.free.extend(&room.fresh);
    }
}

fn find_used<'u>(uses: &'u mut Vec<Used>, s: &Slot) -> &'u mut Used {
    let same = |u: &Used| u.seat == s.seat && u.role == s.role && u.model == s.model;
    let at = uses.iter().position(same).unwrap_or_else(|| {
        uses.push(Used {
            seat: s.seat,
            role: s.role,
            model: s.model,
            sums: [[Sum::default(); 2]; 2],
            late: 0,
        });
        uses.len() - 1
    });
    &mut uses[at]
}

/// One chain running by itself: the hot loop of the whole program.
struct Run<'r> {
    kernel: &'r ChainKernel,
    uses: &'r UseKernel,
    seat: usize,
    until: i64,
    stop_at_prompt: bool,
    stop_always: bool,
    flights: &'r mut Vec<Flight>,
}

impl Run<'_> {
    #[inline(never)]
    fn go<const PLAIN: bool>(
        &mut self,
        chain: &mut Chain,
        at: &mut i64,
        used: &mut Used,
    ) -> Stopped {
        let k = self.kernel;
        let (until, rates) = (self.until, &self.uses.rates);
        let mut own = chain.clone();
        let mut now = *at;
        let (mut n, mut input, mut write, mut read) = (0u64, 0i64, 0i64, 0i64);
        let (mut output, mut late) = (0i64, 0i64);
        let mut rare = [Sum::default(); 2];
        let stopped = loop {
            let (t, next) = own.request::<PLAIN>(k, now, false);
            let gap = next.gap();
            let ends = now + k.duration_ms(t.output).min(gap);
            n += 1;
            input += t.input;
            write += t.write;
            read += t.read;
            output += t.output;
            let above = t.prompt() > rates.tier_above;
            if t.rewritten > 0 {
                rare[usize::from(above)].misses += 1;
                rare[usize::from(above)].rewritten += t.rewritten;
            }
            if above {
                // Counted below as if it were not above: take it out there and put it in here.
                rare[0].subtract(&t);
                rare[1].add(&t);
            }
            if ends >= until {
                let (seat, class) = (self.seat, self.uses.class);
                let rate = if above { &rates.tier } else { &rates.base };
                let units = price_at(rate, &t).1;
                late += units;
                self.flights.push(Flight {
                    ends,
                    seat,
                    class,
                    units,
                });
            }
            if gap == NEVER {
                break Stopped::Ended;
            }
            now += gap;
            if self.stop_always || (self.stop_at_prompt && matches!(next, Next::Prompt(_))) {
                break Stopped::After(next);
            }
            if now >= until {
                break Stopped::Due;
            }
        };
        *at = now;
        let one_hour = own.one_hour_on_plan();
        *chain = own;
        let [mut low, high] = rare;
        low.requests = low.requests.wrapping_add(n);
        low.input += input;
        low.write += write;
        low.read += read;
        low.output += output;
        used.late += late;
        used.sums[one_hour][0].join(&low);
        used.sums[one_hour][1].join(&high);
        stopped
    }
}

impl Sum {
    fn add(&mut self, t: &Tokens) {
        self.requests = self.requests.wrapping_add(1);
        self.input += t.input;
        self.write += t.write;
        self.read += t.read;
        self.output += t.output;
    }

    fn subtract(&mut self, t: &Tokens) {
        self.requests = self.requests.wrapping_sub(1);
        self.input -= t.input;
        self.write -= t.write;
        self.read -= t.read;
        self.output -= t.output;
    }

    fn join(&mut self, o: &Sum) {
        self.requests = self.requests.wrapping_add(o.requests);
        self.input += o.input;
        self.write += o.write;
        self.read += o.read;
        self.output += o.output;
        self.misses += o.misses;
        self.rewritten += o.rewritten;
    }

    /// The sum as the tokens of one large request: prices are per token, so the price of the sum
    /// is the sum of the prices.
    fn tokens(&self, one_hour: bool) -> Tokens {
        Tokens {
            input: self.input,
            write: self.write,
            read: self.read,
            output: self.output,
            rewritten: self.rewritten,
            one_hour,
            compaction: false,
        }
    }
}
