//! Logged requests against plans: the same judgement over the sizes that windows may have.
//!
//! What is played and found per plan is [`crate::analysis::history`]'s; here each draw of the sizes
//! takes the place of a simulated month. Stopped hours are hours by the clock in which work was
//! refused: nobody waits through a night.

use crate::analysis::compare::Per;
use crate::analysis::history::{DrawFinding, HistoryFindings, PlanFinding};
use crate::analysis::summarise::AnalysisError;
use crate::base::money::group_thousands;

use super::judge::{Contender, Verdict, judge};
use super::sentences::Words;
use super::ways::{Parts, Terms, Way};
use super::{Hour, sentences};

/// Days of a month.
const MONTH: f64 = 30.4375;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// The answer for logged requests; amounts a month.
#[derive(Clone, Debug)]
pub struct PastFinding {
    pub per: Per,
    pub hour: Hour,
    pub verdict: Verdict,
    /// List price of the requests a month.
    pub value_usd: f64,
    /// Plans that are not compared, and why.
    pub left_out: Vec<(String, String)>,
}

/// Judges the plans of a history.
///
/// # Errors
/// When no plan can be judged or money leaves its range.
pub fn past(f: &HistoryFindings, hour: Hour) -> Result<PastFinding, AnalysisError> {
    let per = Per {
        word: "month".to_owned(),
        number: f.days.max(1) as f64 / MONTH,
    };
    let draws = usize::try_from(f.trials.max(1)).unwrap_or(usize::MAX);
    let (mut all, mut left_out) = (Vec::new(), Vec::new());
    for (number, plan) in f.plans.iter().enumerate() {
        match (plan.fee, plan.months) {
            (Some(fee), months) => {
                let terms = Terms {
                    fee: libm::round(fee.0 as f64 / months.max(1) as f64 * per.number) as i64,
                    tax_ppm: plan.tax_ppm,
                };
                all.extend(contenders(plan, number, terms, draws));
            }
            (None, _) => left_out.push((
                plan.label.clone(),
                "fee negotiated; plan.fee sets it, if it is yours".to_owned(),
            )),
        }
    }
    Ok(PastFinding {
        verdict: judge(&all, hour.price, per.number)?,
        value_usd: f.value.to_f64() / per.number,
        per,
        hour,
        left_out,
    })
}

fn contenders(plan: &PlanFinding, number: usize, terms: Terms, draws: usize) -> Vec<Contender> {
    let contender = |way, found: &[DrawFinding]| {
        // Where nothing is drawn every draw is the first one.
        let at = |i: usize| found.get(i).or(found.first()).copied().unwrap_or_default();
        let column = |of: fn(&DrawFinding) -> i64| (0..draws).map(|i| of(&at(i))).collect();
        let never = match (&plan.off, way) {
            (Some(off), Way::Without) if off.uncovered > 0 => Some(format!(
                "{} requests are never covered by it",
                group_thousands(off.uncovered)
            )),
            _ => None,
        };
        Contender {
            plan: number,
            id: plan.id.clone(),
            label: plan.label.clone(),
            way,
            today: false,
            terms,
            parts: Parts {
                extra: column(|d| d.charged),
                elsewhere: vec![0; draws],
                stopped_ms: column(|d| d.hours_hit.saturating_mul(HOUR_MS)),
                refused: column(|d| d.hours_hit),
            },
            demand_hash: None,
            assumed: !plan.certain,
            incomplete: never,
        }
    };
    let mut out = Vec::new();
    if plan.off.is_some() {
        out.push(contender(Way::Without, &plan.draws_off));
    }
    if plan.on.is_some() {
        let way = match plan.off.is_some() {
            true => Way::With,
            false => Way::Paid,
        };
        out.push(contender(way, &plan.draws_on));
    }
    out
}

impl PastFinding {
    pub fn words(&self) -> Words {
        Words {
            per: self.per.word.clone(),
            trials: "draws of the sizes".to_owned(),
        }
    }

    /// The answer in sentences.
    pub fn sentences(&self) -> Vec<String> {
        sentences::of_past(self)
    }
}
