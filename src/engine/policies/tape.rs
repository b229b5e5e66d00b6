//! What a trial charges to a wallet that never refuses: recorded once, scored for every policy.
//!
//! Two steps belong to each request: the gate is asked when it starts, the charge posts when it
//! ends. The tape holds the steps of all requests in order of time, with running sums, so that a
//! stretch in which a wallet does nothing but pay is one look-up, however many requests it has.

use crate::account::wallet::Stretch;
use crate::engine::replay::Event;
use crate::engine::surroundings::{Charge, Watch};

/// The charges of one trial.
#[derive(Default)]
pub struct Tape {
    pub charges: Vec<Charge>,
    /// Pauses the trial before the charge of this number.
    pub pause_at: Option<usize>,
    /// When each step is: see [`at_posts`] and [`at_asks`]; ascending.
    keys: Vec<i64>,
    /// The charge of each step, and whether it asks.
    of: Vec<u32>,
    /// Charged before each step, pico-dollars; one entry more than steps.
    sums: Vec<i64>,
    /// The integral of that over time up to the step before, pico-dollar milliseconds.
    areas: Vec<i128>,
    /// Charges that post after the end, in the order of posting.
    tail: Vec<u32>,
}

/// A step of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The gate is asked for the charge of this number.
    Ask(usize),
    /// The charge of this number posts.
    Post(usize),
}

/// Marks a step that asks the gate.
const ASKS: u32 = 1 << 31;

/// The instant of a key.
fn time_of(key: i64) -> i64 {
    key >> 1
}

/// The key of charges that post at `at`: of all that happens at an instant, they come first.
pub fn at_posts(at: i64) -> i64 {
    at.saturating_mul(2)
}

/// The key of questions of the gate at `at`: they come behind charges that post.
pub fn at_asks(at: i64) -> i64 {
    at.saturating_mul(2).saturating_add(1)
}

/// The key at which a charge posts: a request that takes no time posts when it is asked about.
pub fn post_key(c: &Charge) -> i64 {
    if c.ends > c.at {
        at_posts(c.ends)
    } else {
        at_asks(c.at)
    }
}

impl Watch for Tape {
    const ACTIVE: bool = false;
    fn event(&mut self, _: Event) {}

    #[inline]
    fn pauses(&mut self) -> bool {
        self.pause_at == Some(self.charges.len())
    }

    #[inline]
    fn charged(&mut self, charge: Charge) {
        self.charges.push(charge);
    }
}

impl Tape {
    /// An empty tape.
    pub fn clear(&mut self) {
        self.charges.clear();
        self.pause_at = None;
    }

    /// Puts the steps in order. `start`, `end`: of the trial, ms.
    pub fn index(&mut self, start: i64, end: i64) {
        let charges = std::mem::take(&mut self.charges);
        let mut posts: Vec<u32> = (0..charges.len() as u32)
            .filter(|i| charges[*i as usize].ends > charges[*i as usize].at)
            .collect();
        // Stable: of two at one instant the one that was admitted first posts first.
        posts.sort_by_key(|i| charges[*i as usize].ends);
        let within = posts.partition_point(|i| charges[*i as usize].ends <= end);
        self.tail.clear();
        self.tail.extend_from_slice(&posts[within..]);
        self.keys.clear();
        self.of.clear();
        self.sums.clear();
        self.areas.clear();
        self.sums.push(0);
        self.areas.push(0);
        let mut posts = posts[..within].iter().peekable();
        let mut run = (start, 0i64, 0i128);
        for (i, c) in charges.iter().enumerate() {
            while let Some(p) = posts.next_if(|p| charges[**p as usize].ends <= c.at) {
                let post = &charges[*p as usize];
                self.push(at_posts(post.ends), *p, post.cost, &mut run);
            }
            self.push(at_asks(c.at), i as u32 | ASKS, 0, &mut run);
            if c.ends <= c.at {
                self.push(at_asks(c.at), i as u32, c.cost, &mut run);
            }
        }
        for p in posts {
            let post = &charges[*p as usize];
            self.push(at_posts(post.ends), *p, post.cost, &mut run);
        }
        self.charges = charges;
    }

    /// `run`: time of the last step, charged up to it, and the integral of that.
    fn push(&mut self, key: i64, of: u32, cost: i64, run: &mut (i64, i64, i128)) {
        let (last, sum, area) = run;
        *area += i128::from(*sum) * i128::from(time_of(key) - *last);
        *last = time_of(key);
        // A wallet overflows long before: its ledger says so.
        *sum = sum.saturating_add(cost);
        self.keys.push(key);
        self.of.push(of);
        self.sums.push(*sum);
        self.areas.push(*area);
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// A step's place in time.
    pub fn key(&self, step: usize) -> i64 {
        self.keys[step]
    }

    /// What happens at a step.
    pub fn step(&self, step: usize) -> Step {
        let of = self.of[step];
        let number = (of & !ASKS) as usize;
        if of & ASKS == 0 {
            Step::Post(number)
        } else {
            Step::Ask(number)
        }
    }

    /// Charges that post after the end, with their numbers.
    pub fn tail(&self) -> impl Iterator<Item = (usize, &Charge)> {
        let charge = |i: &u32| (*i as usize, &self.charges[*i as usize]);
        self.tail.iter().map(charge)
    }

    /// The step up to which (not included) one can go from `from` while keys are below `key` and
    /// charges add up to at most `room`.
    pub fn reach(&self, from: usize, key: i64, room: i64) -> usize {
        let ahead = &self.keys[from..];
        let by_time = gallop(ahead.len(), |i| ahead[i] < key);
        let most = self.sums[from].saturating_add(room);
        let sums = &self.sums[from + 1..=from + by_time];
        from + gallop(sums.len(), |i| sums[i] <= most)
    }

    /// The charges of the steps `from..to` together; there is at least one step.
    pub fn stretch(&self, from: usize, to: usize) -> Stretch {
        let until = time_of(self.keys[to - 1]);
        // Sums hold what was charged before `from` too: that is no part of the stretch. Before its
        // first step nothing of the stretch was charged, so it does not matter how long that took.
        let before = self.areas[from + 1];
        let since = time_of(self.keys[from]);
        let own = self.areas[to] - before - i128::from(self.sums[from]) * i128::from(until - since);
        Stretch {
            until,
            cost: self.sums[to] - self.sums[from],
            area: own,
        }
    }
}

/// How many leading positions of `0..n` hold; all that do come first. Looks near the start first.
fn gallop(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let mut step = 1;
    let mut low = 0;
    while low + step <= n && holds(low + step - 1) {
        low += step;
        step *= 2;
    }
    // The first that fails lies in low..=high, or there is none.
    let mut high = (low + step - 1).min(n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(at: i64, ends: i64, cost: i64) -> Charge {
        Charge {
            at,
            ends,
            cost,
            seat: 0,
            class: 0,
            chain: (0, 0, 0),
            last: false,
        }
    }

    #[test]
    fn galloping_finds_what_a_search_finds() {
        for n in 0..70 {
            for m in 0..=n {
                assert_eq!(gallop(n, |i| i < m), m, "{m} of {n}");
            }
        }
    }

    #[test]
    fn steps_stand_in_order_and_add_up() {
        let mut tape = Tape::default();
        for c in [
            charge(10, 30, 5),
            charge(20, 20, 7),
            charge(30, 90, 11),
            charge(95, 120, 13),
        ] {
            tape.charged(c);
        }
        tape.index(0, 100);
        let steps: Vec<(i64, Step)> = (0..tape.len())
            .map(|s| (time_of(tape.key(s)), tape.step(s)))
            .collect();
        // At 30 the first one posts before the third is asked about; the second takes no time.
        let expected = [
            (10, Step::Ask(0)),
            (20, Step::Ask(1)),
            (20, Step::Post(1)),
            (30, Step::Post(0)),
            (30, Step::Ask(2)),
            (90, Step::Post(2)),
            (95, Step::Ask(3)),
        ];
        assert_eq!(steps, expected);
        assert_eq!(tape.tail().map(|c| c.0).collect::<Vec<_>>(), [3]);
        assert_eq!(tape.reach(0, i64::MAX, 6), 2);
        assert_eq!(tape.reach(0, i64::MAX, 12), 5);
        assert_eq!(tape.reach(0, at_posts(30), 100), 3);
        assert_eq!(tape.reach(3, at_asks(30), 100), 4);
        let all = tape.stretch(0, 7);
        assert_eq!((all.until, all.cost), (95, 23));
        assert_eq!(all.area, 7 * 10 + 12 * 60 + 23 * 5);
        let part = tape.stretch(3, 6);
        assert_eq!(
            (part.until, part.cost, part.area),
            (90, 16, i128::from(5 * 60))
        );
    }
}
