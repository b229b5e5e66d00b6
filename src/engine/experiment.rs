//! A validated experiment: all that a run depends on, and nothing else.

use crate::account::rates::RateCard;
use crate::account::spec::AccountSpec;
use crate::base::law::Draw;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::demand::spec::ActorSpec;

/// What is simulated. Built by the scenario; nothing in it is optional that is not truly optional.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub seed: u64,
    pub start: Instant,
    pub end: Instant,
    pub models: Vec<Model>,
    pub actors: Vec<ActorSpec>,
    pub account: AccountSpec,
    pub incidents: Vec<IncidentSpec>,
    /// Local calendar months that the horizon touches.
    pub months: Vec<Month>,
    /// Instants at which the timeline is read, ascending, from `start` to `end`.
    pub steps: Vec<Instant>,
    /// Offsets of local time: from each instant on, local = UTC + offset (ms). The first is at or
    /// before `start`.
    pub zone: Vec<(Instant, i64)>,
}

/// A model and its rates.
#[derive(Clone, Debug)]
pub struct Model {
    /// `opus-5.5`, or with a modifier `opus-5.5 (fast)`.
    pub name: String,
    pub rates: RateCard,
}

impl Experiment {
    /// The tax on the fees that fall due in month `m`; nothing if there is no such month.
    pub fn fee_tax(&self, m: usize) -> Money {
        let fee = self.months.get(m).map_or(Money::ZERO, |month| month.fee);
        self.account.wallet.tax(fee)
    }

    /// Fees of the horizon with their tax, pico-dollars: what every trial pays.
    pub fn fixed(&self) -> i64 {
        let months = self.months.iter().enumerate();
        let parts = months.flat_map(|(m, month)| [month.fee.0, self.fee_tax(m).0]);
        parts.fold(0, i64::saturating_add)
    }
}

/// A local calendar month (or the part of it inside the horizon).
#[derive(Clone, Debug)]
pub struct Month {
    /// `2026-12`.
    pub name: String,
    pub start: Instant,
    pub end: Instant,
    /// Subscription fees that fall due in it, all seats, without tax.
    pub fee: Money,
}

/// Something that goes wrong on the provider's side.
#[derive(Clone, Debug)]
pub struct IncidentSpec {
    pub kind: IncidentKind,
    /// Expected number per 30 days.
    pub per_month: f64,
    /// How long one lasts, minutes.
    pub minutes: Draw,
}

/// Kinds of incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentKind {
    /// Refused although quota or balance is left.
    FalseRefusal,
    /// Plan work is charged to the wallet.
    WrongBucket,
    /// Payments are declined.
    DeclinedPayments,
}
