//! What happens to a chain that is stopped.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    #[cold]
    pub(super) fn refused(&mut self, id: usize, now: i64, refusal: Refusal) {
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
                self.requeue(id);
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
                        return self.requeue(id);
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
                    return self.requeue(id);
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
        let mut rng = Stream::open(self.c.seed, Purpose::Reaction, self.number, actor, index);
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
        self.requeue(id);
    }

    /// Loses this request and goes on with the next.
    fn skip(&mut self, id: usize, now: i64) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        s.mode = Mode::Skipping;
        s.reaction = 0;
        self.lost += 1;
        let next = s.chain.lose(&c.roles[s.role].kernel, now);
        match next {
            Next::Request(gap) | Next::Prompt(gap) => {
                s.next = now + gap.max(1);
                self.follow(id, next);
                self.requeue(id);
                self.enqueue_born();
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
        self.say(id, now, "drops", None);
        self.requeue(id);
    }

    /// A chain that has given up, or that pays elsewhere: nothing that happens to the account matters
    /// to it, so it goes on up to `mark` by itself.
    #[cold]
    pub(super) fn work_apart(&mut self, id: usize, now: i64, mark: i64) {
        let c = self.c;
        let s = &mut self.desk.slots[id];
        if s.mode == Mode::Gone {
            let actor = s.actor;
            self.tally.stops.end(c, &mut self.tally.sums, actor, now);
            return self.end_chain(id, now);
        }
        loop {
            let (ends, next) = self.request_elsewhere(id);
            if next == Next::End {
                return self.end_chain(id, ends);
            }
            let s = &mut self.desk.slots[id];
            s.next += next.gap();
            let has_children = self.follow(id, next);
            if has_children || self.exact || self.desk.slots[id].next >= mark {
                self.requeue(id);
                return self.enqueue_born();
            }
        }
    }

    /// The next request of a chain that pays elsewhere: when it ends, and what follows.
    #[inline]
    fn request_elsewhere(&mut self, id: usize) -> (i64, Next) {
        let s = &mut self.desk.slots[id];
        let now = s.next;
        let role = &self.c.roles[s.role];
        let uses = &role.uses[s.model];
        let place = place(&s.chain);
        let (tokens, next) = match role.kernel.plain {
            true => s.chain.request::<true>(&role.kernel, now, true),
            false => s.chain.request::<false>(&role.kernel, now, true),
        };
        let (cost, _, at) = price(uses, &tokens);
        self.requests += 1;
        let payer = Payer::Elsewhere;
        count(&mut self.tally.sums.spend[at], &tokens, payer, cost);
        self.world.money().api += cost;
        let ends = now + role.kernel.duration_ms(tokens.output).min(next.gap());
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
        (ends, next)
    }

    /// After money, a new month or the end of an incident: all who wait ask the gate again.
    pub(super) fn wake_if_relieved(&mut self, now: i64) {
        if self.account.relief() == self.relief {
            return;
        }
        self.relief = self.account.relief();
        let slots = &mut self.desk.slots;
        let waiting = |k: &Reverse<Key>, slots: &[Slot]| {
            matches!(slots[slot_of(k)].mode, Mode::Waiting { .. })
        };
        if !self.desk.queue.iter().any(|k| waiting(k, slots)) {
            return;
        }
        let mut keys = std::mem::take(&mut self.desk.queue).into_vec();
        for k in &mut keys {
            if waiting(k, slots) {
                let id = slot_of(k);
                slots[id].next = slots[id].next.min(now);
                *k = key(&slots[id], id);
            }
        }
        self.desk.queue = BinaryHeap::from(keys);
    }
}
