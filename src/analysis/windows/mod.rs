//! When to open the first-request window, and how it stands to the longer windows.
//!
//! A first-request window (five hours) opens with the first request after the last one closed. Who
//! sends a one-word request before beginning to work moves its reset into the working day. Each
//! start is played with such an opener on the same demand as without one.

mod opener;
mod sentences;

pub use sentences::{clock, sentences};

use std::sync::atomic::AtomicBool;

use crate::account::reason::WINDOWS_MAX;
use crate::account::spec::{Limit, Opens, Provenance};
use crate::analysis::cost;
use crate::analysis::numbers::{HOURS, Sorted, USD, share};
use crate::analysis::summarise::AnalysisError;
use crate::base::civil::Zone;
use crate::base::time::{Instant, Span};
use crate::demand::spec::Rhythm;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};
use crate::engine::run::{EngineError, Prepared, RunOptions};
use crate::stats::estimate::Estimate;
use crate::stats::mean::paired_difference;

/// Starts that are tried: this long before the working day begins.
const STEP: Span = Span::minutes(30);
/// Confidence of differences; with several starts compared, each gets its part of the error.
const ERROR: f64 = 0.05;

/// How to play.
pub struct Play<'a> {
    pub trials: u64,
    pub threads: usize,
    /// Told after each start: done, planned.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    pub stop: &'a AtomicBool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct WindowsFinding {
    pub label: String,
    pub provenance: Provenance,
    pub length: Span,
    pub trials: usize,
    pub longer: Vec<Longer>,
    /// Working day: local minutes of the day, and how long, of the commonest one; none for actors
    /// without hours.
    pub day: Option<Workday>,
    /// Without an opener first, then from late to early.
    pub starts: Vec<Start>,
}

/// A longer window beside the first-request one.
#[derive(Clone, Debug)]
pub struct Longer {
    pub label: String,
    pub provenance: Provenance,
    /// Share of it that one full first-request window takes: 10th, 50th, 90th percentile.
    pub takes: [f64; 3],
    /// Full first-request windows that it pays: 10th, 50th, 90th percentile.
    pub pays: [f64; 3],
    /// Share of it that is used at the start.
    pub used: f64,
}

/// The commonest working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workday {
    /// Local minute of the day at which it begins.
    pub begins: i64,
    pub lasts: Span,
}

/// One start and what it does.
#[derive(Clone, Debug)]
pub struct Start {
    /// Before the working day; zero for no opener.
    pub before: Span,
    /// Windows that touch the commonest working day if work never pauses.
    pub touches: i64,
    /// How often the window runs dry, mean over the horizon.
    pub drains: f64,
    /// Share of trials in which each longer window runs dry.
    pub longer_dry: Vec<Estimate>,
    /// Hours stopped, mean over the horizon.
    pub stopped_h: f64,
    /// Of them, hours stopped by this window.
    pub stopped_by_it_h: f64,
    /// All hours stopped minus those without an opener.
    pub stopped_more_h: Estimate,
    /// Cost minus that without an opener, dollars.
    pub cost_more_usd: Estimate,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowsError {
    /// The plan has no window that opens with a request.
    NoSuchWindow,
    Engine(EngineError),
    Analysis(AnalysisError),
}

impl From<EngineError> for WindowsError {
    fn from(e: EngineError) -> WindowsError {
        WindowsError::Engine(e)
    }
}

impl From<AnalysisError> for WindowsError {
    fn from(e: AnalysisError) -> WindowsError {
        WindowsError::Analysis(e)
    }
}

impl std::fmt::Display for WindowsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WindowsError::NoSuchWindow => f.write_str(
                "the plan has no window that opens with a request, so there is nothing to time",
            ),
            WindowsError::Engine(e) => e.fmt(f),
            WindowsError::Analysis(e) => e.fmt(f),
        }
    }
}

/// Plays the starts and compares them.
///
/// # Errors
/// When the plan has no first-request window, or a trial leaves the range of money.
pub fn windows(experiment: &Experiment, how: &Play<'_>) -> Result<WindowsFinding, WindowsError> {
    let (window, length) = shortest(experiment).ok_or(WindowsError::NoSuchWindow)?;
    let actor = experiment
        .actors
        .iter()
        .position(|a| matches!(a.rhythm, Rhythm::Calendar { .. }));
    let day = actor.and_then(|a| opener::workday(experiment, a));
    let steps = if day.is_some() {
        (length.0 - 1) / STEP.0
    } else {
        0
    };
    let play = |experiment: &Experiment| {
        let options = RunOptions {
            trials: how.trials,
            threads: how.threads,
            progress: &|_, _| {},
            stop: how.stop,
            enough: None,
        };
        Prepared::new(experiment).run(&options)
    };
    let base = play(experiment)?;
    (how.progress)(1, steps as u64 + 1);
    let spec = &experiment.account.windows[window];
    let others = longer_windows(experiment, window);
    let confidence = 1.0 - ERROR / (steps.max(1) as f64);
    let compare = |before: Span, outcome: &Outcome| -> Result<Start, WindowsError> {
        start(
            experiment, window, &others, day, before, &base, outcome, confidence,
        )
    };
    let mut starts = vec![compare(Span::ZERO, &base)?];
    for n in 1..=steps {
        let before = Span(n * STEP.0);
        let Some(actor) = actor else { break };
        let with = opener::with_opener(experiment, actor, before);
        let outcome = play(&with)?;
        if outcome.trials != base.trials {
            // Stopped by the user: what is finished stands.
            break;
        }
        starts.push(compare(before, &outcome)?);
        (how.progress)(n as u64 + 1, steps as u64 + 1);
    }
    Ok(WindowsFinding {
        label: spec.label.clone(),
        provenance: spec.provenance,
        length,
        trials: base.trials,
        longer: others
            .iter()
            .map(|w| longer(experiment, window, *w, &base))
            .collect(),
        day,
        starts,
    })
}

/// The shortest window that opens with a request.
fn shortest(experiment: &Experiment) -> Option<(usize, Span)> {
    let all = experiment.account.windows.iter().enumerate();
    let opening = all.filter_map(|(i, w)| match w.opens {
        Opens::FirstRequest { length, .. } => Some((i, length)),
        Opens::Fixed { .. } => None,
    });
    opening.min_by_key(|(_, length)| *length)
}

/// Windows with a limit of their own that some class draws on together with the short one.
fn longer_windows(experiment: &Experiment, window: usize) -> Vec<usize> {
    let account = &experiment.account;
    let together = |w: usize| {
        let both = 1u8 << w | 1 << window;
        account.classes.iter().any(|c| c.windows & both == both)
    };
    (0..account.windows.len().min(WINDOWS_MAX))
        .filter(|w| *w != window && together(*w))
        .filter(|w| matches!(account.windows[*w].limit, Limit::Usd(_)))
        .collect()
}

fn longer(experiment: &Experiment, window: usize, other: usize, base: &Outcome) -> Longer {
    let spec = &experiment.account.windows[other];
    let limits = base
        .column(Field::WindowLimit(window))
        .into_iter()
        .zip(base.column(Field::WindowLimit(other)));
    let mut takes: Vec<f64> = limits
        .map(|(small, large)| small as f64 / large.max(1) as f64)
        .collect();
    takes.sort_by(f64::total_cmp);
    let at = |p| crate::stats::quantile::quantile(&takes, p).unwrap_or(0.0);
    Longer {
        label: spec.label.clone(),
        provenance: spec.provenance,
        takes: [at(0.1), at(0.5), at(0.9)],
        pays: [0.9, 0.5, 0.1].map(|p| 1.0 / at(p).max(1e-9)),
        used: spec.used,
    }
}

#[allow(clippy::too_many_arguments)]
fn start(
    experiment: &Experiment,
    window: usize,
    others: &[usize],
    day: Option<Workday>,
    before: Span,
    base: &Outcome,
    outcome: &Outcome,
    confidence: f64,
) -> Result<Start, WindowsError> {
    let scaled = |e: Option<Estimate>, unit: f64| {
        e.map_or(
            Estimate {
                value: 0.0,
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                n: 0,
            },
            |e| Estimate {
                value: e.value / unit,
                low: e.low / unit,
                high: e.high / unit,
                n: e.n,
            },
        )
    };
    let stopped = outcome.column(Field::BlockedMs);
    let difference = paired_difference(&stopped, &base.column(Field::BlockedMs), confidence);
    let (paid, before_paid) = (
        cost::totals(experiment, outcome)?,
        cost::totals(experiment, base)?,
    );
    let dry = |w: &usize| {
        let drains = outcome.column(Field::Drains(*w));
        share(
            drains.iter().filter(|d| **d > 0).count() as u64,
            drains.len() as u64,
        )
    };
    Ok(Start {
        before,
        touches: day.map_or(0, |d| touches(d, before, experiment, window)),
        drains: Sorted::new(outcome.column(Field::Drains(window)))
            .mean(1.0)
            .value,
        longer_dry: others.iter().map(dry).collect(),
        stopped_h: Sorted::new(stopped).mean(HOURS).value,
        stopped_by_it_h: Sorted::new(outcome.column(Field::StoppedMs(window)))
            .mean(HOURS)
            .value,
        stopped_more_h: scaled(difference, HOURS),
        cost_more_usd: scaled(paired_difference(&paid, &before_paid, confidence), USD),
    })
}

/// Windows that touch a working day when the first one opens this long before it and each next one
/// as soon as the last one closed.
fn touches(day: Workday, before: Span, experiment: &Experiment, window: usize) -> i64 {
    let Opens::FirstRequest { length, .. } = experiment.account.windows[window].opens else {
        return 0;
    };
    let span = day.lasts.0 + before.0;
    (span + length.0 - 1) / length.0.max(1)
}

/// A local minute of the day.
pub(super) fn minute_of_day(zone: &Zone<'_>, at: Instant) -> i64 {
    let l = zone.local(at);
    i64::from(l.hour) * 60 + i64::from(l.minute)
}

#[cfg(test)]
mod tests;
