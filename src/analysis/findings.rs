//! The answers of one run: everything a report shows, computed once.

use crate::account::rates::KINDS;
use crate::account::spec::Provenance;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::replay::Event;
use crate::stats::estimate::Estimate;

/// All findings of a run. Reports only lay them out.
#[derive(Clone, Debug)]
pub struct Findings {
    pub header: Header,
    /// Windows in order, the wallet last; no wallet when it can never pay (switched off, none).
    pub pools: Vec<PoolFinding>,
    pub months: Vec<MonthFinding>,
    /// Cost of the whole horizon.
    pub cost: CostFinding,
    pub spend: Vec<SpendRow>,
    pub blocked: BlockedFinding,
    pub typical: Typical,
    /// Requests per trial, admitted.
    pub requests: Spread,
    /// Refused requests per trial, and never-made ones.
    pub blocked_requests: Spread,
    pub lost_requests: Spread,
    pub reloads: Spread,
    pub declines_mean: f64,
    /// P(an actor was stopped at least once), and by the wallet.
    pub p_blocked: Estimate,
    pub p_blocked_by_wallet: Estimate,
    /// Mean idle money in the wallet, USD.
    pub idle_usd: f64,
    pub expired: Spread,
    pub warnings: Vec<String>,
}

/// What was run.
#[derive(Clone, Debug)]
pub struct Header {
    pub title: String,
    pub question: Option<String>,
    /// Name of the scenario's file without ending; names the output folder.
    pub name: String,
    pub plan: String,
    pub timezone: String,
    pub start: Instant,
    pub end: Instant,
    /// Offsets of local time, see `Experiment::zone`.
    pub zone: Vec<(Instant, i64)>,
    /// `1-31 December 2026`.
    pub horizon: String,
    /// What one trial is called: `month` when the horizon is one, else `run`.
    pub trial_word: String,
    pub trials: usize,
    pub seed: u64,
    pub partial: bool,
    /// Whether any limit rests on an assumption.
    pub assumed: bool,
    /// A budget the user named, USD.
    pub budget: Option<Money>,
    /// Hash of the scenario's text.
    pub hash: String,
    /// Dates of the price list and of the plan that were used; none when the scenario gives its own.
    pub price_date: Option<String>,
    pub plan_date: Option<String>,
    /// The state of a real account from which it starts, in a sentence.
    pub begins: Option<String>,
}

/// Quantiles of a per-trial quantity, in its own unit (USD, hours, counts).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    pub mean: f64,
    /// Standard error of the mean.
    pub se: f64,
    pub p05: f64,
    pub p10: f64,
    pub p25: f64,
    pub p50: f64,
    pub p75: f64,
    pub p80: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// A quantile of a first-drain time over ALL trials; `None` when the pool lasts in that share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrainQuantile {
    /// 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95.
    pub p: f64,
    pub at: Option<Instant>,
    /// 95 % interval by order statistics.
    pub low: Option<Instant>,
    pub high: Option<Instant>,
}

/// When and how often a pool drains.
#[derive(Clone, Debug)]
pub struct PoolFinding {
    /// `session`, `week`, `wallet`.
    pub name: String,
    /// `5-hour window`.
    pub label: String,
    pub is_wallet: bool,
    /// `None` for the wallet.
    pub provenance: Option<Provenance>,
    /// Median and 5-95 % of the drawn limit, USD of metered value (windows).
    pub limit_usd: Option<Spread>,
    pub p_drains: Estimate,
    pub first: Vec<DrainQuantile>,
    /// Times the pool ran dry per trial.
    pub drains: Spread,
    pub empty_h: Spread,
    /// Hours actors were stopped because of it.
    pub stopped_h: Spread,
    /// Largest share of a period's limit that was used, 1 = all of it (windows).
    pub peak_use: Option<Spread>,
    /// P(not yet drained) at each step, with a 95 % interval.
    pub survival: Vec<SurvivalPoint>,
    /// What is left at each step: per cent of the limit, or USD for the wallet.
    pub left: Vec<LeftPoint>,
    /// Resets at fixed instants inside the horizon (windows of fixed kind).
    pub resets: Vec<Instant>,
    /// Promotional money in the wallet over time, USD; empty when there is none.
    pub grants_left: Vec<LeftPoint>,
    /// Expiry instants of grants with their amounts and the median unused, USD.
    pub expiries: Vec<(Instant, Money, f64)>,
    /// Wallet: `reloads to $25 below $5`, `no auto-reload`.
    pub rule: Option<String>,
    /// Wallet: the balance below which it reloads.
    pub threshold: Option<Money>,
}

#[derive(Clone, Copy, Debug)]
pub struct SurvivalPoint {
    pub at: Instant,
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct LeftPoint {
    pub at: Instant,
    pub p05: f64,
    pub p25: f64,
    pub p50: f64,
    pub p75: f64,
    pub p95: f64,
    pub mean: f64,
    /// P(empty).
    pub empty: f64,
}

/// One calendar month, USD.
#[derive(Clone, Debug)]
pub struct MonthFinding {
    /// `2026-12`.
    pub name: String,
    /// `December 2026`.
    pub label: String,
    pub subscription_usd: Spread,
    pub covered_usd: Spread,
    pub extra_usd: Spread,
    pub card_usd: Spread,
    pub tax_usd: Spread,
    pub api_usd: Spread,
    pub left_usd: Spread,
    /// Subscription + card charges + tax + paid elsewhere.
    pub total_usd: Spread,
}

/// What the horizon costs: cash that leaves the user (subscription, card charges, tax, elsewhere).
#[derive(Clone, Debug)]
pub struct CostFinding {
    pub total_usd: Spread,
    /// 95 % interval of the median.
    pub median: Estimate,
    pub subscription_usd: f64,
    /// The same with its tax: what every trial pays.
    pub fixed_usd: f64,
    /// Share of trials that pay the subscription and nothing else; 0 without one.
    pub subscription_only: f64,
    /// Means of the parts, USD; extra is what the card paid for purchases or invoices.
    pub extra_mean_usd: f64,
    pub tax_mean_usd: f64,
    pub api_mean_usd: f64,
    /// P(total > budget), when a budget was named; else for a round number near P90.
    pub over: (Money, Estimate),
    /// Histogram of the total: lower edge USD, upper edge USD, trials. The last may be open.
    pub histogram: Vec<(f64, f64, u64)>,
}

/// Tokens and list-price dollars by actor, main or sub-agent, model and payer.
#[derive(Clone, Debug)]
pub struct SpendRow {
    pub actor: String,
    pub sub_agent: bool,
    pub model: String,
    /// Means per trial.
    pub requests: f64,
    pub tokens: [f64; KINDS],
    pub usd: [f64; KINDS],
    /// Part of the cache writes (USD) that misses caused.
    pub miss_usd: f64,
    pub misses: f64,
    /// Paid by plan, wallet, elsewhere, USD.
    pub paid_usd: [f64; 3],
    /// Share of all list-price dollars.
    pub share: f64,
}

/// When and why actors are stopped.
#[derive(Clone, Debug)]
pub struct BlockedFinding {
    /// Hours per trial, all actors.
    pub hours: Spread,
    pub rows: Vec<BlockedRow>,
    /// Share of hours stopped by weekday (Monday first) and local hour, all actors together: the
    /// stopped time divided by the clock time of that cell over the horizon.
    pub heat: [[f64; 24]; 7],
    /// The same for each actor and reason, hours per trial.
    pub cells: Vec<BlockedCell>,
    /// `Tuesdays 15:00-18:00`, when one stands out.
    pub mostly: Option<String>,
    /// Label of the pool or reason that stops most.
    pub by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct BlockedRow {
    pub actor: String,
    /// File name of the reason and what people read.
    pub reason: String,
    pub label: String,
    pub status: u16,
    pub message: String,
    pub requests_mean: f64,
    pub hours_mean: f64,
    pub probability: Estimate,
}

#[derive(Clone, Debug)]
pub struct BlockedCell {
    pub actor: String,
    pub reason: String,
    /// 0 = Monday.
    pub weekday: u8,
    pub hour: u8,
    pub requests_mean: f64,
    pub hours_mean: f64,
    /// P(the actor is stopped in this cell at least once).
    pub probability: f64,
}

/// The trial nearest to the medians, replayed.
#[derive(Clone, Debug)]
pub struct Typical {
    pub trial: u64,
    /// Why it was chosen.
    pub why: String,
    pub events: Vec<Event>,
    /// What is left in it over time: one series per pool (per cent or USD), at event instants.
    pub left: Vec<Vec<(Instant, f64)>>,
    /// Cash total of this trial.
    pub total: Money,
    /// Hours that actors were stopped in it.
    pub stopped_h: f64,
}
