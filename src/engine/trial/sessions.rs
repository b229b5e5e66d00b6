//! Sessions and sub-agents begin.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    pub(super) fn open_session(&mut self) {
        let s = self.desk.starts[self.next_start];
        self.next_start += 1;
        let (actor, role) = (s.actor as usize, 2 * s.actor as usize);
        let c = self.c;
        let seed = c.seed;
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
        let prompts = f64::from(s.prompts) / f64::from(AS_DRAWN);
        let chain = Chain::open(
            rng,
            kernel,
            &self.desk.person[role],
            models.factors[model],
            prompts,
        );
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
        self.desk.queue.push(key(&self.desk.slots[id], id));
        self.start_sub_agents(id, s.at);
        self.enqueue_born();
    }

    /// Puts the chains that have just begun into the queue.
    pub(super) fn enqueue_born(&mut self) {
        while let Some(id) = self.desk.born.pop() {
            self.desk.queue.push(key(&self.desk.slots[id], id));
        }
    }

    fn put(&mut self, slot: Slot) -> usize {
        match self.desk.free.pop() {
            Some(id) => {
                self.desk.slots[id] = slot;
                id
            }
            None => {
                self.desk.slots.push(slot);
                self.desk.slots.len() - 1
            }
        }
    }

    /// Starts the sub-agents of a prompt: some of those the session still has, a little later.
    /// They are left in `born`.
    pub(super) fn start_sub_agents(&mut self, parent: usize, now: i64) {
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
        for i in 0..many as u32 {
            let sub = first + i + 1;
            let index = u64::from(session) * SUBS_MAX as u64 + u64::from(sub - 1);
            let mut rng = Stream::open(c.seed, Purpose::SubAgent, self.number, actor, index);
            let (role, read) = c.extras[actor].kind(2 * actor + 1, &mut rng);
            let models = &c.roles[role].mix;
            let model = models.choose(&mut rng);
            // The main agent needs one request to call it: a few seconds, one apart.
            let next = now + 4_000 + i64::from(i) * 1_000;
            let factors = models.factors[model];
            let person = &self.desk.person[role];
            let kernel = &c.roles[role].kernel;
            let mut chain = Chain::open(rng, kernel, person, factors, 1.0);
            if let Some(share) = read {
                chain.find_cached(kernel, share);
            }
            let id = self.put(Slot {
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
            self.desk.born.push(id);
        }
    }
}
