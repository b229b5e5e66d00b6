//! Which plan is cheapest for this work: every plan, with and without extra usage, and an API key, on
//! the same demand; and where another plan takes over, as an hour gets dearer or use grows.
//!
//! Read [`PlansFinding`] first. `ways` says what is played, `judge` how the columns of all
//! contenders are held against each other, `growth` how use is scaled, `envelope` which of several
//! lines is lowest, `sentences` what people read. `past` does the same for
//! logged requests.

pub mod envelope;
pub mod growth;
#[cfg(test)]
pub mod fixture;
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
use crate::engine::series::Series;

use growth::Growth;
use judge::{Contender, Verdict};
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
    pub trials: u64,
    /// Trials of each point of the curves; at most `trials`.
    pub use_trials: u64,
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
    let use_trials = q.use_trials.min(q.trials);
    series.plan(all.len() as u64 * q.trials + use_trials);
    let mut contenders = Vec::with_capacity(all.len());
    let mut experiments = Vec::with_capacity(all.len());
    let mut header = None;
    for (i, way) in all {
        let offer = &q.offers[i];
        let exp = ways::experiment(offer, way, limits);
        let outcome = series.run(&exp, q.trials)?;
        if outcome.trials == 0 {
            return Err(AnalysisError::NoTrials.into());
        }
        if i == own {
            header = Some(summarise::header(&exp, &outcome, q.about));
        }
        let terms = Terms {
            fee: fee(offer.fee, months),
            tax_ppm: q.wallet.tax_ppm,
        };
        contenders.push(Contender {
            plan: i,
            id: offer.id.clone(),
            label: offer.label.clone(),
            way,
            today: offer.today,
            terms,
            parts: Parts::read(&exp, &outcome)?,
            demand_hash: Some(outcome.sums.demand_hash),
            assumed: is_assumed(&exp),
            incomplete: None,
        });
        experiments.push(exp);
    }
    let Some(mut header) = header else {
        return Err(AnalysisError::NoTrials.into());
    };
    header.assumed = contenders.iter().any(|c| c.assumed);
    let free = work::unhindered(first.experiment);
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
        points
            .filter_map(|p| Some((p.factor, least(p)?)))
            .collect()
    }

    pub fn words(&self) -> Words {
        Words {
            per: self.per.word.clone(),
            trials: format!("{}s", self.header.trial_word),
        }
    }
}
