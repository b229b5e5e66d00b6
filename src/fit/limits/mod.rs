//! Sizes of windows, learned from an account's own percentages and its logs.
//!
//! A reading says how much of a window is used, in whole per cent; the log says how much of it was
//! used by what is logged. Together they bound the limit. Read in this order: [`uses`] adds the log
//! up under each meter, [`chains`] puts readings in order, [`step`] is the law of what happens between
//! two of them, [`forward`] the likelihood of readings, [`prior`] is the catalogue's band,
//! [`posterior`] the limit that comes out, [`check`] says whether the log explains the readings.

pub mod chains;
pub mod check;
pub mod forward;
mod hits;
mod kinds;
pub mod posterior;
pub mod prior;
pub mod step;
pub mod toml;
pub mod uses;

use std::collections::BTreeMap;

use crate::account::Meter;
use crate::account::meter::METERS;
use crate::base::time::Instant;
use crate::logs::Logs;
use crate::logs::state::Reading;

use chains::{Chain, Marked, Shape, Sorted};
use check::{Apart, Checks, Verdict, Why};
use forward::Resolution;
use kinds::Kinds;
use posterior::{Posterior, log_sum};
use prior::{Band, Known, Prior};
use uses::{Uncounted, Uses};

pub use hits::hits;

/// What to learn from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// The account's plan, for what its windows cover and held so far; `None`: any size is possible.
    pub plan: Option<&'a str>,
    /// The meter to judge by; `None`: the one that explains the readings best.
    pub meter: Option<Meter>,
}

/// Before any reading, the weight of a log that has nothing to do with the readings.
const UNRELATED: f64 = 0.05;
/// A meter other than `price`, in whose dollars the catalogue's bands are, must be so much more
/// likely.
const CLEARLY: f64 = 3.0;
/// From here on one meter is said to explain what another does not.
const SURELY: f64 = 0.95;
/// Below this weight against a log that has nothing to do with the readings, it has not.
const STRANGE: f64 = 0.2;
/// Readings that must have been predicted before their scatter condemns a meter.
const ENOUGH: usize = 10;
/// Fewer say nothing of whether log and readings belong together.
const FEW: usize = 4;
/// Percentages that rose by less than so many of their last digits say little.
const RISE: f64 = 5.0;
/// Below this share the logged use explains next to nothing, once the readings rose by this many
/// points.
const HARDLY_LOGGED: f64 = 0.2;
const MOVED: f64 = 20.0;
/// Without a band before, a wider one than this (as the log of high over low) says little.
const NARROW: f64 = 1.1;
/// A band that is wider than this part of the band before says little new.
const HARDLY: f64 = 0.75;

/// Limits of an account's windows.
#[derive(Clone, Debug)]
pub struct Limits {
    pub plan: Option<String>,
    /// The meter that was asked for.
    pub asked: Option<Meter>,
    /// The one that all bands of [`Limits::toml`] are in.
    pub meter: Meter,
    /// Weight of each preset over all windows that the log explains, in the order of [`METERS`].
    pub weights: [f64; METERS.len()],
    pub windows: Vec<Window>,
    /// First and last reading that was given.
    pub period: Option<(Instant, Instant)>,
    /// First and last logged request.
    pub logged: Option<(Instant, Instant)>,
    pub left: LeftOut,
    /// The catalogue's windows of the plan, in dollars of [`Limits::meter`].
    pub others: Vec<toml::Entry>,
}

/// What took no part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub requests: Uncounted,
    /// Readings of windows that the plan does not have, by the window's name.
    pub unknown: BTreeMap<String, usize>,
    /// Refusals of the log that count as readings.
    pub hits: usize,
}

/// One window.
#[derive(Clone, Debug)]
pub struct Window {
    /// As in scenarios: `session`.
    pub id: String,
    /// For people: `5-hour window`.
    pub label: String,
    /// What the catalogue says, in dollars of price.
    pub known: Option<Known>,
    /// What was learned under each preset, in the order of [`METERS`].
    pub fits: Vec<Fit>,
    /// Weight of a log that has nothing to do with the readings.
    pub unrelated: f64,
    pub verdict: Verdict,
    pub apart: Apart,
    /// Readings that were used, in their periods.
    pub chains: Vec<Chain>,
    pub sorted: Sorted,
    /// Readings from before the window's present size.
    pub other_size: usize,
    /// The last digit of its percentages: 1 for whole ones.
    pub digit: f64,
    /// 1 for five hours, less for longer windows.
    pub scale: f64,
}

/// A window under one meter.
#[derive(Clone, Debug)]
pub struct Fit {
    pub meter: Meter,
    /// What was believed before.
    pub prior: Band,
    pub band: Band,
    /// Weight of the meter for this window alone.
    pub weight: f64,
    pub checks: Checks,
    pub posterior: Posterior,
}

/// Why nothing can be learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitsError {
    NoReading,
    NoRequest,
    /// Everything was left out, for this reason.
    NothingUsable(String),
}

impl std::fmt::Display for LimitsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LimitsError::NoReading => f.write_str(
                "there is no reading: give a file of percentages with --readings, one usage answer \
                 or status line a line, each with its time",
            ),
            LimitsError::NoRequest => f.write_str(
                "the logs hold no request with a price, so that there is nothing to compare \
                 percentages with",
            ),
            LimitsError::NothingUsable(why) => write!(f, "no reading can be used: {why}"),
        }
    }
}

impl std::error::Error for LimitsError {}

/// Learns the limits of all windows that have readings.
///
/// # Errors
/// When there is no reading or no request, or none can be used.
pub fn limits(
    logs: &Logs,
    readings: &[Reading],
    question: &Question<'_>,
) -> Result<Limits, LimitsError> {
    let refusals = hits(logs);
    let mut all: Vec<Marked<'_>> = readings.iter().map(|r| (r, false)).collect();
    all.extend(refusals.iter().map(|r| (r, true)));
    all.retain(|r| r.0.percent.is_finite());
    all.sort_by_key(|r| (r.0.at, r.1));
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return Err(LimitsError::NoReading);
    };
    let mut out = Limits {
        plan: question.plan.map(str::to_owned),
        asked: question.meter,
        meter: Meter::Price,
        weights: [0.0; METERS.len()],
        windows: Vec::new(),
        period: Some((first.0.at, last.0.at)),
        logged: None,
        left: LeftOut {
            hits: refusals.len(),
            ..LeftOut::default()
        },
        others: Vec::new(),
    };
    let kinds = Kinds::of(question.plan, &all, &mut out.left);
    for kind in &kinds.all {
        let uses = kind.uses(logs, question.plan, &mut out.left.requests);
        out.logged = match (out.logged, uses.span()) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        let stopped = kinds.stopped(kind);
        let shape = Shape {
            length: kind.length,
            by_request: kind.by_request,
        };
        let (chains, sorted) = chains::chains(shape, &kind.readings, &uses, &stopped);
        out.windows.push(window(kind, chains, sorted, &uses));
    }
    if out.windows.is_empty() {
        return Err(LimitsError::NothingUsable(out.why_nothing()));
    }
    if out.logged.is_none() {
        return Err(LimitsError::NoRequest);
    }
    out.judge();
    out.others = kinds::others(question.plan, last.0.at, out.place(), logs);
    if out.windows.iter().all(|w| w.chains.is_empty()) {
        return Err(LimitsError::NothingUsable(out.why_nothing()));
    }
    Ok(out)
}

fn window(kind: &kinds::Kind<'_>, chains: Vec<Chain>, sorted: Sorted, uses: &Uses) -> Window {
    let res = Resolution {
        digit: kind.digit,
        scale: kind.scale,
    };
    let total = uses.total();
    let mut fits: Vec<Fit> = METERS
        .iter()
        .enumerate()
        .map(|(m, meter)| {
            let prior = Prior::of(kind.known.as_ref(), m, &total, kind.scale);
            let posterior = posterior::posterior(&chains, m, &prior, res);
            Fit {
                meter: *meter,
                prior: prior.band(),
                band: posterior.band,
                weight: 0.0,
                checks: check::check(&chains, m, &posterior, res),
                posterior,
            }
        })
        .collect();
    let share = (1.0 - UNRELATED) / METERS.len() as f64;
    let weigh = |evidence: f64| evidence + libm::log(share);
    let nothing = posterior::unrelated(&chains, res) + libm::log(UNRELATED);
    let logs = fits.iter().map(|f| weigh(f.posterior.evidence));
    let all = log_sum(logs.chain([nothing]).collect::<Vec<_>>().into_iter());
    for fit in &mut fits {
        fit.weight = libm::exp(weigh(fit.posterior.evidence) - all);
    }
    let price = METERS.iter().position(|m| *m == Meter::Price).unwrap_or(0);
    Window {
        id: kind.id.clone(),
        label: kind.label.clone(),
        known: kind.known,
        fits,
        unrelated: libm::exp(nothing - all),
        verdict: Verdict::Few,
        apart: check::apart(&chains, price, kind.digit),
        chains,
        sorted,
        other_size: kind.other_size,
        digit: kind.digit,
        scale: kind.scale,
    }
}

impl Limits {
    /// Weighs the meters over all windows, chooses one and says what each window's band is worth.
    fn judge(&mut self) {
        let related = |w: &&Window| !w.chains.is_empty() && w.unrelated < 0.5;
        let sums: Vec<f64> = (0..METERS.len())
            .map(|m| {
                let windows = self.windows.iter().filter(related);
                windows.map(|w| w.fits[m].posterior.evidence).sum()
            })
            .collect();
        let all = log_sum(sums.iter().copied());
        self.weights = std::array::from_fn(|m| libm::exp(sums[m] - all));
        let best = (0..METERS.len())
            .max_by(|a, b| self.weights[*a].total_cmp(&self.weights[*b]))
            .unwrap_or(0);
        let price = METERS.iter().position(|m| *m == Meter::Price).unwrap_or(0);
        let chosen = if self.weights[best] > CLEARLY * self.weights[price] {
            best
        } else {
            price
        };
        self.meter = self.asked.unwrap_or(METERS[chosen]);
        let other =
            (self.weights[best] > SURELY && METERS[best] != self.meter).then(|| METERS[best]);
        let meter = self.meter;
        for window in &mut self.windows {
            window.verdict = window.judged(meter, other);
        }
    }

    /// The place of the meter in [`METERS`].
    pub fn place(&self) -> usize {
        METERS.iter().position(|m| *m == self.meter).unwrap_or(0)
    }

    /// Why no window has a reading that can be used.
    fn why_nothing(&self) -> String {
        let sum = |of: fn(&Window) -> usize| self.windows.iter().map(of).sum::<usize>();
        let reasons = [
            (
                sum(|w| w.sorted.outside),
                "lie before the logs begin or after they end",
            ),
            (
                sum(|w| w.sorted.alone),
                "stand alone in a period whose beginning is not known",
            ),
            (
                sum(|w| w.other_size),
                "are from before the window's present size",
            ),
            (sum(|w| w.sorted.closed), "show a window that is not open"),
            (sum(|w| w.sorted.full), "follow a window that was used up"),
            (
                self.left.unknown.values().sum(),
                "are of windows that the plan does not have",
            ),
        ];
        let said: Vec<String> = reasons
            .iter()
            .filter(|r| r.0 > 0)
            .map(|(n, why)| format!("{n} {why}"))
            .collect();
        said.join(", ")
    }
}

impl Window {
    /// The fit under a preset.
    pub fn fit(&self, meter: Meter) -> &Fit {
        let place = METERS.iter().position(|m| *m == meter).unwrap_or(0);
        &self.fits[place]
    }

    /// Readings that were used.
    pub fn used(&self) -> usize {
        self.chains.iter().map(|c| c.links.len()).sum()
    }

    fn judged(&self, meter: Meter, other: Option<Meter>) -> Verdict {
        let fit = self.fit(meter);
        let p = &fit.posterior;
        // Against this meter alone.
        let alone = fit.weight / (fit.weight + self.unrelated).max(f64::MIN_POSITIVE);
        let checks = &fit.checks;
        let enough = checks.predicted >= ENOUGH;
        if self.chains.is_empty() {
            return Verdict::Few;
        }
        if alone < STRANGE && checks.predicted >= FEW {
            return Verdict::Unexplained(Why::Unrelated);
        }
        let explained = checks.explained().unwrap_or(1.0);
        if explained < HARDLY_LOGGED && checks.moved >= MOVED && enough {
            return Verdict::Unexplained(Why::Elsewhere);
        }
        if let Some(other) = other {
            return Verdict::Unexplained(Why::OtherMeter(other));
        }
        let [_, _, rough, wide, widest] = p.phis;
        if wide + widest > 0.5 && enough {
            return Verdict::Unexplained(Why::Scatter);
        }
        let hardly = match self.known {
            Some(_) => HARDLY * fit.prior.width(),
            None => NARROW,
        };
        let little = checks.moved < RISE * self.digit;
        if fit.band.width() > hardly || alone < 0.5 || little {
            return Verdict::Few;
        }
        if rough + wide + widest > 0.8 || explained < 0.5 {
            return Verdict::Loose;
        }
        Verdict::Learned
    }
}
