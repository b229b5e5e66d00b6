//! The trial nearest to the medians, replayed: one month that is neither lucky nor unlucky.

use crate::account::rates::KINDS;
use crate::account::spec::Access;
use crate::analysis::findings::Typical;
use crate::analysis::numbers::{HOURS, Sorted};
use crate::analysis::summarise::{About, AnalysisError};
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};
use crate::engine::replay::{Event, Note, Payer, What};

/// Chooses and replays the typical trial.
///
/// # Errors
/// When the trial cannot be replayed.
pub fn typical(
    experiment: &Experiment,
    outcome: &Outcome,
    totals: &[i64],
    about: &About,
    replay: &dyn Fn(u64) -> Result<Vec<Event>, String>,
) -> Result<Typical, AnalysisError> {
    let trial = nearest_to_medians(experiment, outcome, totals);
    let events = replay(trial as u64).map_err(AnalysisError::Replay)?;
    let left = left(experiment, outcome, trial, &events);
    Ok(Typical {
        trial: trial as u64,
        why: format!(
            "nearest to the median {} in cost, stopped hours and first drains",
            about.trial_word
        ),
        events,
        left,
        total: Money(totals[trial]),
        stopped_h: outcome.get(trial, Field::BlockedMs) as f64 / HOURS,
    })
}

/// A trial whose ranks are this share of all trials farther from the medians than the nearest one
/// is still typical.
const SLACK: f64 = 0.05;

/// The trial with the least sum of rank distances to the medians. Among those that are nearly as
/// near one in which something happens (a stop, a reload, an empty pool) is worth more than a flat
/// line; of equals the one with the most usual number of requests.
pub fn nearest_to_medians(experiment: &Experiment, outcome: &Outcome, totals: &[i64]) -> usize {
    let pools = shown_pools(experiment);
    let mut columns = vec![totals.to_vec(), outcome.column(Field::BlockedMs)];
    columns.extend((0..pools).map(|p| outcome.column(Field::FirstDrain(p))));
    let mut distance = vec![0usize; outcome.trials];
    for column in columns {
        let sorted = Sorted::new(column.clone());
        let middle = sorted.len().saturating_sub(1) / 2;
        for (sum, value) in distance.iter_mut().zip(column) {
            // Equal values share the ranks from..to; the middle may lie among them.
            let from = sorted.values().partition_point(|v| *v < value);
            let to = sorted.count_to(value) - 1;
            *sum += from.saturating_sub(middle) + middle.saturating_sub(to);
        }
    }
    let requests = outcome.column(Field::Requests);
    let sorted = Sorted::new(requests.clone());
    let middle = sorted.quantile(0.5);
    let happens = |trial: usize| {
        let some = |field| outcome.get(trial, field) > 0;
        some(Field::BlockedMs) || some(Field::Reloads) || (0..pools).any(|p| some(Field::Drains(p)))
    };
    let least = distance.iter().copied().min().unwrap_or(0);
    let near = least + (outcome.trials as f64 * SLACK) as usize;
    let eventful = (0..outcome.trials).any(|t| distance[t] <= near && happens(t));
    (0..outcome.trials)
        .filter(|&t| !eventful || (distance[t] <= near && happens(t)))
        .min_by_key(|&t| (distance[t], requests[t].abs_diff(middle), t))
        .unwrap_or(0)
}

fn shown_pools(experiment: &Experiment) -> usize {
    let wallet = experiment.account.wallet.access == Access::On;
    experiment.account.windows.len() + usize::from(wallet)
}

/// Changes smaller than this are not shown, per cent of the limit or of the most in the wallet.
const STEP_PCT: f64 = 0.5;

/// What is left over time: per cent of a window (of the seat that used it most), USD of the wallet.
fn left(
    experiment: &Experiment,
    outcome: &Outcome,
    trial: usize,
    events: &[Event],
) -> Vec<Vec<(Instant, f64)>> {
    let windows = experiment.account.windows.len();
    let mut series: Vec<_> = (0..windows)
        .map(|w| {
            let limit = outcome.get(trial, Field::WindowLimit(w));
            thin(window_left(experiment, events, w, limit), STEP_PCT)
        })
        .collect();
    if shown_pools(experiment) > windows {
        let wallet = wallet_left(experiment, events);
        let most = wallet.iter().map(|p| p.1.abs()).fold(0.0, f64::max);
        series.push(thin(wallet, most * STEP_PCT / 100.0));
    }
    series
}

/// A series without the points that nobody could see: a point stays when it differs from the last
/// that stayed by `step`; before a jump, the point it jumps from stays too.
fn thin(series: Vec<(Instant, f64)>, step: f64) -> Vec<(Instant, f64)> {
    let mut kept: Vec<(Instant, f64)> = Vec::new();
    let mut before: Option<(Instant, f64)> = None;
    for point in &series {
        let Some(last) = kept.last().copied() else {
            kept.push(*point);
            continue;
        };
        if (point.1 - last.1).abs() >= step {
            if let Some(b) = before.filter(|b| (point.1 - b.1).abs() >= step && b.0 > last.0) {
                kept.push(b);
            }
            kept.push(*point);
        }
        before = Some(*point);
    }
    if let (Some(end), Some(last)) = (series.last(), kept.last())
        && end != last
    {
        kept.push(*end);
    }
    kept
}

/// A change of what is left of one window.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Full,
    Used(i64),
}

fn window_left(
    experiment: &Experiment,
    events: &[Event],
    window: usize,
    limit: i64,
) -> Vec<(Instant, f64)> {
    let seats = experiment.account.seats.max(1);
    let mut changes: Vec<Vec<(Instant, Change)>> = vec![Vec::new(); seats];
    for event in events {
        match &event.what {
            What::Account(
                Note::WindowOpens {
                    window: w, seat, ..
                }
                | Note::WindowResets { window: w, seat },
            ) if *w == window && *seat < seats => {
                changes[*seat].push((event.at, Change::Full));
            }
            What::Request {
                actor,
                model,
                payer: Payer::Plan,
                tokens,
                sub_agent,
                ends,
                ..
            } => {
                let used = Use {
                    actor: *actor,
                    model: *model,
                    sub: sub_agent.is_some(),
                    tokens,
                };
                if let Some((seat, units)) = used.units(experiment, window) {
                    changes[seat].push((*ends, Change::Used(units)));
                }
            }
            _ => {}
        }
    }
    let used = |of: &[(Instant, Change)]| -> i64 {
        of.iter()
            .map(|(_, change)| match change {
                Change::Used(units) => *units,
                Change::Full => 0,
            })
            .sum()
    };
    let Some(mut busiest) = changes.into_iter().max_by_key(|of| used(of)) else {
        return Vec::new();
    };
    // Charges post when requests end, so they are not in the order of the events.
    busiest.sort_by_key(|(at, change)| (*at, *change));
    let mut spent = (experiment.account.windows[window].used * limit as f64) as i64;
    let percent = |spent: i64| match limit {
        0 => 0.0,
        _ => ((limit - spent) as f64 / limit as f64 * 100.0).max(0.0),
    };
    let mut out = vec![(experiment.start, percent(spent))];
    for (at, change) in busiest
        .into_iter()
        .take_while(|(at, _)| *at <= experiment.end)
    {
        let before = percent(spent);
        match change {
            Change::Full => {
                // A step, not a slope: the old level holds up to the reset.
                out.push((at, before));
                spent = 0;
            }
            Change::Used(units) => spent = spent.saturating_add(units),
        }
        out.push((at, percent(spent)));
    }
    out.push((experiment.end, percent(spent)));
    out
}

/// What one request used.
struct Use<'a> {
    actor: usize,
    model: usize,
    sub: bool,
    tokens: &'a [i64; KINDS],
}

impl Use<'_> {
    /// The seat and the units charged to a window; none when the window is not in scope.
    fn units(&self, experiment: &Experiment, window: usize) -> Option<(usize, i64)> {
        let actor = experiment.actors.get(self.actor)?;
        let used = match (&actor.sub_agents, self.sub) {
            (Some(sub), true) => sub.all_models().find(|m| m.model == self.model)?,
            _ => actor.models.iter().find(|m| m.model == self.model)?,
        };
        let class = experiment.account.classes.get(used.class)?;
        if class.windows & (1u8 << window) == 0 || actor.seat >= experiment.account.seats.max(1) {
            return None;
        }
        let card = &experiment.models.get(self.model)?.rates;
        // The prompt is everything but the output, which is the last kind.
        let prompt: i64 = self.tokens[..KINDS - 1].iter().sum();
        let rate = if prompt > card.tier_above {
            &card.tier
        } else {
            &card.base
        };
        let units = self
            .tokens
            .iter()
            .zip(rate.units)
            .map(|(t, u)| t.saturating_mul(u));
        Some((actor.seat, units.fold(0, i64::saturating_add)))
    }
}

fn wallet_left(experiment: &Experiment, events: &[Event]) -> Vec<(Instant, f64)> {
    let wallet = &experiment.account.wallet;
    let present = wallet
        .grants
        .iter()
        .filter(|g| g.starts.is_none_or(|at| at <= experiment.start));
    let opening = present.fold(wallet.balance.0, |sum, g| sum.saturating_add(g.amount.0));
    let mut level = Money(opening).to_f64();
    let mut out = vec![(experiment.start, level)];
    for event in events {
        let What::Account(note) = &event.what else {
            continue;
        };
        let balance = match note {
            Note::Charged { balance, .. } | Note::Expired { balance, .. } => *balance,
            Note::Purchase { balance, .. } | Note::GrantStarts { balance, .. } => {
                out.push((event.at, level));
                *balance
            }
            _ => continue,
        };
        level = balance.to_f64();
        out.push((event.at, level));
    }
    out.push((experiment.end, level));
    out
}
