//! Chains at work one request at a time, in order of time, each asking the gate.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    /// Lets the first chain of the queue work until something else is due: another chain or session
    /// at `others`, a mark or the end at `mark`.
    pub(super) fn work(&mut self, others: i64, mark: i64) {
        let bound = others.min(mark);
        let Some(id) = self.desk.queue.peek().map(slot_of) else {
            return;
        };
        let c = self.c;
        loop {
            let s = &mut self.desk.slots[id];
            let now = s.next;
            let role = &c.roles[s.role];
            let uses = &role.uses[s.model];
            let verdict = if s.elsewhere || s.mode == Mode::Gone {
                return self.work_apart(id, now, mark);
            } else {
                self.account
                    .gate(Instant(now), s.seat, uses.class, &mut self.world)
            };
            let credits = match verdict {
                Verdict::Plan => false,
                Verdict::Wallet => {
                    if self.world.watch.pauses() {
                        self.paused = true;
                        return self.requeue(id);
                    }
                    true
                }
                Verdict::Refused(refusal) => return self.refused(id, now, refusal),
            };
            if s.mode != Mode::Working {
                s.mode = Mode::Working;
                self.tally.stops.end(c, &mut self.tally.sums, s.actor, now);
            }
            let place = place(&s.chain);
            let (tokens, next) = match role.kernel.plain {
                true => s.chain.request::<true>(&role.kernel, now, credits),
                false => s.chain.request::<false>(&role.kernel, now, credits),
            };
            let (gap, goes_on) = match next {
                Next::Request(gap) | Next::Prompt(gap) => (gap.max(1), true),
                Next::End => (NEVER, false),
            };
            let ends = now + role.kernel.duration_ms(tokens.output).min(gap);
            let (cost, units, at) = price(uses, &tokens);
            self.requests += 1;
            let payer = if credits { Payer::Wallet } else { Payer::Plan };
            count(&mut self.tally.sums.spend[at], &tokens, payer, cost);
            if W::ACTIVE {
                tell_request(
                    &mut self.world,
                    s,
                    place,
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
                self.world.watch.charged(Charge {
                    at: now,
                    ends,
                    cost,
                    seat: seat as u32,
                    class: class as u32,
                    chain: (s.actor as u32, s.session, s.sub),
                    last: !goes_on,
                });
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
            if self.follow(id, next) {
                self.requeue(id);
                return self.enqueue_born();
            }
            let s = &self.desk.slots[id];
            // Once a request has opened the windows, the faster way can be tried again.
            let retry = self.may_try(seat, now);
            if retry || s.next >= bound || s.next >= self.account.next_event() {
                return self.requeue(id);
            }
        }
    }

    /// Moves the first entry of the queue, which is this chain's, to its new time.
    pub(super) fn requeue(&mut self, id: usize) {
        let key = key(&self.desk.slots[id], id);
        if let Some(mut top) = self.desk.queue.peek_mut() {
            *top = key;
        }
    }

    pub(super) fn end_chain(&mut self, id: usize, at: i64) {
        self.desk.queue.pop();
        self.desk.free.push(id);
        let s = &self.desk.slots[id];
        if s.sub == 0 {
            let (actor, session) = (s.actor, s.session);
            self.world.tell(at, || What::SessionEnd { actor, session });
        }
    }

    /// What follows a request whoever paid for it, and if it is lost: perhaps another model,
    /// perhaps, at a new prompt, sub-agents (left in `born`; true if there are any). The same draws
    /// on every way, so that two policies meet the same demand.
    #[inline(always)]
    pub(super) fn follow(&mut self, id: usize, next: Next) -> bool {
        let s = &mut self.desk.slots[id];
        let role = &self.c.roles[s.role];
        let at_prompt = matches!(next, Next::Prompt(_));
        let per = role.model_per;
        if per == Level::Request || (at_prompt && per == Level::Prompt) {
            choose_model(role, s);
        }
        if !at_prompt || s.subs_left <= 0 {
            return false;
        }
        let at = s.next;
        self.start_sub_agents(id, at);
        !self.desk.born.is_empty()
    }
}
