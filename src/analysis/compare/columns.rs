//! What a comparison reads of each trial: exact integers, one column per quantity.

use crate::account::spec::Opens;
use crate::analysis::summarise::AnalysisError;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};

/// Subscription, extra usage when it is used, list price paid elsewhere, tax: pico-dollars per trial.
///
/// Unlike the cash total of a run (`analysis::cost::totals`) it does not depend on when money was
/// bought: a wallet that was full at the start is no gain, one that is full at the end no loss.
/// Promotional money pays its part for nothing.
///
/// # Errors
/// When a total leaves the range of money.
pub fn cost(experiment: &Experiment, outcome: &Outcome) -> Result<Vec<i64>, AnalysisError> {
    let fee = sum(experiment.months.iter().map(|m| m.fee.0))?;
    let bought = outcome.column(Field::FromBought);
    let elsewhere = elsewhere(experiment, outcome)?;
    let taxes = taxes(experiment, &bought, &elsewhere)?;
    let rows = bought.iter().zip(&taxes).zip(&elsewhere);
    rows.map(|((bought, tax), elsewhere)| sum([fee, *bought, *tax, *elsewhere]))
        .collect()
}

fn sum(parts: impl IntoIterator<Item = i64>) -> Result<i64, AnalysisError> {
    let mut total = 0i64;
    for part in parts {
        total = total.checked_add(part).ok_or(AnalysisError::MoneyRange)?;
    }
    Ok(total)
}

/// Tax on subscription, extra usage, as if it were bought when it is used, and list price paid
/// elsewhere.
///
/// # Errors
/// When a total leaves the range of money.
pub fn taxes(
    experiment: &Experiment,
    bought: &[i64],
    elsewhere: &[i64],
) -> Result<Vec<i64>, AnalysisError> {
    let ppm = i128::from(experiment.account.wallet.tax_ppm);
    let fees: i128 = experiment.months.iter().map(|m| i128::from(m.fee.0)).sum();
    let rows = bought.iter().zip(elsewhere);
    rows.map(|(bought, elsewhere)| {
        let net = fees + i128::from(*bought) + i128::from(*elsewhere);
        i64::try_from(net * ppm / 1_000_000).map_err(|_| AnalysisError::MoneyRange)
    })
    .collect()
}

/// Paid at list price elsewhere.
///
/// # Errors
/// When a total leaves the range of money.
pub fn elsewhere(experiment: &Experiment, outcome: &Outcome) -> Result<Vec<i64>, AnalysisError> {
    over_months(experiment, outcome, &[Field::Api])
}

/// List value of all work, whoever paid.
///
/// # Errors
/// When a total leaves the range of money.
pub fn value(experiment: &Experiment, outcome: &Outcome) -> Result<Vec<i64>, AnalysisError> {
    let fields = [Field::Covered, Field::Extra, Field::Api];
    over_months(experiment, outcome, &fields)
}

fn over_months(
    experiment: &Experiment,
    outcome: &Outcome,
    fields: &[fn(usize) -> Field],
) -> Result<Vec<i64>, AnalysisError> {
    let mut totals = vec![0i64; outcome.trials];
    for m in 0..experiment.months.len() {
        for field in fields {
            for (total, v) in totals.iter_mut().zip(outcome.column(field(m))) {
                *total = total.checked_add(v).ok_or(AnalysisError::MoneyRange)?;
            }
        }
    }
    Ok(totals)
}

/// Share of a window that a trial used, in millionths of one period's limit: the mean over the
/// periods of the horizon. `limits`: the run whose drawn limits count, trial by trial.
///
/// A window at fixed times has as many periods as the horizon is long, parts of a period included; one
/// that opens with a request as many as were opened. A trial that opened none used nothing.
pub fn used_ppm(
    experiment: &Experiment,
    outcome: &Outcome,
    limits: &[i64],
    window: usize,
) -> Vec<i64> {
    let used = outcome.column(Field::Used(window));
    let opened = outcome.column(Field::Periods(window));
    let fixed = fixed_periods(experiment, window);
    let seats = experiment.account.seats.max(1) as f64;
    let rows = used.iter().zip(&opened).zip(limits);
    rows.map(|((used, opened), limit)| {
        let periods = fixed.map_or(*opened as f64, |n| n * seats);
        if periods <= 0.0 || *limit <= 0 {
            return 0;
        }
        libm::round(*used as f64 / *limit as f64 / periods * 1e6) as i64
    })
    .collect()
}

/// How many periods of a window at fixed times the horizon holds; none for the other kind.
///
/// Its length is the distance of its resets. With fewer than two resets inside the horizon it is as
/// long as the horizon or longer: one allowance.
fn fixed_periods(experiment: &Experiment, window: usize) -> Option<f64> {
    let Opens::Fixed { resets } = &experiment.account.windows.get(window)?.opens else {
        return None;
    };
    let (Some(first), Some(last)) = (resets.first(), resets.last()) else {
        return Some(1.0);
    };
    let gaps = resets.len() - 1;
    if gaps == 0 {
        return Some(1.0);
    }
    let length = (*last - *first).as_hours() / gaps as f64;
    Some((experiment.end - experiment.start).as_hours() / length)
}
