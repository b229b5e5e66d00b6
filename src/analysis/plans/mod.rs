//! Which plan is cheapest for this work: every plan, with and without extra usage, and an API key, on
//! the same demand; and where another plan takes over, as an hour gets dearer or use grows.
//!
//! Read [`PlansFinding`] first. `ways` says what is played, `judge` how the columns of all
//! contenders are held against each other, `growth` how use is scaled, `envelope` which of several
//! lines is lowest, `sentences` what people read. `past` does the same for
//! logged requests.

pub mod envelope;
#[cfg(test)]
pub mod fixture;
pub mod growth;
pub mod judge;
mod notes;
pub mod past;
pub mod sentences;
pub mod ways;

use crate::account::spec::{Access, Provenance, WalletSpec};
use crate::analysis::compare::{CompareError, Per, columns, work};
use crate::analysis::findings::{Header, Spread};
use crate::analysis::numbers::{USD, spread};
use crate::analysis::summarise::{self, About, AnalysisError};
use crate::base::money::Money;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};
use crate::engine::series::Series;

use growth::Growth;
use judge::{Contender, Verdict};
pub use notes::left_out;
use sentences::Words;
use ways::{Limits, Parts, Terms, Way};

/// A plan on offer.
pub struct Offer<'a> {
    /// The catalogue's identifier.
    pub id: String,
    pub label: String,
    /// The work under this plan; its wallet is decided by the way.
    pub experiment: &'a Experiment,
    /// A month, all seats, before tax.
    pub fee: Money,
    /// For a year paid at once, where that is offered.
    pub yearly: Option<Money>,
    pub has_windows: bool,
    pub has_wallet: bool,
    /// Several accounts, each with a wallet of its own.
    pub several_accounts: bool,
    /// The scenario's own plan.
    pub today: bool,
}

/// What is asked.
pub struct Question<'a> {
    pub offers: &'a [Offer<'a>],
    /// The scenario's own wallet: its limits hold for extra usage on any plan, its tax for all.
    pub wallet: &'a WalletSpec,
    pub about: &'a About,
    /// The scenario's file as it was named.
    pub file: &'a str,
    /// What an hour in which somebody is stopped costs.
    pub hour: Hour,
    /// Trials of each way of each plan; where nobody says, as many as the work allows (`affordable`).
    pub trials: Option<u64>,
    /// Plans that are not compared, and why.
    pub left_out: &'a [(String, String)],
    /// Notes on how the offers were made.
    pub said: &'a [String],
}

/// The price of a stopped hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    pub price: Money,
    /// Said by the user; else taken.
    pub given: bool,
}

/// What an hour is taken to cost where nobody says: far above what tokens of an hour cost, so that
/// it only matters which plan does the work.
pub const HOUR: Money = Money::usd(40);

/// The answer.
#[derive(Clone, Debug)]
pub struct PlansFinding {
    /// Of the scenario, run as it stands with extra usage.
    pub header: Header,
    pub per: Per,
    pub hour: Hour,
    pub limits: Limits,
    pub tax_ppm: i64,
    pub verdict: Verdict,
    /// List value of the work, with nothing in its way.
    pub value_usd: Spread,
    pub growth: Growth,
    /// The entry that is what the scenario has.
    pub today: Option<usize>,
    /// Whether nothing of the work ever draws on the windows of a plan.
    pub never_on_plan: bool,
    /// The scenario's file, for what to do next.
    pub file: String,
    pub left_out: Vec<(String, String)>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

/// Plays every plan in every way and judges them.
///
/// # Errors
/// When there is no offer, a run fails or is interrupted, or money leaves its range.
pub fn plans(q: &Question<'_>, series: &Series<'_>) -> Result<PlansFinding, CompareError> {
    let limits = Limits::of(q.wallet);
    let all: Vec<(usize, Way)> = q
        .offers
        .iter()
        .enumerate()
        .flat_map(|(i, o)| ways::ways(o).iter().map(move |w| (i, *w)))
        .collect();
    let own = q.offers.iter().position(|o| o.today).unwrap_or(0);
    let Some(first) = q.offers.get(own) else {
        return Err(AnalysisError::NoTrials.into());
    };
    let per = Per::of(first.experiment, &q.about.trial_word);
    let months = months(first.experiment, &per);
    let free = work::unhindered(first.experiment);
    let trials = match q.trials {
        Some(trials) => trials,
        None => affordable(&series.run(&free, PILOT)?, all.len()),
    };
    let use_trials = use_trials(trials);
    series.plan(all.len() as u64 * trials + use_trials);
    let mut contenders = Vec::with_capacity(all.len());
    let mut experiments = Vec::with_capacity(all.len());
    let mut header = None;
    for (i, way) in all {
        let offer = &q.offers[i];
        let exp = ways::experiment(offer, way, limits);
        let twin = contenders
            .iter()
            .position(|c: &Contender| c.plan == i && c.parts.is_calm());
        // Where no request is refused nothing is left for extra usage to pay: the same months.
        let (parts, hash) = match twin.map(|t| &contenders[t]) {
            Some(twin) => (twin.parts.clone(), twin.demand_hash),
            None => {
                let outcome = series.run(&exp, trials)?;
                if outcome.trials == 0 {
                    return Err(AnalysisError::NoTrials.into());
                }
                if i == own && header.is_none() {
                    header = Some(summarise::header(&exp, &outcome, q.about));
                }
                let hash = outcome.sums.demand_hash;
                (Parts::read(&exp, &outcome, way)?, Some(hash))
            }
        };
        contenders.push(Contender {
            plan: i,
            id: offer.id.clone(),
            label: offer.label.clone(),
            way,
            today: offer.today,
            terms: Terms {
                fee: fee(offer.fee, months),
                tax_ppm: q.wallet.tax_ppm,
            },
            parts,
            demand_hash: hash,
            assumed: way != Way::Paid && is_assumed(&exp),
            incomplete: None,
        });
        experiments.push(exp);
    }
    let Some(mut header) = header else {
        return Err(AnalysisError::NoTrials.into());
    };
    header.assumed = contenders.iter().any(|c| c.assumed);
    let outcome = series.run(&free, use_trials)?;
    let value = columns::value(&free, &outcome)?;
    let verdict = judge::judge(&contenders, q.hour.price, per.number)?;
    let value_usd = spread(value, USD * per.number);
    let scale = growth::Scale {
        contenders: &contenders,
        experiments: &experiments,
        hour: q.hour.price,
        per: per.number,
        trials: use_trials,
        value_usd: value_usd.mean,
    };
    let growth = scale.grow(series)?;
    let way = match q.wallet.access {
        Access::On => Way::With,
        _ => Way::Without,
    };
    let today = contenders
        .iter()
        .position(|c| c.today && (c.way == way || c.way == Way::Paid));
    let mut found = PlansFinding {
        header,
        per,
        hour: q.hour,
        limits,
        tax_ppm: q.wallet.tax_ppm,
        verdict,
        value_usd,
        growth,
        today,
        never_on_plan: never_on_plan(&contenders, &experiments),
        file: q.file.to_owned(),
        left_out: q.left_out.to_vec(),
        notes: Vec::new(),
        warnings: q.about.warnings.clone(),
    };
    found.notes = notes::notes(&found, q);
    Ok(found)
}

/// Trials that show how much work there is.
const PILOT: u64 = 64;
/// Requests that all ways of all plans may simulate together before curves over use.
const REQUESTS: f64 = 200e6;
/// Fewest and most trials where nobody says: a probability is then known to ± 5 % or ± 2 %.
const TRIALS: (u64, u64) = (400, 2_000);
/// Fewest and most trials of a point of the curves.
const USE_TRIALS: (u64, u64) = (64, 256);

/// As many trials as heavy work allows: whole hundreds, the same for the same scenario on any
/// machine.
fn affordable(pilot: &Outcome, ways: usize) -> u64 {
    let requests: i64 = pilot.column(Field::Requests).iter().sum();
    let each = (requests as f64 / pilot.trials.max(1) as f64).max(1.0);
    let trials = (REQUESTS / each / ways.max(1) as f64 / 100.0) as u64 * 100;
    trials.clamp(TRIALS.0, TRIALS.1)
}

fn use_trials(trials: u64) -> u64 {
    (trials / 6).clamp(USE_TRIALS.0, USE_TRIALS.1).min(trials)
}

/// Months in the horizon, for fees: a part of a month counts by its days.
fn months(experiment: &Experiment, per: &Per) -> f64 {
    if per.word == "month" {
        return per.number;
    }
    (experiment.end - experiment.start).as_hours() / 24.0 / 30.4375
}

fn fee(monthly: Money, months: f64) -> i64 {
    libm::round(monthly.0 as f64 * months) as i64
}

fn is_assumed(exp: &Experiment) -> bool {
    let windows = &exp.account.windows;
    windows.iter().any(|w| w.provenance == Provenance::Assumed)
}

fn never_on_plan(contenders: &[Contender], experiments: &[Experiment]) -> bool {
    let mut with_windows = (contenders.iter().zip(experiments))
        .filter(|(c, _)| c.way != Way::Paid)
        .map(|(_, exp)| exp)
        .peekable();
    with_windows.peek().is_some()
        && with_windows.all(|exp| exp.account.classes.iter().all(|c| !c.plan))
}

impl PlansFinding {
    /// A plan's least mean total over multiples of today's use, whichever its way.
    pub fn plan_curve(&self, plan: usize) -> Vec<(f64, f64)> {
        let least = |point: &growth::UsePoint| {
            let ways = self.verdict.entries.iter().zip(&point.cells);
            ways.filter(|(e, _)| e.plan == plan)
                .filter_map(|(_, cell)| Some(cell.as_ref()?.total_usd.value))
                .min_by(f64::total_cmp)
        };
        let points = self.growth.points.iter();
        points.filter_map(|p| Some((p.factor, least(p)?))).collect()
    }

    pub fn words(&self) -> Words {
        Words {
            per: self.per.word.clone(),
            trials: format!("{}s", self.header.trial_word),
        }
    }
}
