//! What is found about one plan.

use super::left::LeftLine;
use super::middle::StopFinding;
use crate::account::Meter;
use crate::account::spec::{AutoReload, Provenance};
use crate::analysis::findings::Spread;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::stats::estimate::Estimate;

/// A plan and a history.
#[derive(Clone, Debug)]
pub struct PlanFinding {
    /// The catalogue's identifier, or the label.
    pub id: String,
    pub label: String,
    pub meter: Meter,
    /// Fees of the months that begin; none where they are negotiated.
    pub fee: Option<Money>,
    pub months: usize,
    pub windows: Vec<WindowFinding>,
    /// Whether no size is drawn: every trial is the same.
    pub certain: bool,
    /// With credits switched off; none for a plan without windows.
    pub off: Option<Off>,
    /// With credits switched on; none for a plan that has none.
    pub on: Option<On>,
    /// The auto-reload that was assumed for it.
    pub assumed_reload: Option<AutoReload>,
    /// Days on which work would have been refused, the worst first.
    pub days: Vec<DayFinding>,
    /// Refused requests by weekday, Monday first, mean over trials.
    pub weekdays: [f64; 7],
    /// Pieces of work of which something would have been refused, the worst first.
    pub work: Vec<WorkFinding>,
    /// Every stop, with each window in the middle of its band.
    pub stops: Vec<StopFinding>,
    /// What is left in each window over time, in the middle of the bands.
    pub left: Vec<LeftLine>,
    pub warnings: Vec<String>,
    /// Tax on card charges, in millionths.
    pub tax_ppm: i64,
    /// Each draw of the sizes with credits off, and on; one where nothing is drawn.
    pub draws_off: Vec<DrawFinding>,
    pub draws_on: Vec<DrawFinding>,
}

/// What a history takes under one draw of the sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrawFinding {
    /// Charged to the wallet, pico-dollars.
    pub charged: i64,
    /// Hours by the clock in which something was refused.
    pub hours_hit: i64,
}

/// A window over a history.
#[derive(Clone, Debug)]
pub struct WindowFinding {
    pub name: String,
    pub label: String,
    pub provenance: Provenance,
    /// Its size under the last rules, dollars of metered value.
    pub limit_usd: Spread,
    /// Share of trials in which it stops work.
    pub p_stops: Estimate,
    pub stops: Spread,
    pub stopped_h: Spread,
    pub refused: Spread,
    /// Fullest period, share of the size, credits off.
    pub peak: Spread,
}

/// Without credits.
#[derive(Clone, Debug)]
pub struct Off {
    /// Share of trials without any stop.
    pub never: Estimate,
    pub stops: Spread,
    /// Time from first refusals until the resets.
    pub stopped_h: Spread,
    /// Hours by the clock in which something was refused.
    pub hours_hit: Spread,
    pub refused: Spread,
    pub refused_usd: Spread,
    pub covered_usd: Spread,
    /// Requests that the plan never covers, and their list price.
    pub uncovered: u64,
    pub uncovered_usd: Money,
}

/// With credits.
#[derive(Clone, Debug)]
pub struct On {
    /// Charged to the wallet.
    pub overflow_usd: Spread,
    /// Share of trials in which nothing is charged.
    pub never: Estimate,
    /// Card charges, before tax.
    pub card_usd: Spread,
    pub tax_usd: Spread,
    pub reloads: Spread,
    /// Refused all the same: money or limits of the wallet did not suffice.
    pub refused: Spread,
    pub stopped_h: Spread,
    /// Fees and what is charged to the wallet; without fees where they are negotiated.
    pub total_usd: Spread,
}

/// A local day.
#[derive(Clone, Debug)]
pub struct DayFinding {
    pub at: Instant,
    /// Means over trials.
    pub refused: f64,
    pub stopped_h: f64,
    /// Share of trials in which something is refused.
    pub p: f64,
}

/// A piece of work.
#[derive(Clone, Debug)]
pub struct WorkFinding {
    pub session: String,
    pub project: String,
    /// Its first request.
    pub at: Instant,
    pub requests: u64,
    /// Means over trials.
    pub refused: f64,
    pub refused_usd: f64,
}
