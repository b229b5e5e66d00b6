//! The whole search: a race on one seed, a second scoring on another, a choice.

use super::answer::{self, Entry};
use super::judge::{Judge, State};
use super::race::{FIRST, Players, Raced, race};
use super::score::Score;
use super::setting::Candidate;
use crate::analysis::numbers::CONFIDENCE;

/// How often the trials of the second scoring are doubled where they cannot tell: up to four times
/// as many.
const DOUBLINGS: u32 = 2;
/// Chance that the second scoring places a setting on the wrong side of the requirement, all looks
/// at all settings together.
const ERROR: f64 = 0.05;
/// Settings that get more trials, at most: steps of a list are rarely closer to the limit.
const NEAR: usize = 3;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Searched {
    pub raced: Raced,
    /// Scores of every candidate on fresh trials.
    pub scored: Vec<Vec<Score>>,
    /// By candidate.
    pub entries: Vec<Entry>,
    /// The recommended candidate.
    pub chosen: Option<usize>,
    pub interrupted: bool,
}

/// Searches the listed candidates on `seed` and scores all again on `fresh`. `None`: it was
/// interrupted before those that are left were scored again.
///
/// # Errors
/// When a trial cannot be played.
pub fn search<P: Players>(
    players: &P,
    candidates: &[Candidate],
    judge: &Judge,
    (seed, fresh): (u64, u64),
    trials: u64,
) -> Result<Option<Searched>, P::Error> {
    let listed: Vec<usize> = (0..candidates.len())
        .filter(|i| candidates[*i].origin.listed)
        .collect();
    let most = (trials / 2).max(FIRST.min(trials));
    let raced = race(players, &listed, judge, seed, most)?;
    let mut scored = rescore(players, candidates, &raced.left, fresh, trials)?;
    if raced.left.iter().any(|i| scored[*i].is_empty()) {
        return Ok(None);
    }
    let states = refine(players, &raced.left, judge, fresh, &mut scored)?;
    let mut searched = vec![0; candidates.len()];
    for (i, n) in listed.iter().zip(&raced.trials) {
        searched[*i] = *n;
    }
    let mut entries: Vec<Entry> = candidates
        .iter()
        .zip(&scored)
        .zip(&searched)
        .map(|((c, scores), n)| answer::entry(c, *n, scores, judge))
        .collect();
    for (i, state) in raced.left.iter().zip(&states.of) {
        entries[*i].state = *state;
    }
    let chosen = answer::choose(&raced.left, &entries, judge);
    let short = raced
        .left
        .iter()
        .any(|i| (scored[*i].len() as u64) < trials);
    Ok(Some(Searched {
        interrupted: raced.interrupted || states.interrupted || short,
        raced,
        scored,
        entries,
        chosen,
    }))
}

/// Scores of all candidates on fresh trials: all trials for those left and today's, the first
/// thousand for the others.
fn rescore<P: Players>(
    players: &P,
    candidates: &[Candidate],
    left: &[usize],
    seed: u64,
    trials: u64,
) -> Result<Vec<Vec<Score>>, P::Error> {
    let (long, short): (Vec<usize>, Vec<usize>) =
        (0..candidates.len()).partition(|i| left.contains(i) || candidates[*i].origin.today);
    let mut scored = vec![Vec::new(); candidates.len()];
    for (group, most) in [(long, trials), (short, FIRST.min(trials))] {
        if group.is_empty() {
            continue;
        }
        let all = players.play(&group, seed, 0..most)?;
        for (i, scores) in group.into_iter().zip(all) {
            scored[i] = scores;
        }
    }
    Ok(scored)
}

/// States of those that are left, in their order.
struct States {
    of: Vec<State>,
    interrupted: bool,
}

/// Gives more fresh trials to the settings that could be the answer and of which the trials so far
/// cannot tell whether they meet what is required.
///
/// What: of those left, best first, the settings before the first that surely meets it are the only
/// ones that matter; the first three of them that neither surely meet nor surely miss it get twice
/// as many trials, and twice as many again. Surely: by the exact interval at a confidence of 1 −
/// 0.05 / (3 settings × 3 looks), as looking often finds something by chance. Where that interval
/// still cannot tell in the end, the plain one of 95 % may. Limits: a setting whose number is the
/// limit to within its error stays on the line; it is recommended, and said to be there.
fn refine<P: Players>(
    players: &P,
    left: &[usize],
    judge: &Judge,
    seed: u64,
    scored: &mut [Vec<Score>],
) -> Result<States, P::Error> {
    let looks = f64::from(DOUBLINGS + 1);
    let confidence = 1.0 - ERROR / (looks * NEAR as f64);
    let sure = |scores: &[Score]| judge.state(scores, confidence);
    let mut states: Vec<State> = left.iter().map(|i| sure(&scored[*i])).collect();
    let mut interrupted = false;
    let mut near = open(&states);
    near.truncate(NEAR);
    for _ in 0..DOUBLINGS {
        let open: Vec<usize> = open(&states)
            .into_iter()
            .filter(|k| near.contains(k))
            .collect();
        if open.is_empty() || interrupted || !judge.can_be_known() {
            break;
        }
        let group: Vec<usize> = open.iter().map(|k| left[*k]).collect();
        let done = group.iter().map(|i| scored[*i].len() as u64).min();
        let done = done.unwrap_or(0);
        let new = players.play(&group, seed, done..done * 2)?;
        for (k, scores) in open.into_iter().zip(new) {
            interrupted |= (scores.len() as u64) < done;
            let all = &mut scored[left[k]];
            all.extend(scores);
            states[k] = sure(all);
        }
    }
    for (state, i) in states.iter_mut().zip(left) {
        if *state == State::CannotTell {
            *state = judge.state(&scored[*i], CONFIDENCE);
        }
    }
    Ok(States {
        of: states,
        interrupted,
    })
}

/// Positions of those that could be the answer and are neither in nor out.
fn open(states: &[State]) -> Vec<usize> {
    let sure = states.iter().position(|s| *s == State::Meets);
    let before = 0..sure.unwrap_or(states.len());
    before.filter(|k| states[*k] != State::Misses).collect()
}
