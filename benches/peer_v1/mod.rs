//! The lean model "peer-v1": small enough to be written again in any simulation library, so that
//! speeds can be compared, and with exact results, so that answers can.
//!
//! - 30 days; sessions arrive by a Poisson law, 6 a day, and may overlap
//! - turns of a session: geometric from 1 with mean 25; gaps between them exponential, mean 90 s
//! - a request at turn k costs (0.02 + 0.0008 × ((k − 1) mod 60)) × LogNormal(mean 1, sigma 0.6) dollars
//! - the wallet starts with $40; a request is blocked when the balance is not above 0, else charged
//!   in full
//! - below $10, when no payment is pending and at most $125 were bought: a payment of $25. It arrives
//!   after 300 s; with probability 0.03 it fails instead, and for 3600 s none is tried. A new payment
//!   starts at a request only
//!
//! Built on the engine's own parts: addressed streams, sampler tables, the account's wallet. While
//! the balance is far from anything that could happen, sessions run whole, one after the other, and
//! only their sum is kept: the order of requests does not matter then. A session that would cross
//! the threshold is taken back, with all that overlap it, and played in order of time.

use burncast::account::spec::{ReloadAmount, WalletSpec};
use burncast::account::wallet::Wallet;
use burncast::account::{Payment, World};
use burncast::base::law::{Draw, Law};
use burncast::base::money::{Money, PICO_PER_USD};
use burncast::base::stream::{Purpose, Stream};
use burncast::base::table::{Steps, Table, nearest};
use burncast::base::time::Instant;

mod bank;

use bank::Bank;

pub const HORIZON_MS: i64 = 30 * 86_400_000;
const NEVER: i64 = i64::MAX;
const SESSIONS_PER_DAY: f64 = 6.0;
const TURNS: f64 = 25.0;
const GAP_S: f64 = 90.0;
const SIGMA: f64 = 0.6;
/// Turns after which the context, and so the cost, starts again.
const COMPACTION: usize = 60;
const FIRST_USD: f64 = 0.02;
const GROWTH_USD: f64 = 0.0008;
const EVERY_GRANT: u32 = u32::MAX;

/// The model, compiled.
pub struct PeerV1 {
    seed: u64,
    between: Table,
    turns: Steps,
    gap: Table,
    noise: Table,
    /// Dollars of each turn up to compaction, without noise.
    bases: [f64; COMPACTION],
    wallet: WalletSpec,
    /// Requests from here on are not made.
    cut: i64,
    /// Whether sessions may run ahead.
    ahead: bool,
}

/// What a trial leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub requests: u64,
    pub blocked: u64,
    pub spend: i64,
    pub reloads: i64,
    pub cap_reached: bool,
    /// Milliseconds, `None` if nothing was blocked.
    pub first_block: Option<i64>,
}

/// A session at work.
#[derive(Clone)]
struct Session {
    rng: Stream,
    next: i64,
    turn: u32,
    left: u32,
}

impl PeerV1 {
    pub fn new(seed: u64) -> PeerV1 {
        let exponential = |mean| Draw::of(Law::Exponential { mean });
        let noise = Law::LogNormal {
            mu: -0.5 * SIGMA * SIGMA,
            sigma: SIGMA,
        };
        let turns = Draw::of(Law::Geometric { mean: TURNS });
        let day_ms = 86_400_000.0;
        PeerV1 {
            seed,
            between: Table::new(&exponential(day_ms / SESSIONS_PER_DAY)),
            turns: Steps::new(&turns).expect("a geometric law has few values"),
            gap: Table::with_scale(&exponential(GAP_S), 1000.0),
            noise: Table::with_scale(&Draw::of(noise), PICO_PER_USD as f64),
            bases: std::array::from_fn(|k| FIRST_USD + GROWTH_USD * k as f64),
            wallet: bank::wallet(),
            cut: HORIZON_MS,
            ahead: true,
        }
    }

    /// The demand alone: money for everything.
    #[allow(dead_code)] // Only the oracles need it.
    pub fn rich(mut self) -> PeerV1 {
        self.wallet.balance = Money::usd(1_000_000);
        self.wallet.auto_reload = None;
        self
    }

    /// Sessions that begin before the horizon go on to their end.
    #[allow(dead_code)] // Only the oracles need it.
    pub fn uncut(mut self) -> PeerV1 {
        self.cut = NEVER;
        self
    }

    /// Every request in order of time, each charged by itself: the plain way, to compare with.
    #[allow(dead_code)] // Only the oracles need it.
    pub fn in_order(mut self) -> PeerV1 {
        self.ahead = false;
        self
    }

    /// Every request of a trial, in order of time: when, ms, and what it costs.
    #[allow(dead_code)] // Only tests of searches need it.
    pub fn requests(&self, trial: u64) -> Vec<(i64, i64)> {
        let mut starts = Stream::open(self.seed, Purpose::Calendar, trial, 0, 0);
        let mut at = self.between.sample_int(starts.word());
        let mut all = Vec::new();
        for number in 0.. {
            if at >= HORIZON_MS {
                break;
            }
            let mut s = self.open(trial, number, at);
            while s.left > 0 && s.next < self.cut {
                let when = s.next;
                all.push((when, self.request(&mut s)));
            }
            at += self.between.sample_int(starts.word());
        }
        // Stable: of two at one instant the one of the older session comes first.
        all.sort_by_key(|r| r.0);
        all
    }

    /// A wallet that buys so much when the balance is below the threshold.
    #[allow(dead_code)] // Only tests of searches need it.
    pub fn reload(mut self, threshold: Money, add: Money) -> PeerV1 {
        if let Some(auto) = &mut self.wallet.auto_reload {
            (auto.threshold, auto.amount) = (threshold, ReloadAmount::Add(add));
        }
        self
    }

    /// What becomes of a trial's payment of this number.
    #[allow(dead_code)] // Only tests of searches need it.
    pub fn payment(&self, trial: u64, attempt: u32) -> Payment {
        let mut bank = Bank {
            seed: self.seed,
            trial,
            cap_reached: false,
        };
        bank.payment(attempt, Instant(0))
    }

    fn open(&self, trial: u64, number: u64, at: i64) -> Session {
        let mut rng = Stream::open(self.seed, Purpose::Session, trial, 0, number);
        let left = self.turns.sample(rng.word()) as u32;
        Session {
            rng,
            next: at,
            turn: 0,
            left,
        }
    }

    /// Plays a session to its end; what it costs.
    #[inline]
    fn finish(&self, s: &mut Session) -> i64 {
        let mut rng = s.rng.clone();
        let (mut at, mut sum) = (s.next, 0);
        while s.left > 0 {
            let bases = &self.bases[s.turn as usize % COMPACTION..];
            let run = bases.len().min(s.left as usize);
            for base in &bases[..run] {
                let bits = rng.bits();
                sum += nearest(base * self.noise.sample(bits as u32));
                at += self.gap.sample_int((bits >> 32) as u32);
            }
            s.turn += run as u32;
            s.left -= run as u32;
        }
        (s.rng, s.next) = (rng, at);
        sum
    }

    /// Makes one request; what it costs.
    #[inline]
    fn request(&self, s: &mut Session) -> i64 {
        let bits = s.rng.bits();
        let base = self.bases[s.turn as usize % COMPACTION];
        s.next += self.gap.sample_int((bits >> 32) as u32);
        s.turn += 1;
        s.left -= 1;
        nearest(base * self.noise.sample(bits as u32))
    }

    /// Plays a session up to an instant (not included); what that costs.
    fn run_until(&self, s: &mut Session, until: i64) -> i64 {
        let mut sum = 0;
        while s.left > 0 && s.next < until {
            sum += self.request(s);
        }
        sum
    }

    /// Plays one trial. `room` is reused from trial to trial.
    pub fn play(&self, trial: u64, room: &mut Room) -> Course {
        let mut starts = Stream::open(self.seed, Purpose::Calendar, trial, 0, 0);
        let next_start = self.between.sample_int(starts.word());
        room.open.clear();
        room.ahead.clear();
        let mut t = Trial {
            model: self,
            trial,
            room,
            starts,
            next_start,
            number: 0,
            now: 0,
            wallet: Wallet::new(&self.wallet, 0),
            bank: Bank {
                seed: self.seed,
                trial,
                cap_reached: false,
            },
            spent: 0,
            course: Course::default(),
        };
        if self.ahead {
            while t.run_ahead() {
                t.in_order();
            }
        } else {
            t.in_order();
        }
        t.course.reloads = t.wallet.reloads;
        t.course.cap_reached = t.bank.cap_reached;
        t.course
    }
}

/// Room to work in.
#[derive(Default)]
pub struct Room {
    /// Sessions at work, played up to `now`.
    open: Vec<Session>,
    /// Sessions played to their end that may still be taken back.
    ahead: Vec<Ahead>,
}

/// A session that ran ahead: as it was before, its cost and turns, and when it ended at the latest.
struct Ahead {
    before: Session,
    cost: i64,
    turns: u32,
    end: i64,
}

struct Trial<'m> {
    model: &'m PeerV1,
    trial: u64,
    room: &'m mut Room,
    starts: Stream,
    next_start: i64,
    number: u64,
    now: i64,
    wallet: Wallet,
    bank: Bank,
    /// Charged since the wallet was last touched.
    spent: i64,
    course: Course,
}

impl Trial<'_> {
    /// What can be spent before the wallet does something or refuses.
    fn headroom(&self) -> i64 {
        let waits = self.wallet.is_pending() || self.bank.cap_reached;
        let level = match &self.model.wallet.auto_reload {
            Some(auto) if !waits => auto.threshold.0,
            _ => 1,
        };
        self.wallet.balance().0 - level
    }

    /// Charges what was spent since the last time: not enough for anything to happen.
    fn settle(&mut self, now: i64) {
        if self.spent > 0 {
            let (spec, cost) = (&self.model.wallet, self.spent);
            self.spent = 0;
            self.course.spend += cost;
            self.wallet
                .charge(spec, now, cost, EVERY_GRANT, &mut self.bank);
        }
    }

    /// Runs whole sessions while nothing can happen. False: the trial is over.
    fn run_ahead(&mut self) -> bool {
        let headroom = self.headroom();
        self.room.ahead.clear();
        while let Some(s) = self.room.open.pop() {
            if !self.try_whole(s, headroom) {
                self.take_back(self.now);
                return true;
            }
        }
        while self.next_start < HORIZON_MS {
            let at = self.next_start;
            let s = self.model.open(self.trial, self.number, at);
            self.step_start();
            self.room.ahead.retain(|a| a.end > at);
            if !self.try_whole(s, headroom) {
                self.take_back(at);
                return true;
            }
        }
        self.settle(HORIZON_MS);
        false
    }

    #[inline]
    fn step_start(&mut self) {
        self.number += 1;
        self.next_start += self.model.between.sample_int(self.starts.word());
    }

    /// Plays a session to its end, or leaves it among the open ones if that costs too much.
    #[inline]
    fn try_whole(&mut self, mut s: Session, headroom: i64) -> bool {
        let before = s.clone();
        let mut cost = self.model.finish(&mut s);
        if s.next > self.model.cut {
            s = before.clone();
            cost = self.model.run_until(&mut s, self.model.cut);
        }
        if self.spent + cost > headroom {
            self.room.open.push(before);
            return false;
        }
        let turns = s.turn - before.turn;
        self.spent += cost;
        self.course.requests += u64::from(turns);
        self.room.ahead.push(Ahead {
            before,
            cost,
            turns,
            end: s.next,
        });
        true
    }

    /// Takes back what ran ahead of `now`.
    fn take_back(&mut self, now: i64) {
        while let Some(a) = self.room.ahead.pop() {
            if a.end <= now {
                continue;
            }
            let (mut s, from) = (a.before.clone(), a.before.turn);
            self.spent += self.model.run_until(&mut s, now.min(self.model.cut)) - a.cost;
            self.course.requests += u64::from(s.turn - from);
            self.course.requests -= u64::from(a.turns);
            self.room.open.push(s);
        }
        self.now = now;
        self.settle(now);
    }

    /// Plays requests in order of time until nothing can happen any more.
    fn in_order(&mut self) {
        let mut headroom = self.headroom();
        loop {
            let first = (0..self.room.open.len()).min_by_key(|i| self.room.open[*i].next);
            let due = first.map_or(NEVER, |i| self.room.open[i].next);
            if self.next_start <= due {
                if self.next_start >= HORIZON_MS && due == NEVER {
                    return;
                }
                if self.next_start < HORIZON_MS {
                    let at = self.next_start;
                    let s = self.model.open(self.trial, self.number, at);
                    self.room.open.push(s);
                    self.step_start();
                    continue;
                }
            }
            let Some(i) = first else { return };
            let s = &mut self.room.open[i];
            if s.left == 0 || due >= self.model.cut {
                self.room.open.swap_remove(i);
                continue;
            }
            let cost = self.model.request(s);
            self.course.requests += 1;
            self.now = due;
            let meets = self.wallet.next_event <= due || self.spent + cost > headroom;
            if meets || !self.model.ahead {
                self.touch(due, cost);
                headroom = self.headroom();
                if self.model.ahead && !self.wallet.is_pending() && headroom >= 0 {
                    return;
                }
            } else {
                self.spent += cost;
            }
        }
    }

    /// A request that meets the wallet itself.
    fn touch(&mut self, now: i64, cost: i64) {
        self.settle(now);
        let spec = &self.model.wallet;
        if self.wallet.next_event <= now {
            self.wallet.due(spec, now, &mut self.bank);
        }
        if self.wallet.admits(spec, 0, EVERY_GRANT).is_ok() {
            self.course.spend += cost;
            self.wallet
                .charge(spec, now, cost, EVERY_GRANT, &mut self.bank);
        } else {
            self.course.blocked += 1;
            self.course.first_block.get_or_insert(now);
        }
    }
}
