//! The stops of one course.

use crate::account::Refusal;
use crate::account::reason::Reason;
use crate::base::time::Instant;

const HOUR_MS: i64 = 3_600_000;

/// A time in which requests were refused for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub reason: Reason,
    /// Index of the rules that held: a reason's window is one of theirs.
    pub stage: usize,
    /// The first refusal.
    pub from: Instant,
    /// When the gate would have admitted again; where that is not known beforehand, the next
    /// request that was admitted, or the end of the history.
    pub until: Instant,
    pub refused: i64,
    /// Indices of the first and the last given request that was refused.
    pub first: usize,
    pub last: usize,
}

/// Stops while a history is played.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops {
    /// In order of their beginnings.
    all: Vec<Stop>,
    /// Places in `all` of those that may still last.
    open: Vec<usize>,
    /// Whether one of them ends with the next admission.
    endless: bool,
    refused: i64,
    hours_hit: i64,
    last_hour: Option<i64>,
}

/// What came of them.
pub(super) struct Totals {
    pub stops: Vec<Stop>,
    /// Length of their union, ms.
    pub ms: i64,
    pub hours_hit: i64,
    pub refused: i64,
}

impl Stops {
    /// The given request of that index was refused.
    pub fn refused(&mut self, given: usize, at: Instant, stage: usize, refusal: Refusal) {
        self.refused += 1;
        let hour = at.0.div_euclid(HOUR_MS);
        self.hours_hit += i64::from(self.last_hour != Some(hour));
        self.last_hour = Some(hour);
        let until = refusal.until.unwrap_or(Instant::NEVER);
        self.endless |= refusal.until.is_none();
        let all = &mut self.all;
        self.open.retain(|i| all[*i].until > at);
        let same = |i: &usize| all[*i].reason == refusal.reason && all[*i].stage == stage;
        match self.open.iter().copied().find(same) {
            Some(i) => {
                let stop = &mut all[i];
                stop.until = until;
                stop.refused += 1;
                stop.last = given;
            }
            None => {
                self.open.push(all.len());
                all.push(Stop {
                    reason: refusal.reason,
                    stage,
                    from: at,
                    until,
                    refused: 1,
                    first: given,
                    last: given,
                });
            }
        }
    }

    /// A request was admitted: what no instant would have ended ends here.
    #[inline]
    pub fn admitted(&mut self, at: Instant) {
        if self.endless {
            self.cut(at, |stop| stop.until == Instant::NEVER);
            self.endless = false;
        }
    }

    /// Under other rules a stop would have to begin anew.
    pub fn rules_change(&mut self, at: Instant) {
        self.cut(at, |_| true);
    }

    fn cut(&mut self, at: Instant, which: impl Fn(&Stop) -> bool) {
        for i in &self.open {
            let stop = &mut self.all[*i];
            if which(stop) {
                stop.until = stop.until.min(at);
            }
        }
    }

    /// Ends the history.
    pub fn end(mut self, end: Instant) -> Totals {
        for stop in &mut self.all {
            stop.until = stop.until.min(end);
        }
        let (mut ms, mut reached) = (0, Instant(i64::MIN));
        for stop in &self.all {
            let from = stop.from.max(reached);
            if stop.until > from {
                ms += (stop.until - from).0;
                reached = stop.until;
            }
        }
        Totals {
            stops: self.all,
            ms,
            hours_hit: self.hours_hit,
            refused: self.refused,
        }
    }
}
