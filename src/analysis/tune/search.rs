//! The whole search: a race on one seed, a second scoring on another, a choice.

use super::answer::{self, Entry};
use super::judge::Judge;
use super::race::{FIRST, Players, Raced, race};
use super::score::Score;
use super::setting::Candidate;

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
    let scored = rescore(players, candidates, &raced.left, fresh, trials)?;
    if raced.left.iter().any(|i| scored[*i].is_empty()) {
        return Ok(None);
    }
    let mut searched = vec![0; candidates.len()];
    for (i, n) in listed.iter().zip(&raced.trials) {
        searched[*i] = *n;
    }
    let entries: Vec<Entry> = candidates
        .iter()
        .zip(&scored)
        .zip(&searched)
        .map(|((c, scores), n)| answer::entry(c, *n, scores, judge))
        .collect();
    let chosen = answer::choose(&raced.left, &entries, judge);
    Ok(Some(Searched {
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
