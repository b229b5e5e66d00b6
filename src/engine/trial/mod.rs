//! One trial: sessions, sub-agents and the account move forward together, event by event.
//!
//! Order at one instant: events of the account (months, resets, money, charges that post), then
//! marks (timeline, months, incidents), then sessions that start, then chains by (actor, session,
//! sub-agent).
//!
//! Two ways lead through a trial, and both give the same result to the byte. `exact` takes one
//! request after the other in order of time and asks the gate for each. `lease` first tries
//! something faster: until something happens to a seat the same pool pays for each class as long as
//! no pool runs dry; so it lets each chain of the seat run by itself up to there (`free`), and takes
//! the result only if indeed none ran dry. A replay always goes the exact way.

mod exact;
pub(in crate::engine) mod finish;
mod fork;
mod free;
mod lease;
mod marks;
mod sessions;
mod stopped;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::compiled::{Compiled, Role};
use super::experiment::IncidentKind;
use super::incidents;
use super::outcome::{Field, NEVER, SpendSum};
use super::replay::{Payer, What};
use super::stops::Stops;
use super::surroundings::{Charge, MonthMoney, Surroundings, Watch};
use super::tally::Tally;
use crate::account::rates::{Kind, Rate};
use crate::account::reason::{REASON_SLOTS, Reason};
use crate::account::{Account, Refusal, Verdict};
use crate::base::law::Level;
use crate::base::money::Money;
use crate::base::stream::{Purpose, Stream, mix};
use crate::base::time::Instant;
use crate::demand::calendar::{AS_DRAWN, Start};
use crate::demand::chain::{Chain, Next, Tokens};
use crate::demand::kernel::HELD;
use crate::demand::spec::Reaction;

/// Gaps longer than this do not count as work that was lost when a session is given up.
const ACTIVE_GAP_MS: i64 = 600_000;
/// Sub-agents of one session that can be addressed.
const SUBS_MAX: i64 = 128;
/// Bits of a queue key that hold the slot; the others hold the chain's address.
const SLOT_BITS: u32 = 20;

/// A place in the queue: when, and who. The address decides ties, so that the order does not
/// depend on which slots happened to be free.
type Key = (i64, u64);

/// What a chain is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Working,
    /// Refused; asks the gate again at `next`, gives up at `deadline`.
    Waiting {
        deadline: i64,
    },
    /// Its requests are lost one by one until one is admitted.
    Skipping,
    /// Given up; still counts as stopped until `next`.
    Gone,
}

/// A chain and its place in the trial.
#[derive(Clone, Debug)]
struct Slot {
    chain: Chain,
    next: i64,
    actor: usize,
    role: usize,
    model: usize,
    seat: usize,
    session: u32,
    /// 0: main chain; else number of the sub-agent.
    sub: u32,
    subs_left: i64,
    subs_started: u32,
    mode: Mode,
    /// Position in the actor's list of reactions to the present refusal.
    reaction: usize,
    refused_at: i64,
    /// Pays list price elsewhere.
    elsewhere: bool,
    runaway: bool,
}

/// Room to work in, reused from trial to trial.
#[derive(Default)]
pub struct Desk {
    slots: Vec<Slot>,
    free: Vec<usize>,
    queue: BinaryHeap<Reverse<Key>>,
    /// Sub-agents that have just begun and are not in the queue yet.
    born: Vec<usize>,
    lease: lease::Room,
    /// By seat.
    paces: Vec<lease::Pace>,
    starts: Vec<Start>,
    person: Vec<[u32; HELD]>,
    top_ups: Vec<u32>,
}

/// A trial in progress.
pub struct Trial<'t, 'e, W> {
    c: &'t Compiled<'e>,
    number: u64,
    desk: &'t mut Desk,
    pub(in crate::engine) tally: &'t mut Tally,
    account: Account<'t>,
    world: Surroundings<'t, 'e, W>,
    next_start: usize,
    next_step: usize,
    next_incident: usize,
    incident_end: i64,
    relief: u32,
    requests: i64,
    lost: i64,
    /// No lease is tried.
    exact: bool,
    /// The watcher wanted to stop before the next request.
    pub(in crate::engine) paused: bool,
}

/// Plays one trial and appends its row. `exact`: without the faster way; the result is the same.
pub fn play<W: Watch>(
    c: &Compiled<'_>,
    number: u64,
    desk: &mut Desk,
    tally: &mut Tally,
    watch: &mut W,
    exact: bool,
    rows: &mut Vec<i64>,
) -> Result<(), TrialError> {
    let mut trial = Trial::new(c, number, desk, tally, watch);
    trial.exact = exact || W::ACTIVE;
    trial.run();
    trial.finish(rows)
}

/// A trial that cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialError {
    /// An amount of money left the range of about nine million dollars.
    MoneyOverflow,
    /// Opening + in − out is not closing: a defect of this program.
    NotConserved,
}

impl<'t, 'e, W: Watch> Trial<'t, 'e, W> {
    pub(in crate::engine) fn new(
        c: &'t Compiled<'e>,
        number: u64,
        desk: &'t mut Desk,
        tally: &'t mut Tally,
        watch: &'t mut W,
    ) -> Trial<'t, 'e, W> {
        desk.slots.clear();
        desk.free.clear();
        desk.queue.clear();
        desk.born.clear();
        desk.starts.clear();
        desk.person.clear();
        desk.paces.clear();
        desk.paces.resize(c.account.seats, lease::Pace::default());
        desk.top_ups.clear();
        desk.top_ups.resize(c.exp.actors.len(), 0);
        for (i, actor) in c.exp.actors.iter().enumerate() {
            c.calendars[i].starts(actor, i, c.seed, number, &mut desk.starts);
        }
        desk.starts.sort_unstable();
        desk.person
            .extend((0..c.roles.len()).map(|r| c.person_words(number, r)));
        tally.stops.reset();
        let account = Account::new(c.account, c.exp.start, c.draw_limits(number));
        let incidents = incidents::draw(c, number);
        Trial {
            c,
            number,
            desk,
            tally,
            account,
            world: Surroundings {
                c,
                trial: number,
                incidents,
                months: vec![MonthMoney::default(); c.exp.months.len().max(1)],
                month: 0,
                watch,
            },
            next_start: 0,
            next_step: 0,
            next_incident: 0,
            incident_end: NEVER,
            relief: 0,
            requests: 0,
            lost: 0,
            exact: false,
            paused: false,
        }
    }

    /// Plays from the start.
    pub(in crate::engine) fn run(&mut self) {
        self.account.open(self.c.exp.start, &mut self.world);
        self.relief = self.account.relief();
        self.go_on();
    }

    /// Plays on to the end, or until the watcher pauses.
    pub(in crate::engine) fn go_on(&mut self) {
        let end = self.c.exp.end.0;
        self.paused = false;
        while !self.paused {
            let chain = self.desk.queue.peek().map_or(NEVER, |k| k.0.0);
            let start = self.next_session();
            let mark = self.next_mark();
            let event = self.account.next_event();
            let now = chain.min(start).min(mark).min(event);
            if now > end || now == NEVER {
                break;
            }
            if event <= now {
                self.account.advance(Instant(now), &mut self.world);
                self.wake_if_relieved(now);
            } else if mark <= now {
                self.pass_mark(now);
            } else if now == end {
                break;
            } else if start <= now {
                self.open_session();
            } else if !self.lease(now, mark.min(end)) {
                // Not past the end: what is under way there is charged there. An attempt may have
                // opened sessions.
                let start = self.next_session();
                self.work(self.second().min(start), mark.min(end));
            }
        }
    }

    /// When the next session starts.
    fn next_session(&self) -> i64 {
        self.desk
            .starts
            .get(self.next_start)
            .map_or(NEVER, |s| s.at)
    }

    /// When the chain after the next one is due: one of the two children of the heap's root.
    #[inline]
    fn second(&self) -> i64 {
        let keys = self.desk.queue.as_slice();
        let time = |i: usize| keys.get(i).map_or(NEVER, |k| k.0.0);
        time(1).min(time(2))
    }
}

/// The queue's entry of a chain.
fn key(s: &Slot, id: usize) -> Reverse<Key> {
    let address =
        ((s.actor as u64) << 32) | (u64::from(s.session) << 8) | u64::from(s.sub.min(255));
    Reverse((s.next, (address << SLOT_BITS) | id as u64))
}

/// The slot of a queue's entry.
fn slot_of(key: &Reverse<Key>) -> usize {
    (key.0.1 & ((1 << SLOT_BITS) - 1)) as usize
}

/// List price, window units and spend slot of a request.
#[inline(always)]
fn price(uses: &super::compiled::UseKernel, t: &Tokens) -> (i64, i64, usize) {
    let above = t.prompt() > uses.rates.tier_above;
    let rate = if above {
        &uses.rates.tier
    } else {
        &uses.rates.base
    };
    let (cost, units) = price_at(rate, t);
    (cost, units, uses.spend + usize::from(above))
}

/// Counts one request in its spend slot.
#[inline(always)]
fn count(spend: &mut SpendSum, t: &Tokens, payer: Payer, cost: i64) {
    let write = Kind::Write5m as usize + usize::from(t.one_hour);
    spend.requests += 1;
    spend.tokens[Kind::Input as usize] += t.input as u64;
    spend.tokens[write] += t.write as u64;
    spend.tokens[Kind::Read as usize] += t.read as u64;
    spend.tokens[Kind::Output as usize] += t.output as u64;
    spend.paid[payer as usize] += i128::from(cost);
    if t.rewritten > 0 {
        spend.misses += 1;
        spend.miss_tokens[write] += t.rewritten as u64;
    }
}

/// List price and window units of a request at a rate.
#[inline(always)]
fn price_at(rate: &Rate, t: &Tokens) -> (i64, i64) {
    let write = Kind::Write5m as usize + usize::from(t.one_hour);
    let dot = |per: &[i64; 5]| {
        t.input * per[Kind::Input as usize]
            + t.write * per[write]
            + t.read * per[Kind::Read as usize]
            + t.output * per[Kind::Output as usize]
    };
    let cost = dot(&rate.price);
    let units = if rate.metered_at_price {
        cost
    } else {
        dot(&rate.units)
    };
    (cost, units)
}

fn choose_model(role: &Role, s: &mut Slot) {
    let model = role.mix.choose(s.chain.rng());
    if model != s.model {
        s.model = model;
        s.chain.switch_model(role.mix.factors[model]);
    }
}

/// Position inside the prompt and number of the prompt of a chain's next request: after it the
/// chain stands at the one that follows, perhaps of another prompt.
#[inline(always)]
fn place(chain: &Chain) -> (u32, u32) {
    (chain.in_prompt + 1, chain.prompt)
}

#[allow(clippy::too_many_arguments)]
fn tell_request<W: Watch>(
    world: &mut Surroundings<'_, '_, W>,
    s: &Slot,
    place: (u32, u32),
    model: usize,
    now: i64,
    ends: i64,
    payer: Payer,
    t: &Tokens,
    cost: i64,
) {
    let one_hour = usize::from(t.one_hour);
    let mut tokens = [t.input, 0, 0, t.read, t.output];
    tokens[Kind::Write5m as usize + one_hour] = t.write;
    let chain = &s.chain;
    world.tell(now, || What::Request {
        actor: s.actor,
        session: s.session,
        sub_agent: (s.sub > 0).then_some(s.sub),
        n: chain.n,
        in_prompt: place.0,
        prompt: place.1,
        model,
        payer,
        tokens,
        context: t.prompt(),
        cost: Money(cost),
        miss: t.rewritten > 0,
        compaction: t.compaction,
        ends: Instant(ends),
    });
}
