//! What a history of requests would have met on other plans: when it would have been stopped, for
//! how long, and what it would have cost to go on.
//!
//! Read [`given`] for what is played, [`plan`] for what is found about one plan, [`sentences`] for
//! how it is said.

mod find;
pub mod given;
pub mod left;
pub mod middle;
pub mod plan;
pub mod sentences;
#[cfg(test)]
pub mod tests;

use std::collections::BTreeSet;

use crate::account::rules::Rules;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::Logs;
pub use given::LeftOut;
use given::Requests;
pub use plan::{DrawFinding, PlanFinding};

/// How a history is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Draws of the sizes of windows that nobody publishes.
    pub trials: u64,
    pub seed: u64,
    pub threads: usize,
}

/// Everything that is found.
#[derive(Clone, Debug)]
pub struct HistoryFindings {
    pub start: Instant,
    pub end: Instant,
    /// `1-31 October 2026`.
    pub horizon: String,
    /// Local days.
    pub days: usize,
    pub timezone: String,
    pub zone: Vec<(Instant, i64)>,
    pub trials: u64,
    pub seed: u64,
    pub requests: u64,
    pub sessions: u64,
    /// List price of all requests.
    pub value: Money,
    pub left_out: LeftOut,
    pub plans: Vec<PlanFinding>,
}

/// Plays a history against plans. All rules must have the same beginning and end.
///
/// # Errors
/// When the logs cannot be played, in words.
pub fn findings(logs: &Logs, rules: &[Rules], o: &Options) -> Result<HistoryFindings, String> {
    let first = rules.first().ok_or("no plan")?;
    let requests = given::requests(logs, first.start, first.end, rules)?;
    let plans: Result<Vec<_>, _> = rules
        .iter()
        .map(|r| find::find(logs, &requests, r, o))
        .collect();
    let sessions: BTreeSet<_> = requests.work.iter().map(|w| w.session).collect();
    Ok(HistoryFindings {
        start: first.start,
        end: first.end,
        horizon: first.horizon.clone(),
        days: first.days.len().saturating_sub(1),
        timezone: first.timezone.clone(),
        zone: first.zone.clone(),
        trials: o.trials,
        seed: o.seed,
        requests: requests.work.len() as u64,
        sessions: sessions.len() as u64,
        value: value(&requests),
        plans: plans.map_err(|e| e.to_string())?,
        left_out: requests.left_out,
    })
}

fn value(requests: &Requests) -> Money {
    let given = requests.given.first().map_or(&[][..], Vec::as_slice);
    Money(given.iter().map(|g| g.cost).sum())
}
