//! The search: all settings on the same trials, the clearly worse ones dropped, the trials given to
//! those that are left.

use std::ops::Range;

use super::judge::{Judge, State};
use super::score::Score;

/// Trials that every setting gets before any is dropped: with fewer, stops are too rare to compare.
pub const FIRST: u64 = 1_000;
/// Chance that a search drops a setting wrongly, all comparisons together.
const ERROR: f64 = 0.05;

/// Who plays settings.
pub trait Players {
    /// Why they cannot go on.
    type Error;

    /// Scores of trials of some settings, by setting, in the order of trials. All settings of a
    /// seed meet the same demand. Fewer trials than wanted: it was interrupted.
    ///
    /// # Errors
    /// When a trial cannot be played.
    fn play(
        &self,
        settings: &[usize],
        seed: u64,
        trials: Range<u64>,
    ) -> Result<Vec<Vec<Score>>, Self::Error>;
}

/// What a search leaves.
#[derive(Clone, Debug)]
pub struct Raced {
    /// Settings that were not dropped, best first.
    pub left: Vec<usize>,
    /// Trials each setting got.
    pub trials: Vec<u64>,
    pub interrupted: bool,
}

/// Races `settings` (indices) on `seed`, with at most `most` trials each.
///
/// What: rounds of 1,000, 2,000, 4,000, … trials. After each, a setting is dropped if it surely
/// misses the requirement, or is surely worse by more than delta than one that surely meets it.
/// Surely: by the exact interval of the requirement and by Student's interval of paired
/// differences, at a confidence of 1 − 0.05 / (settings × rounds) (Bonferroni). Ends when those left
/// are within delta and their states are known, or with the trials. Limits: at 1,000 trials a
/// difference that rests on events rarer than one in some hundred months is not seen; that is why
/// the answer is scored again. Source: Nelson and Matejcik, Management Science 41 (1995); a first
/// stage of 1,000 instead of 20, as stops are rare.
///
/// # Errors
/// When a trial cannot be played.
pub fn race<P: Players>(
    players: &P,
    settings: &[usize],
    judge: &Judge,
    seed: u64,
    most: u64,
) -> Result<Raced, P::Error> {
    let most = most.max(1);
    let rounds = rounds(most);
    let confidence = 1.0 - ERROR / (settings.len() as f64 * rounds.len() as f64).max(1.0);
    let mut run = Race {
        judge,
        confidence,
        scores: vec![Vec::new(); settings.len()],
        left: (0..settings.len()).collect(),
    };
    let mut done = 0;
    let mut interrupted = false;
    for until in rounds {
        let wanted: Vec<usize> = run.left.iter().map(|i| settings[*i]).collect();
        let new = players.play(&wanted, seed, done..until)?;
        for (i, scores) in run.left.iter().zip(new) {
            interrupted |= (scores.len() as u64) < until - done;
            run.scores[*i].extend(scores);
        }
        if interrupted {
            break;
        }
        done = until;
        if run.drop_clear() {
            break;
        }
    }
    run.rank();
    Ok(Raced {
        left: run.left.iter().map(|i| settings[*i]).collect(),
        trials: run.scores.iter().map(|s| s.len() as u64).collect(),
        interrupted,
    })
}

fn rounds(most: u64) -> Vec<u64> {
    let mut all = Vec::new();
    let mut until = FIRST.min(most);
    loop {
        all.push(until);
        if until >= most {
            return all;
        }
        until = (until * 2).min(most);
    }
}

struct Race<'j> {
    judge: &'j Judge,
    confidence: f64,
    scores: Vec<Vec<Score>>,
    /// Positions in `scores`.
    left: Vec<usize>,
}

impl Race<'_> {
    /// Drops what is clearly out. True: nothing is left to find out.
    fn drop_clear(&mut self) -> bool {
        let judge = self.judge;
        let states: Vec<State> = self
            .left
            .iter()
            .map(|i| judge.state(&self.scores[*i], self.confidence))
            .collect();
        if states.iter().all(|s| *s == State::Misses) {
            // None will do: the one with the least of what is required is the best there is.
            self.keep_least_risky();
            return true;
        }
        let aim = |i: &usize| judge.aim(&self.scores[*i], self.confidence).value;
        let sure = self.left.iter().zip(&states);
        // One on the line may turn out to miss: it sends nobody away.
        let best = sure
            .filter(|(_, s)| **s == State::Meets)
            .map(|(i, _)| *i)
            .min_by(|a, b| aim(a).total_cmp(&aim(b)));
        let mut settled = true;
        let mut kept = Vec::new();
        for (i, state) in self.left.iter().zip(&states) {
            if *state == State::Misses {
                continue;
            }
            let apart = match best {
                Some(best) if best != *i => {
                    judge.difference(&self.scores[*i], &self.scores[best], self.confidence)
                }
                _ => {
                    settled &= state.will_do();
                    kept.push(*i);
                    continue;
                }
            };
            if apart.low > judge.delta {
                continue;
            }
            settled &= state.will_do() && apart.high <= judge.delta;
            kept.push(*i);
        }
        self.left = kept;
        settled
    }

    fn keep_least_risky(&mut self) {
        let risk = |i: &usize| {
            let found = self.judge.required(&self.scores[*i], self.confidence);
            found.map_or(0.0, |e| self.judge.badness(e.value))
        };
        self.left.sort_by(|a, b| risk(a).total_cmp(&risk(b)));
        self.left.truncate(LEAST);
    }

    /// Best first; those that may miss the requirement behind those that do not.
    fn rank(&mut self) {
        let key = |i: &usize| self.judge.aim(&self.scores[*i], self.confidence).value;
        let required = |i: &usize| {
            let found = self.judge.required(&self.scores[*i], self.confidence);
            found.map_or(0.0, |e| self.judge.badness(e.value))
        };
        let none = |i: &usize| self.judge.state(&self.scores[*i], self.confidence) == State::Misses;
        if self.left.iter().all(none) {
            self.left
                .sort_by(|a, b| required(a).total_cmp(&required(b)).then(a.cmp(b)));
        } else {
            self.left
                .sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
        }
    }
}

/// Settings that are looked at again when none will do.
const LEAST: usize = 3;
