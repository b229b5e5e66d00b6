//! Marks of a trial: the timeline is read, months end, incidents begin and end.

use super::*;

impl<W: Watch> Trial<'_, '_, W> {
    pub(super) fn next_mark(&self) -> i64 {
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

    pub(super) fn pass_mark(&mut self, now: i64) {
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
}
