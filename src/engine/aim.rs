//! What a search for a policy wants least of.

use super::require::Metric;
use crate::base::money::Money;

/// What is minimised.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// Dollars: what is paid, and what else costs something at these prices.
    Dollars(Prices),
    /// A number of a run.
    Metric(Metric),
}

/// What things cost that no bill shows.
///
/// Formula: paid − left + rate × idle × months + fee × reloads + hour × hours stopped + request ×
/// requests refused, over the horizon. Symbols: paid: card charges with tax and list price paid
/// elsewhere; left: money in the wallet at the end, worth what it cost; idle: time average of the
/// balance; months: horizon / 30 days; stopped and refused: for want of money or by a spend limit,
/// not by a plan window. Limits: fees of the plan are left out, as no setting changes them. Source:
/// the (s, Q) inventory model with lost sales. Example: $190 paid, $15 of it left, $14 idle at 1 %,
/// 7 reloads at $0.10, no stop: 190 − 15 + 0.14 + 0.70 = $175.84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Whether paid − left counts.
    pub charges: bool,
    /// Share of the idle balance that a month of 30 days costs.
    pub idle_rate: f64,
    /// Each automatic purchase.
    pub reload_fee: Money,
    /// Each hour in which an actor is stopped by the wallet.
    pub stopped_hour: Money,
    /// Each request that the wallet refuses.
    pub blocked_request: Money,
}

impl Default for Prices {
    /// What a savings account or an overdraft would make of idle money, a dime for a line on the
    /// statement; a stop costs nothing unless its price is named.
    fn default() -> Prices {
        Prices {
            charges: true,
            idle_rate: 0.01,
            reload_fee: Money::cents(10),
            stopped_hour: Money::ZERO,
            blocked_request: Money::ZERO,
        }
    }
}
