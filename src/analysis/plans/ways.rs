//! Ways to do the work: a plan without extra usage, with it, or every token paid.

use crate::account::spec::{Access, Limit, Opens, Provenance, WalletSpec, WindowSpec};
use crate::analysis::compare::work;
use crate::analysis::summarise::AnalysisError;
use crate::base::law::{Draw, Law, Level};
use crate::base::money::Money;
use crate::base::time::Span;
use crate::demand::spec::CacheSpec;
use crate::engine::experiment::Experiment;
use crate::engine::outcome::{Field, Outcome};

use super::Offer;

/// Who pays when a window is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Nobody: work stops until it is full again.
    Without,
    /// Extra usage.
    With,
    /// There is no window: every token is paid at list price.
    Paid,
}

/// Limits of a person's own that hold for extra usage on every plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A month, for the whole account.
    pub monthly: Option<Money>,
    /// A month and member.
    pub member: Option<Money>,
}

impl Limits {
    /// Those of a scenario's wallet: its spend limits; a cap on reloads limits what is spent, too.
    /// None where the wallet is off: a limit that nobody has in use.
    pub fn of(wallet: &WalletSpec) -> Limits {
        if wallet.access != Access::On {
            return Limits::default();
        }
        let cap = wallet.auto_reload.as_ref().and_then(|a| a.cap);
        Limits {
            monthly: [wallet.monthly_limit, cap].into_iter().flatten().min(),
            member: wallet.member_limit,
        }
    }
}

/// The ways that an offer has.
pub fn ways(offer: &Offer<'_>) -> &'static [Way] {
    match (offer.has_windows, offer.has_wallet) {
        (true, true) => &[Way::Without, Way::With],
        (true, false) => &[Way::Without],
        (false, _) => &[Way::Paid],
    }
}

/// The experiment in one of these ways.
pub fn experiment(offer: &Offer<'_>, way: Way, limits: Limits) -> Experiment {
    let mut exp = work::lean(offer.experiment);
    let off = match exp.account.wallet.access {
        Access::Impossible => Access::Impossible,
        _ => Access::Off,
    };
    work::paid_as_used(&mut exp);
    let wallet = &mut exp.account.wallet;
    wallet.spent_before = Money::ZERO;
    if offer.several_accounts {
        // The vendor's limit is an account's; the sum of all is never met.
        wallet.daily_limit = None;
    }
    match way {
        Way::Without => wallet.access = off,
        Way::With => {
            wallet.monthly_limit = limits.monthly;
            wallet.member_limit = limits.member;
        }
        Way::Paid => open(&mut exp),
    }
    exp
}

/// Dollars that no work costs.
const ENDLESS_USD: f64 = 4_000_000.0;

/// Puts one window without an end in place of the wallet. What is paid at list price anyway, with the
/// cache that credits have, costs the same so, and is played much faster.
fn open(exp: &mut Experiment) {
    exp.account.wallet.daily_limit = None;
    exp.account.windows = vec![WindowSpec {
        name: "list price".to_owned(),
        label: "List price".to_owned(),
        message: String::new(),
        opens: Opens::Fixed { resets: Vec::new() },
        limit: Limit::Usd(Draw {
            per: Level::Trial,
            ..Draw::constant(ENDLESS_USD)
        }),
        provenance: Provenance::Given,
        used: 0.0,
    }];
    for class in &mut exp.account.classes {
        (class.plan, class.windows) = (true, 1);
    }
    for actor in &mut exp.actors {
        let subs = actor.sub_agents.iter_mut().flat_map(|s| s.chains_mut());
        for chain in std::iter::once(&mut actor.chain).chain(subs) {
            if let CacheSpec::Ttl {
                on_plan,
                on_credits,
                ..
            } = &mut chain.cache
            {
                on_plan.iter_mut().for_each(|life| life.0 = *on_credits);
            }
        }
    }
}

/// The experiment with every request `factor` times as large: windows and spend limits hold that
/// much less of it. What is charged must be multiplied afterwards ([`Parts::cost`]). Sessions, hours
/// and random numbers stay.
pub fn scaled(exp: &Experiment, factor: f64) -> Experiment {
    let mut exp = exp.clone();
    for window in &mut exp.account.windows {
        if let Limit::Usd(draw) = &mut window.limit {
            *draw = shrunk(draw, 1.0 / factor);
        }
    }
    let wallet = &mut exp.account.wallet;
    let limits = [
        &mut wallet.monthly_limit,
        &mut wallet.member_limit,
        &mut wallet.daily_limit,
    ];
    for limit in limits.into_iter().flatten() {
        let less = libm::round(limit.0 as f64 / factor);
        *limit = Money((less as i64).max(1));
    }
    exp
}

/// A draw times a factor, its bounds included.
fn shrunk(draw: &Draw, factor: f64) -> Draw {
    // A law that knows no scale becomes its own quantiles.
    const STEPS: usize = 2_000;
    let by_quantiles = || {
        let at = |i: usize| (i as f64 + 0.5) / STEPS as f64;
        Law::Empirical((0..STEPS).map(|i| draw.quantile(at(i)) * factor).collect())
    };
    match draw.law.times(factor) {
        Some(law) => Draw {
            law,
            min: draw.min.map(|x| x * factor),
            max: draw.max.map(|x| x * factor),
            ..draw.clone()
        },
        None => Draw {
            law: by_quantiles(),
            min: None,
            max: None,
            ..draw.clone()
        },
    }
}

/// What a way takes of each trial, as it was played; pico-dollars and milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Charged to extra usage.
    pub extra: Vec<i64>,
    /// Paid at list price elsewhere.
    pub elsewhere: Vec<i64>,
    pub stopped_ms: Vec<i64>,
    /// Requests that were refused.
    pub refused: Vec<i64>,
}

/// What is paid whatever happens, and the tax on all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Fees of the horizon, pico-dollars.
    pub fee: i64,
    /// Tax on everything, in millionths.
    pub tax_ppm: i64,
}

impl Parts {
    /// Reads the columns of a run.
    ///
    /// # Errors
    /// When an amount leaves the range of money.
    pub fn read(exp: &Experiment, outcome: &Outcome, way: Way) -> Result<Parts, AnalysisError> {
        let mut extra = outcome.column(Field::FromBought);
        if way == Way::Paid {
            for m in 0..exp.months.len() {
                for (sum, v) in extra.iter_mut().zip(outcome.column(Field::Covered(m))) {
                    *sum = sum.checked_add(v).ok_or(AnalysisError::MoneyRange)?;
                }
            }
        }
        Ok(Parts {
            extra,
            elsewhere: crate::analysis::compare::columns::elsewhere(exp, outcome)?,
            stopped_ms: outcome.column(Field::BlockedMs),
            refused: outcome.column(Field::Blocked),
        })
    }

    /// Whether a plan paid for every request of every trial.
    pub fn is_calm(&self) -> bool {
        let none = |column: &[i64]| column.iter().all(|v| *v == 0);
        none(&self.refused) && none(&self.extra) && none(&self.elsewhere) && none(&self.stopped_ms)
    }

    /// The first trials.
    pub fn head(&self, n: usize) -> Parts {
        let head = |column: &[i64]| column[..n.min(column.len())].to_vec();
        Parts {
            extra: head(&self.extra),
            elsewhere: head(&self.elsewhere),
            stopped_ms: head(&self.stopped_ms),
            refused: head(&self.refused),
        }
    }

    /// Fee, extra usage, list price elsewhere and tax of each trial, pico-dollars; `factor`: how many
    /// times as large requests are as they were played.
    ///
    /// # Errors
    /// When an amount leaves the range of money.
    pub fn cost(&self, terms: Terms, factor: f64) -> Result<Vec<i64>, AnalysisError> {
        let rows = self.extra.iter().zip(&self.elsewhere);
        rows.map(|(extra, elsewhere)| {
            let used = i128::from(*extra) + i128::from(*elsewhere);
            let used = match factor == 1.0 {
                true => used,
                false => libm::round(used as f64 * factor) as i128,
            };
            let net = used + i128::from(terms.fee);
            into_range(net + taxed(net, terms.tax_ppm))
        })
        .collect()
    }
}

fn into_range(amount: i128) -> Result<i64, AnalysisError> {
    i64::try_from(amount).map_err(|_| AnalysisError::MoneyRange)
}

/// The tax on an amount; exact to the pico-dollar, as it is a mean over months that is shown.
pub fn taxed(amount: i128, ppm: i64) -> i128 {
    amount * i128::from(ppm) / 1_000_000
}

/// Costs with stopped hours at a price: pico-dollars.
///
/// # Errors
/// When an amount leaves the range of money.
pub fn with_hours(
    cost: &[i64],
    stopped_ms: &[i64],
    hour: Money,
) -> Result<Vec<i64>, AnalysisError> {
    let rows = cost.iter().zip(stopped_ms);
    rows.map(|(cost, ms)| {
        let lost = i128::from(*ms) * i128::from(hour.0) / i128::from(Span::hours(1).0);
        into_range(i128::from(*cost) + lost)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_by_hand() {
        let parts = Parts {
            extra: vec![10_000_000, 0],
            elsewhere: vec![0, 2_000_000],
            stopped_ms: vec![1_800_000, 0],
            refused: vec![1, 0],
        };
        let terms = Terms {
            fee: 100_000_000,
            tax_ppm: 190_000,
        };
        let cost = parts.cost(terms, 1.0).unwrap();
        assert_eq!(cost, [130_900_000, 121_380_000]);
        assert_eq!(parts.cost(terms, 2.0).unwrap(), [142_800_000, 123_760_000]);
        let total = with_hours(&cost, &parts.stopped_ms, Money(40_000_000)).unwrap();
        assert_eq!(total, [150_900_000, 121_380_000]);
        let huge = Parts {
            extra: vec![i64::MAX],
            ..parts.head(1)
        };
        assert_eq!(huge.cost(terms, 1.0), Err(AnalysisError::MoneyRange));
    }

    #[test]
    fn a_law_without_a_scale_shrinks_too() {
        let beta = Draw {
            per: Level::Trial,
            ..Draw::of(Law::Beta {
                alpha: 2.0,
                beta: 3.0,
            })
        };
        let half = shrunk(&beta, 0.5);
        for p in [0.1, 0.5, 0.9] {
            let (whole, half) = (beta.quantile(p), half.quantile(p));
            assert!((half / whole - 0.5).abs() < 0.01, "{half} {whole}");
        }
        let bounded = Draw {
            max: Some(8.0),
            ..Draw::constant(4.0)
        };
        let twice = shrunk(&bounded, 2.0);
        assert_eq!((twice.law, twice.max), (Law::Constant(8.0), Some(16.0)));
    }
}
