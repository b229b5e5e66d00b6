//! When and why actors are stopped.

use crate::account::reason::{REASON_SLOTS, Reason};
use crate::analysis::findings::{BlockedCell, BlockedFinding, BlockedRow};
use crate::analysis::numbers::{HOURS, share, spread};
use crate::base::civil::{WEEKDAYS, Zone};
use crate::base::time::Instant;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{CellSum, Field, Outcome};

/// Hours of a week: weekday × hour, Monday first.
pub const CELLS: usize = 168;

/// Everything about stops.
pub fn blocked(experiment: &Experiment, outcome: &Outcome) -> BlockedFinding {
    let heat = heat(experiment, outcome);
    BlockedFinding {
        hours: spread(outcome.column(Field::BlockedMs), HOURS),
        rows: rows(experiment, outcome),
        heat,
        cells: cells(experiment, outcome),
        mostly: mostly(
            &stopped_by_cell(outcome),
            &open_by_cell(experiment, outcome),
        ),
        by: by(experiment, outcome),
    }
}

/// The name used in files: a window's own name where a window decided.
pub fn reason_name(experiment: &Experiment, reason: Reason) -> String {
    match reason {
        Reason::Window(w) => window(experiment, w)
            .map_or_else(|| reason.name().to_owned(), |window| window.name.clone()),
        other => other.name().to_owned(),
    }
}

/// What people read; takes the article "the" in a sentence.
pub fn reason_label(experiment: &Experiment, reason: Reason) -> String {
    match reason {
        Reason::Window(w) => window(experiment, w)
            .map_or_else(|| "plan window".to_owned(), |window| window.label.clone()),
        Reason::ThirdPartyNeedsCredits => "third-party rule".to_owned(),
        Reason::CreditsRequired => "credits-only rule".to_owned(),
        Reason::OutOfCredits => "empty wallet".to_owned(),
        Reason::MonthlyLimit => "monthly spend limit".to_owned(),
        Reason::MemberLimit => "member's spend limit".to_owned(),
        Reason::DailyLimit => "daily spend limit".to_owned(),
        Reason::OrganisationOff => "organisation's switch".to_owned(),
        Reason::SeatTierOff => "seat type's switch".to_owned(),
        Reason::MemberOff => "member's switch".to_owned(),
        Reason::FalseRefusal => "false refusal (incident)".to_owned(),
    }
}

/// The words of a refusal as the user sees them.
pub fn reason_message(experiment: &Experiment, reason: Reason) -> String {
    match reason {
        Reason::Window(w) if window(experiment, w).is_some_and(|w| !w.message.is_empty()) => {
            window(experiment, w).map_or_else(String::new, |w| w.message.clone())
        }
        other => other.message().1.to_owned(),
    }
}

fn window(experiment: &Experiment, index: u8) -> Option<&crate::account::spec::WindowSpec> {
    experiment.account.windows.get(usize::from(index))
}

fn actor_name(experiment: &Experiment, actor: usize) -> String {
    experiment
        .actors
        .get(actor)
        .map_or_else(|| format!("actor {}", actor + 1), |a| a.name.clone())
}

/// Per actor and reason, most hours first.
fn rows(experiment: &Experiment, outcome: &Outcome) -> Vec<BlockedRow> {
    let n = outcome.trials as f64;
    let mut sums: Vec<_> = outcome
        .sums
        .blocked
        .iter()
        .filter(|s| s.requests > 0 || s.ms > 0)
        .collect();
    sums.sort_by_key(|s| (std::cmp::Reverse(s.ms), s.actor, s.reason_slot));
    sums.into_iter()
        .filter_map(|sum| Some((sum, Reason::from_slot(sum.reason_slot)?)))
        .map(|(sum, reason)| BlockedRow {
            actor: actor_name(experiment, sum.actor),
            reason: reason_name(experiment, reason),
            label: reason_label(experiment, reason),
            status: reason.message().0,
            message: reason_message(experiment, reason),
            requests_mean: sum.requests as f64 / n,
            hours_mean: sum.ms as f64 / HOURS / n,
            probability: share(sum.trials, outcome.trials as u64),
        })
        .collect()
}

/// Per actor, reason, weekday and hour: only cells in which something happened.
fn cells(experiment: &Experiment, outcome: &Outcome) -> Vec<BlockedCell> {
    let n = outcome.trials as f64;
    let mut out = Vec::new();
    for (index, sum) in outcome.sums.cells.iter().enumerate() {
        let (actor, cell) = (index / CELLS, index % CELLS);
        for slot in 0..REASON_SLOTS {
            if sum.ms[slot] == 0 && sum.requests[slot] == 0 {
                continue;
            }
            let Some(reason) = Reason::from_slot(slot) else {
                continue;
            };
            out.push(BlockedCell {
                actor: actor_name(experiment, actor),
                reason: reason_name(experiment, reason),
                weekday: (cell / 24) as u8,
                hour: (cell % 24) as u8,
                requests_mean: sum.requests[slot] as f64 / n,
                hours_mean: sum.ms[slot] as f64 / HOURS / n,
                probability: sum.trials as f64 / n,
            });
        }
    }
    out
}

/// Stopped time of all actors by cell, over all trials, ms.
fn stopped_by_cell(outcome: &Outcome) -> Vec<u64> {
    by_cell(outcome, |sum| sum.ms.iter().sum())
}

/// Working time of all actors by cell, ms per trial; clock time where no actor says when it works.
fn open_by_cell(experiment: &Experiment, outcome: &Outcome) -> Vec<u64> {
    let open = by_cell(outcome, |sum| sum.open_ms);
    if open.iter().any(|ms| *ms > 0) {
        open
    } else {
        clock(experiment)
    }
}

fn by_cell(outcome: &Outcome, value: impl Fn(&CellSum) -> u64) -> Vec<u64> {
    let mut out = vec![0u64; CELLS];
    for (index, sum) in outcome.sums.cells.iter().enumerate() {
        out[index % CELLS] += value(sum);
    }
    out
}

/// Clock time of the horizon in each cell, ms.
fn clock(experiment: &Experiment) -> Vec<u64> {
    const HOUR: i64 = 3_600_000;
    let zone = Zone(&experiment.zone);
    let mut out = vec![0u64; CELLS];
    let mut at = experiment.start;
    while at < experiment.end {
        let local = zone.local(at);
        let into = (at.0 + local.offset).rem_euclid(HOUR);
        let next = Instant(at.0 + HOUR - into).min(experiment.end);
        out[usize::from(local.weekday) * 24 + usize::from(local.hour)] += (next.0 - at.0) as u64;
        at = next;
    }
    out
}

/// Stopped time divided by clock time, by weekday and hour.
fn heat(experiment: &Experiment, outcome: &Outcome) -> [[f64; 24]; 7] {
    let (stopped, clock) = (stopped_by_cell(outcome), clock(experiment));
    let n = outcome.trials as f64;
    let mut heat = [[0.0; 24]; 7];
    for (cell, (ms, of)) in stopped.iter().zip(&clock).enumerate() {
        if *of > 0 {
            heat[cell / 24][cell % 24] = *ms as f64 / n / *of as f64;
        }
    }
    heat
}

/// The reason that stops for the most time, in words.
fn by(experiment: &Experiment, outcome: &Outcome) -> Option<String> {
    let mut ms = [0u64; REASON_SLOTS];
    for sum in &outcome.sums.blocked {
        if let Some(total) = ms.get_mut(sum.reason_slot) {
            *total += sum.ms;
        }
    }
    let most = (0..REASON_SLOTS).max_by_key(|slot| (ms[*slot], std::cmp::Reverse(*slot)))?;
    if ms[most] == 0 {
        return None;
    }
    Reason::from_slot(most).map(|reason| reason_label(experiment, reason))
}

/// Longest stretch of hours that is still a statement about a time of day.
const HOURS_MAX: usize = 5;
/// Most days in a row that are still a statement about a part of the week.
const DAYS_MAX: usize = 3;
/// Share of the stopped time that "mostly" must hold.
const MOSTLY: f64 = 0.5;
/// How much denser than working time the stops must be there, or it would say when you work.
const STRIKING: f64 = 1.5;

/// The part of the week that holds most of the stopped time, if one stands out: the most specific
/// of `Tuesdays 15:00-18:00`, `15:00-18:00`, `Tuesdays`, `Thursdays to Saturdays`.
pub fn mostly(stopped: &[u64], open: &[u64]) -> Option<String> {
    let all: u64 = stopped.iter().sum();
    if all == 0 || stopped.len() != CELLS || open.len() != CELLS {
        return None;
    }
    let sum = |of: &[u64], days: (usize, usize), hours: (usize, usize)| -> f64 {
        let cells = (0..days.1).flat_map(|d| (0..hours.1).map(move |h| (d, h)));
        cells
            .map(|(d, h)| of[(days.0 + d) % 7 * 24 + (hours.0 + h) % 24] as f64)
            .sum()
    };
    let open_all: f64 = open.iter().map(|ms| *ms as f64).sum::<f64>().max(1.0);
    // The best stretch of a shape, when it holds enough and is dense enough.
    let best = |days: usize, hours: usize| {
        let day_starts = if days == 7 { 1 } else { 7 };
        let hour_starts = if hours == 24 { 1 } else { 24 };
        let found = (0..day_starts)
            .flat_map(|d| (0..hour_starts).map(move |h| (d, h)))
            .map(|(d, h)| (sum(stopped, (d, days), (h, hours)) / all as f64, d, h))
            .reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        let (held, d, h) = found;
        let expected = sum(open, (d, days), (h, hours)) / open_all;
        (held >= MOSTLY && held >= STRIKING * expected).then_some((d, h))
    };
    let range = |h: usize, hours: usize| format!("{h:02}:00-{:02}:00", (h + hours) % 24);
    // The shortest range that holds most, made longer while the next hour is nearly as bad.
    let stretch = |days: usize| {
        let shortest = (2..=HOURS_MAX).find(|hours| best(days, *hours).is_some())?;
        let (mut hours, mut at) = (shortest, best(days, shortest)?);
        while let Some((d, h)) = (hours < HOURS_MAX).then(|| best(days, hours + 1)).flatten() {
            let now = sum(stopped, (at.0, days), (at.1, hours));
            let more = sum(stopped, (d, days), (h, hours + 1)) - now;
            if more < now / hours as f64 / 2.0 {
                break;
            }
            (hours, at) = (hours + 1, (d, h));
        }
        Some((at.0, range(at.1, hours)))
    };
    if let Some((d, range)) = stretch(1) {
        return Some(format!("{}s {range}", WEEKDAYS[d]));
    }
    if let Some((_, range)) = stretch(7) {
        return Some(range);
    }
    for days in 1..=DAYS_MAX {
        if let Some((d, _)) = best(days, 24) {
            let last = WEEKDAYS[(d + days - 1) % 7];
            return Some(match days {
                1 => format!("{}s", WEEKDAYS[d]),
                2 => format!("{}s and {last}s", WEEKDAYS[d]),
                _ => format!("{}s to {last}s", WEEKDAYS[d]),
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(f: impl Fn(usize, usize) -> u64) -> Vec<u64> {
        (0..CELLS).map(|c| f(c / 24, c % 24)).collect()
    }

    #[test]
    fn stops_are_placed_in_the_week() {
        let open = week(|d, h| u64::from(d < 5 && (9..18).contains(&h)));
        let mostly = |f: fn(usize, usize) -> u64| mostly(&week(f), &open);
        assert_eq!(
            mostly(|d, h| u64::from(d == 1 && (15..18).contains(&h)) * 9 + 1).as_deref(),
            None,
            "27 of 195 is not most"
        );
        assert_eq!(
            mostly(|d, h| u64::from(d == 1 && (15..18).contains(&h)) * 90).as_deref(),
            Some("Tuesdays 15:00-18:00")
        );
        assert_eq!(
            mostly(|d, h| u64::from(d < 5 && (16..18).contains(&h)) * 9).as_deref(),
            Some("16:00-18:00")
        );
        assert_eq!(
            mostly(|d, h| u64::from((d == 3 || d == 4) && (9..18).contains(&h))).as_deref(),
            Some("Thursdays")
        );
        assert_eq!(
            mostly(|d, h| u64::from(d < 5 && (9..18).contains(&h))),
            None
        );
        assert_eq!(mostly(|_, _| 0), None);
    }
}
