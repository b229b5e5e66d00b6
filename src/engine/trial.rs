//! One trial: sessions, sub-agents and the account move forward together, event by event.
//!
//! Order at one instant: events of the account (months, resets, money, charges that post), then
//! marks (timeline, months, incidents), then sessions that start, then chains by slot. A chain
//! runs on without touching the queue until something else is due; that is what makes it fast, and
//! it is exact, because nobody else acts in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::compiled::{Compiled, Role};
use super::experiment::IncidentKind;
use super::incidents;
use super::outcome::{Field, NEVER};
use super::replay::{Payer, What};
use super::surroundings::{MonthMoney, Surroundings, Watch};
use super::tally::Tally;
use crate::account::rates::Kind;
use crate::account::reason::{REASON_SLOTS, Reason};
use crate::account::{Account, Refusal, Verdict};
use crate::base::law::Level;
use crate::base::money::Money;
use crate::base::stream::{Purpose, Stream, mix};
use crate::base::time::Instant;
use crate::demand::calendar::Start;
use crate::demand::chain::{Chain, Next, Tokens};
use crate::demand::kernel::HELD;
use crate::demand::spec::Reaction;

/// Gaps longer than this do not count as work that was lost when a session is given up.
const ACTIVE_GAP_MS: i64 = 600_000;
/// Sub-agents of one session that can be addressed.
const SUBS_MAX: i64 = 128;
/// Bits of a queue key that hold the slot.
const SLOT_BITS: u32 = 20;

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
    queue: BinaryHeap<Reverse<u64>>,
    starts: Vec<Start>,
    person: Vec<[u32; HELD]>,
    top_ups: Vec<u32>,
}

/// A trial in progress.
pub struct Trial<'t, 'e, W> {
    c: &'t Compiled<'e>,
    number: u64,
    desk: &'t mut Desk,
    tally: &'t mut Tally,
    account: Account<'t>,
    world: Surroundings<'t, 'e, W>,
    next_start: usize,
    next_step: usize,
    next_incident: usize,
    incident_end: i64,
    relief: u32,
    requests: i64,
    lost: i64,
}

/// Plays one trial and appends its row.
pub fn play<W: Watch>(
    c: &Compiled<'_>,
    number: u64,
    desk: &mut Desk,
    tally: &mut Tally,
    watch: &mut W,
    rows: &mut Vec<i64>,
) -> Result<(), TrialError> {
    let mut trial = Trial::new(c, number, desk, tally, watch);
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
    fn new(
        c: &'t Compiled<'e>,
        number: u64,
        desk: &'t mut Desk,
        tally: &'t mut Tally,
        watch: &'t mut W,
    ) -> Trial<'t, 'e, W> {
        desk.slots.clear();
        desk.free.clear();
        desk.queue.clear();
        desk.starts.clear();
        desk.person.clear();
        desk.top_ups.clear();
        desk.top_ups.resize(c.exp.actors.len(), 0);
        for (i, actor) in c.exp.actors.iter().enumerate() {
            c.calendars[i].starts(actor, i, c.exp.seed, number, &mut desk.starts);
        }
        desk.starts.sort_unstable();
        desk.person
            .extend((0..c.roles.len()).map(|r| c.person_words(number, r)));
        tally.stops.reset();
        let account = Account::new(&c.exp.account, c.exp.start, c.draw_limits(number));
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
        }
    }

    fn run(&mut self) {
        let end = self.c.exp.end.0;
        self.account.open(self.c.exp.start, &mut self.world);
        self.relief = self.account.relief();
        loop {
            let chain = self
                .desk
                .queue
                .peek()
                .map_or(NEVER, |k| (k.0 >> SLOT_BITS) as i64);
            let start = self
                .desk
                .starts
                .get(self.next_start)
                .map_or(NEVER, |s| s.at);
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
            } else {
                let bound = self.second().min(start).min(mark);
                self.work(bound);
            }
        }
    }

    /// When the chain after the next one is due: one of the two children of the heap's root.
    #[inline]
    fn second(&self) -> i64 {
        let keys = self.desk.queue.as_slice();
        let time = |i: usize| keys.get(i).map_or(NEVER, |k| (k.0 >> SLOT_BITS) as i64);
        time(1).min(time(2))
    }

    // ---- marks: timeline, months, incidents -------------------------------------------------

    fn next_mark(&self) -> i64 {
        let step = self.c.exp.steps.get(self.next_step).map_or(NEVER, |s| s.0);
        // The last month ends with the trial.
        let month = match &self.c.exp.months[self.world.month..] {
            [this, _, ..] => this.end.0,
            _ => NEVER,
        };
        let incident = self
            .world
            .incidents
            .get(self.next_incident)
            .map_or(NEVER, |i| i.from);
        step.min(month).min(incident).min(self.incident_end)
    }

    fn pass_mark(&mut self, now: i64) {
        if self
            .c
            .exp
            .steps
            .get(self.next_step)
            .is_some_and(|s| s.0 <= now)
        {
            self.tally.read_step(self.next_step, &self.account);
            self.next_step += 1;
            return;
        }
        if self.incident_end <= now {
            self.incident_end = NEVER;
            self.account.end_incidents(Instant(now));
            let ended = self.world.incidents.iter().position(|i| i.until == now);
            if let Some(i) = ended {
                let incident = self.world.incidents[i].index;
                self.world.tell(now, || What::IncidentEnds { incident });
            }
            self.find_incident_end(now);
            self.wake_if_relieved(now);
            return;
        }
        if self
            .world
            .incidents
            .get(self.next_incident)
            .is_some_and(|i| i.from <= now)
        {
            let i = self.world.incidents[self.next_incident];
            self.next_incident += 1;
            match i.kind {
                IncidentKind::FalseRefusal => self.account.refuse_falsely(Instant(i.until)),
                IncidentKind::WrongBucket => self.account.use_wrong_bucket(Instant(i.until)),
                IncidentKind::DeclinedPayments => {}
            }
            self.world
                .tell(now, || What::IncidentStarts { incident: i.index });
            self.find_incident_end(now);
            return;
        }
        self.world.money().left = self.account.wallet.balance().0;
        self.world.month += 1;
    }

    fn find_incident_end(&mut self, now: i64) {
        self.incident_end = self
            .world
            .incidents
            .iter()
            .filter(|i| i.from <= now && i.until > now)
            .map(|i| i.until)
            .min()
            .unwrap_or(NEVER);
    }

    // ---- sessions and chains ----------------------------------------------------------------

    fn open_session(&mut self) {
        let s = self.desk.starts[self.next_start];
        self.next_start += 1;
        let (actor, role) = (s.actor as usize, 2 * s.actor as usize);
        let c = self.c;
        let seed = c.exp.seed;
        let index = u64::from(s.session);
        let mut rng = Stream::open(seed, Purpose::Session, self.number, actor, index);
        let Role {
            kernel,
            mix: models,
            uses,
            ..
        } = &c.roles[role];
        let model = models.choose(&mut rng);
        let runaway_draw = rng.bits();
        let (share, many) = (rng.unit(), rng.word());
        self.tally.sums.demand_hash = self.tally.sums.demand_hash.wrapping_add(mix(
            s.at as u64 ^ mix(runaway_draw ^ (u64::from(s.actor) << 32))
        ));
        let chain = Chain::open(rng, kernel, &self.desk.person[role], models.factors[model]);
        let extras = &c.extras[actor];
        let subs_left = match &extras.per_session {
            Some(n) if share < extras.share_of_sessions => n.sample_int(many).clamp(1, SUBS_MAX),
            _ => 0,
        };
        let mut slot = Slot {
            chain,
            next: s.at,
            actor,
            role,
            model,
            seat: c.exp.actors[actor].seat,
            session: s.session,
            sub: 0,
            subs_left,
            subs_started: 0,
            mode: Mode::Working,
            reaction: 0,
            refused_at: 0,
            elsewhere: false,
            runaway: false,
        };
        if let Some((p, hours)) = &extras.runaway {
            // The high half decides whether, the low half for how long.
            if ((runaway_draw >> 32) as f64) < p * 4_294_967_296.0 {
                let ms = hours.sample(runaway_draw as u32) * 3_600_000.0;
                slot.chain.run_away(ms / kernel.mean_gap_ms);
                slot.runaway = true;
            }
        }
        debug_assert!(uses.len() == models.factors.len());
        let (session, runaway) = (s.session, slot.runaway);
        self.world.tell(s.at, || What::SessionStart {
            actor,
            session,
            runaway,
        });
        let id = self.put(slot);
        self.start_sub_agents(id, s.at);
    }

    fn put(&mut self, slot: Slot) -> usize {
        let next = slot.next;
        let id = match self.desk.free.pop() {
            Some(id) => {
                self.desk.slots[id] = slot;
                id
            }
            None => {
                self.desk.slots.push(slot);
                self.desk.slots.len() - 1
            }
        };
        self.desk.queue.push(key(next, id));
        id
    }

    /// Starts the sub-agents of a prompt: some of those the session still has, a little later.
    fn start_sub_agents(&mut self, parent: usize, now: i64) {
        let c = self.c;
        let p = &mut self.desk.slots[parent];
        if p.subs_left <= 0 {
            return;
        }
        let (actor, session) = (p.actor, p.session);
        let Some(at_once) = &c.extras[actor].at_once else {
            return;
        };
        let many = at_once
            .sample_int(p.chain.rng().word())
            .clamp(0, p.subs_left);
        p.subs_left -= many;
        let first = p.subs_started;
        p.subs_started += many as u32;
        let (seat, elsewhere) = (p.seat, p.elsewhere);
        let role = 2 * actor + 1;
        for i in 0..many as u32 {
            let sub = first + i + 1;
            let index = u64::from(session) * SUBS_MAX as u64 + u64::from(sub - 1);
            let mut rng = Stream::open(c.exp.seed, Purpose::SubAgent, self.number, actor, index);
            let models = &c.roles[role].mix;
            let model = models.choose(&mut rng);
            // The main agent needs one request to call it: a few seconds, one apart.
            let next = now + 4_000 + i64::from(i) * 1_000;
            let factors = models.factors[model];
            let chain = Chain::open(rng, &c.roles[role].kernel, &self.desk.person[role], factors);
            self.put(Slot {
                chain,
                next,
                actor,
                role,
                model,
                seat,
                session,
                sub,
                subs_left: 0,
                subs_started: 0,
                mode: Mode::Working,
                reaction: 0,
                refused_at: 0,
                elsewhere,
                runaway: false,
            });
        }
    }

    /// Lets the first chain of the queue work until something else is due.
    fn work(&mut self, bound: i64) {
        let Some(Reverse(first)) = self.desk.queue.peek() else {
            return;
        };
        let id = (first & ((1 << SLOT_BITS) - 1)) as usize;
        let c = self.c;
        loop {
            let s = &mut self.desk.slots[id];
            let now = s.next;
            let role = &c.roles[s.role];
            let uses = &role.uses[s.model];
            let verdict = if s.elsewhere || s.mode == Mode::Gone {
                return self.work_apart(id, now);
            } else {
                self.account
                    .gate(Instant(now), s.seat, uses.class, &mut self.world)
            };
            let credits = match verdict {
                Verdict::Plan => false,
                Verdict::Wallet => true,
                Verdict::Refused(refusal) => return self.refused(id, now, refusal),
            };
            if s.mode != Mode::Working {
                s.mode = Mode::Working;
                self.tally.stops.end(c, &mut self.tally.sums, s.actor, now);
            }
            let (tokens, next) = s.chain.request(&role.kernel, now, credits);
            let (gap, goes_on) = match next {
                Next::Request(gap) | Next::Prompt(gap) => (gap.max(1), true),
                Next::End => (NEVER, false),
            };
            let ends = now + role.kernel.duration_ms(tokens.output).min(gap);
            let (cost, units, at) = price(uses, &tokens);
            self.requests += 1;
            let spend = &mut self.tally.sums.spend[at];
            spend.requests += 1;
            spend.tokens[Kind::Input as usize] += tokens.input as u64;
            spend.tokens[Kind::Write5m as usize + usize::from(tokens.one_hour)] +=
                tokens.write as u64;
            spend.tokens[Kind::Read as usize] += tokens.read as u64;
            spend.tokens[Kind::Output as usize] += tokens.output as u64;
            spend.paid[usize::from(credits)] += i128::from(cost);
            if tokens.rewritten > 0 {
                spend.misses += 1;
                spend.miss_tokens[Kind::Write5m as usize + usize::from(tokens.one_hour)] +=
                    tokens.rewritten as u64;
            }
            if W::ACTIVE {
                let payer = if credits { Payer::Wallet } else { Payer::Plan };
                tell_request(
                    &mut self.world,
                    s,
                    uses.model,
                    now,
                    ends,
                    payer,
                    &tokens,
                    cost,
                );
            }
            let (seat, class) = (s.seat, uses.class);
            let due = bound.min(self.account.next_event());
            if credits {
                if ends < due {
                    self.account
                        .post_wallet(Instant(ends), seat, class, cost, &mut self.world);
                } else {
                    self.account.begin(Instant(ends), seat, class, true, cost);
                }
            } else {
                self.world.money().covered += cost;
                if ends < due {
                    self.account
                        .post_plan(Instant(ends), seat, class, units, &mut self.world);
                } else {
                    self.account.begin(Instant(ends), seat, class, false, units);
                }
            }
            if !goes_on {
                return self.end_chain(id, ends);
            }
            s.next = now + gap;
            let at_prompt = matches!(next, Next::Prompt(_));
            if at_prompt && (s.subs_left > 0 || role.model_per == Level::Prompt) {
                return self.begin_prompt(id);
            }
            if role.model_per == Level::Request {
                choose_model(role, s);
            }
            if s.next >= bound || s.next >= self.account.next_event() {
                let next = s.next;
                return self.requeue(id, next);
            }
        }
    }

    /// Moves the first entry of the queue, which is this chain's, to its new time.
    fn requeue(&mut self, id: usize, next: i64) {
        if let Some(mut top) = self.desk.queue.peek_mut() {
            *top = key(next, id);
        }
    }

    fn end_chain(&mut self, id: usize, at: i64) {
        self.desk.queue.pop();
        self.desk.free.push(id);
        let s = &self.desk.slots[id];
        if s.sub == 0 {
            let (actor, session) = (s.actor, s.session);
            self.world.tell(at, || What::SessionEnd { actor, session });
        }
    }

    /// A new prompt begins: perhaps another model, perhaps sub-agents.
    fn begin_prompt(&mut self, id: usize) {
        let s = &mut self.desk.slots[id];
        let role = &self.c.roles[s.role];
        if role.model_per == Level::Prompt {
            choose_model(role, s);
        }
        let next = s.next;
        self.requeue(id, next);
        self.start_sub_agents(id, next);
    }

    // ---- what happens to a chain that is stopped ---------------------------------------------

    #[cold]
    fn refused(&mut self, id: usize, now: i64, refusal: Refusal) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        let (actor, session) = (s.actor, s.session);
        let until = refusal.until;
        if s.mode == Mode::Working || s.mode == Mode::Skipping {
            self.tally
                .stops
                .refused(c, &mut self.tally.sums, actor, refusal.reason, now);
            self.world.tell(now, || What::Refused {
                actor,
                session,
                reason: refusal.reason,
                until,
            });
        }
        match s.mode {
            Mode::Working => {
                s.refused_at = now;
                s.reaction = 0;
                self.tally.stops.begin(actor, refusal.reason, now);
                self.react(id, now, refusal);
            }
            Mode::Skipping => self.react(id, now, refusal),
            Mode::Waiting { deadline } if now < deadline => {
                let next = until.map_or(deadline, |u| u.0.clamp(now + 1, deadline));
                s.next = next;
                self.requeue(id, next);
            }
            Mode::Waiting { .. } => {
                s.reaction += 1;
                self.react(id, now, refusal);
            }
            Mode::Gone => {}
        }
    }

    /// Goes down the actor's list of reactions from where it stands.
    fn react(&mut self, id: usize, now: i64, refusal: Refusal) {
        let c = self.c;
        let (actor, session, seat) = {
            let s = &self.desk.slots[id];
            (s.actor, s.session, s.seat)
        };
        let list = &c.exp.actors[actor].when_blocked;
        loop {
            let s = &mut self.desk.slots[id];
            let at = s.reaction;
            match list.get(at) {
                Some(Reaction::Fallback { model_use }) => {
                    let role = &c.roles[s.role];
                    let known = role.uses.get(*model_use).filter(|_| s.sub == 0);
                    let admitted = known.is_some_and(|u| {
                        let v = self
                            .account
                            .gate(Instant(now), seat, u.class, &mut self.world);
                        !matches!(v, Verdict::Refused(_))
                    });
                    if admitted {
                        s.model = *model_use;
                        s.chain.switch_model(role.mix.factors[*model_use]);
                        self.say(id, now, "falls back", None);
                        return self.requeue(id, now);
                    }
                }
                Some(Reaction::TopUp {
                    pay,
                    get,
                    per_month,
                    ..
                }) => {
                    let may = refusal.reason == Reason::OutOfCredits
                        && self.desk.top_ups[actor] < *per_month;
                    if may {
                        let until = self.buy(actor, at, now, *pay, *get);
                        return self.wait(id, now, until + 1, Some(Instant(until)), "tops up");
                    }
                }
                Some(Reaction::Wait { patience }) => {
                    let deadline = now.saturating_add(patience.0);
                    return self.wait(id, now, deadline, refusal.until, "waits");
                }
                Some(Reaction::Api) => {
                    s.elsewhere = true;
                    s.mode = Mode::Working;
                    self.tally.stops.end(c, &mut self.tally.sums, actor, now);
                    self.say(id, now, "pays elsewhere", None);
                    return self.requeue(id, now);
                }
                Some(Reaction::Skip) => {
                    if s.mode != Mode::Skipping {
                        self.say(id, now, "skips", None);
                    }
                    return self.skip(id, now);
                }
                Some(Reaction::Drop) | None => {
                    let _ = session;
                    return self.give_up(id, now);
                }
            }
            self.desk.slots[id].reaction += 1;
        }
    }

    fn say(&mut self, id: usize, now: i64, what: &'static str, until: Option<Instant>) {
        let (actor, session) = (self.desk.slots[id].actor, self.desk.slots[id].session);
        self.world.tell(now, || What::Reacts {
            actor,
            session,
            what,
            until,
        });
    }

    /// Buys by hand after the reaction time; returns when the money can be spent.
    fn buy(&mut self, actor: usize, reaction: usize, now: i64, pay: Money, get: Money) -> i64 {
        let count = self.desk.top_ups[actor];
        self.desk.top_ups[actor] += 1;
        let index = u64::from(count);
        let mut rng = Stream::open(
            self.c.exp.seed,
            Purpose::Reaction,
            self.number,
            actor,
            index,
        );
        let thinks = self.c.extras[actor].reaction_s[reaction]
            .as_ref()
            .map_or(0.0, |s| s.sample(rng.word()).max(0.0));
        let delay = self.c.top_up_delay_s.sample(rng.word()).max(0.0);
        let until = now + ((thinks + delay) * 1000.0) as i64;
        self.account.top_up(Instant(until), pay, get);
        until
    }

    fn wait(
        &mut self,
        id: usize,
        now: i64,
        deadline: i64,
        until: Option<Instant>,
        what: &'static str,
    ) {
        let next = until.map_or(deadline, |u| u.0.max(now + 1)).min(deadline);
        let s = &mut self.desk.slots[id];
        s.mode = Mode::Waiting { deadline };
        s.next = next;
        self.say(id, now, what, Some(Instant(next)));
        self.requeue(id, next);
    }

    /// Loses this request and goes on with the next.
    fn skip(&mut self, id: usize, now: i64) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        s.mode = Mode::Skipping;
        s.reaction = 0;
        self.lost += 1;
        let (_, next) = s.chain.request(&c.roles[s.role].kernel, now, false);
        match next {
            Next::Request(gap) | Next::Prompt(gap) => {
                s.next = now + gap.max(1);
                let next = s.next;
                self.requeue(id, next);
            }
            Next::End => {
                let actor = s.actor;
                self.tally.stops.end(c, &mut self.tally.sums, actor, now);
                self.end_chain(id, now);
            }
        }
    }

    /// Loses the rest of the session. The actor counts as stopped for as long as it waited, or as
    /// long as the lost work would have taken if that is more.
    fn give_up(&mut self, id: usize, now: i64) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        let (requests, ms) = s.chain.clone().rest(&c.roles[s.role].kernel, ACTIVE_GAP_MS);
        self.lost += requests as i64;
        s.mode = Mode::Gone;
        s.next = now.max(s.refused_at.saturating_add(ms));
        let next = s.next;
        self.say(id, now, "drops", None);
        self.requeue(id, next);
    }

    /// A chain that has given up, or that pays elsewhere.
    #[cold]
    fn work_apart(&mut self, id: usize, now: i64) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        if s.mode == Mode::Gone {
            let actor = s.actor;
            self.tally.stops.end(c, &mut self.tally.sums, actor, now);
            return self.end_chain(id, now);
        }
        let role = &c.roles[s.role];
        let uses = &role.uses[s.model];
        let (tokens, next) = s.chain.request(&role.kernel, now, true);
        let (cost, _, at) = price(uses, &tokens);
        self.requests += 1;
        let spend = &mut self.tally.sums.spend[at];
        spend.requests += 1;
        spend.tokens[Kind::Input as usize] += tokens.input as u64;
        spend.tokens[Kind::Write5m as usize + usize::from(tokens.one_hour)] += tokens.write as u64;
        spend.tokens[Kind::Read as usize] += tokens.read as u64;
        spend.tokens[Kind::Output as usize] += tokens.output as u64;
        spend.paid[Payer::Elsewhere as usize] += i128::from(cost);
        self.world.money().api += cost;
        let gap = match next {
            Next::Request(gap) | Next::Prompt(gap) => Some(gap.max(1)),
            Next::End => None,
        };
        let ends = now
            + role
                .kernel
                .duration_ms(tokens.output)
                .min(gap.unwrap_or(NEVER));
        if W::ACTIVE {
            let payer = Payer::Elsewhere;
            tell_request(
                &mut self.world,
                s,
                uses.model,
                now,
                ends,
                payer,
                &tokens,
                cost,
            );
        }
        match gap {
            None => self.end_chain(id, ends),
            Some(gap) => {
                s.next = now + gap;
                let next = s.next;
                self.requeue(id, next);
            }
        }
    }

    /// After money, a new month or the end of an incident: all who wait ask the gate again.
    fn wake_if_relieved(&mut self, now: i64) {
        if self.account.relief() == self.relief {
            return;
        }
        self.relief = self.account.relief();
        let slots = &mut self.desk.slots;
        let waiting = |k: &Reverse<u64>, slots: &[Slot]| {
            matches!(
                slots[(k.0 & ((1 << SLOT_BITS) - 1)) as usize].mode,
                Mode::Waiting { .. }
            )
        };
        if !self.desk.queue.iter().any(|k| waiting(k, slots)) {
            return;
        }
        let mut keys = std::mem::take(&mut self.desk.queue).into_vec();
        for k in &mut keys {
            if waiting(k, slots) {
                let id = (k.0 & ((1 << SLOT_BITS) - 1)) as usize;
                slots[id].next = slots[id].next.min(now);
                *k = key(slots[id].next, id);
            }
        }
        self.desk.queue = BinaryHeap::from(keys);
    }

    // ---- the end -----------------------------------------------------------------------------

    fn finish(mut self, rows: &mut Vec<i64>) -> Result<(), TrialError> {
        let (c, start, end) = (self.c, self.c.exp.start.0, self.c.exp.end);
        self.account.close(end, &mut self.world);
        self.tally.stops.close(c, &mut self.tally.sums, end.0);
        self.tally.count_trial(c.exp.account.seats);
        let account = &mut self.account;
        if account.wallet.ledger.overflow {
            return Err(TrialError::MoneyOverflow);
        }
        if !account.wallet.is_conserved() {
            return Err(TrialError::NotConserved);
        }
        self.world.money().left = account.wallet.balance().0;
        let from = rows.len();
        rows.resize(from + c.layout.width, 0);
        let row = &mut rows[from..];
        let mut set = |f: Field, v: i64| row[c.layout.at(f)] = v;
        let stops = &self.tally.stops;
        set(Field::Requests, self.requests);
        set(Field::Blocked, stops.requests);
        set(Field::BlockedByWallet, stops.requests_by_wallet);
        set(Field::Lost, self.lost);
        set(Field::BlockedMs, stops.ms_by_reason.iter().sum());
        set(Field::Reloads, account.wallet.reloads);
        set(Field::Declines, account.wallet.declines);
        set(Field::TopUps, account.wallet.top_ups_done);
        set(Field::Left, account.wallet.balance().0);
        set(Field::Expired, account.wallet.expired);
        set(Field::Idle, account.wallet.mean_balance(start, end.0));
        let windows = c.exp.account.windows.len();
        for p in 0..=windows {
            let stats = if p < windows {
                account.stats[p]
            } else {
                account.wallet.stats
            };
            let first = stats.first_drain;
            set(
                Field::FirstDrain(p),
                if first == NEVER { NEVER } else { first - start },
            );
            set(Field::Drains(p), stats.drains);
            set(Field::EmptyMs(p), stats.empty_ms);
            set(Field::PeakUse(p), stats.peak_ppm);
            if p < windows {
                set(Field::WindowLimit(p), account.limits[p]);
                set(Field::StoppedMs(p), stops.ms_by_reason[p]);
            } else {
                let of_wallet = (0..REASON_SLOTS)
                    .filter(|s| Reason::from_slot(*s).is_some_and(Reason::is_wallet))
                    .map(|s| stops.ms_by_reason[s])
                    .sum();
                set(Field::StoppedMs(p), of_wallet);
            }
        }
        for (m, money) in self.world.months.iter().enumerate().take(c.layout.months) {
            set(Field::Covered(m), money.covered);
            set(Field::Extra(m), money.extra);
            set(Field::Card(m), money.card);
            set(Field::Tax(m), money.tax);
            set(Field::Api(m), money.api);
            set(Field::MonthLeft(m), money.left);
        }
        Ok(())
    }
}

fn key(next: i64, id: usize) -> Reverse<u64> {
    Reverse(((next as u64) << SLOT_BITS) | id as u64)
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
    let write = Kind::Write5m as usize + usize::from(t.one_hour);
    let dot = |per: &[i64; 5]| {
        t.input * per[Kind::Input as usize]
            + t.write * per[write]
            + t.read * per[Kind::Read as usize]
            + t.output * per[Kind::Output as usize]
    };
    (
        dot(&rate.price),
        dot(&rate.units),
        uses.spend + usize::from(above),
    )
}

fn choose_model(role: &Role, s: &mut Slot) {
    let model = role.mix.choose(s.chain.rng());
    if model != s.model {
        s.model = model;
        s.chain.switch_model(role.mix.factors[model]);
    }
}

#[allow(clippy::too_many_arguments)]
fn tell_request<W: Watch>(
    world: &mut Surroundings<'_, '_, W>,
    s: &Slot,
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
        in_prompt: chain.in_prompt,
        prompt: chain.prompt,
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
