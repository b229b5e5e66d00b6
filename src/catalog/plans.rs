//! Plans: what the rest of the program sees of a fee, a window, a wallet's rules.
//!
//! The numbers live in `plans.toml`; `plans_load.rs` reads them. A plan is cut at every day on
//! which anything about it changes, so that one [`PlanEntry`] says all that holds on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::dated::Provenance;
use crate::base::money::Money;
use crate::base::time::Span;

/// Everything about a plan during one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanEntry {
    /// Identifier in scenarios: `max-5x`.
    pub id: String,
    /// Name for people: `Max 5x`.
    pub name: String,
    /// First day on which all of this holds.
    pub from: Date,
    /// First day on which some of it no longer holds.
    pub until: Option<Date>,
    /// Day on which the table was last compared with its sources.
    pub as_of: Date,
    /// The subscription, before tax.
    pub fee: Fee,
    /// Whether fee and seats count per member.
    pub per_seat: bool,
    /// Fewest and most seats; `None` where no upper end is published.
    pub seats: (u32, Option<u32>),
    /// Allowances that reset. Empty where every token is paid.
    pub windows: Vec<PlanWindow>,
    /// What may pay when a window is empty.
    pub wallet: WalletRules,
    /// Models that the plan does not cover.
    pub credit_only: Vec<CreditOnly>,
    /// Whether fast mode is always paid by the wallet, even with allowance left.
    pub fast_on_credits: bool,
    /// How long prompt caches live.
    pub cache_ttl: CacheTtl,
    /// Public addresses of all of this, each once.
    pub sources: Vec<String>,
}

impl PlanEntry {
    /// The window of that identifier.
    pub fn window(&self, id: &str) -> Option<&PlanWindow> {
        self.windows.iter().find(|w| w.id == id)
    }

    /// Whether the plan leaves this request to the wallet whatever its windows hold; `prompt` is in
    /// tokens (input, writes and reads together).
    pub fn needs_credits(&self, model: &str, family: &str, prompt: u64) -> Option<&CreditOnly> {
        self.credit_only.iter().find(|c| {
            c.scope.covers(model, family) && c.prompt_above.is_none_or(|t| prompt > u64::from(t))
        })
    }
}

/// A subscription's fee in dollars, before tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// For a month, per seat where the plan counts seats; `None` where it is negotiated.
    pub monthly: Option<Money>,
    /// For a year paid at once, where that is offered.
    pub annual: Option<Money>,
    /// A remark for people.
    pub note: Option<String>,
}

/// What a window or a rule applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every model.
    All,
    /// Models of these families.
    Families(Vec<String>),
    /// These models.
    Models(Vec<String>),
}

impl Scope {
    /// Whether a model of that family is meant.
    pub fn covers(&self, model: &str, family: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Families(all) => all.iter().any(|f| f == family),
            Scope::Models(all) => all.iter().any(|m| m == model),
        }
    }
}

/// When a window opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// With the first request after the last one closed; its end is rounded to a mark of this many
    /// minutes.
    FirstRequest {
        /// Distance of the marks.
        round: Span,
    },
    /// At the account's own day and hour, whether used or not.
    Fixed,
}

/// How much a window holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// Ends of a 90 % interval, in dollars of API value under the `price` meter; 0 < low ≤ high.
    Usd {
        /// Lower end.
        low: Money,
        /// Upper end.
        high: Money,
    },
    /// A share of another window's size.
    ShareOf {
        /// Identifier of the other window of the same plan.
        window: String,
        /// Above 0, at most 1.
        share: Decimal,
    },
}

/// One allowance that resets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanWindow {
    /// Identifier: `session`, `week`, `week-opus`, `week-sonnet`, `week-fable`.
    pub id: String,
    /// Name for people: `5-hour window`.
    pub label: String,
    /// When it opens.
    pub opens: Opens,
    /// How long it lasts.
    pub length: Span,
    /// Which models draw on it.
    pub scope: Scope,
    /// How much it holds.
    pub size: Size,
    /// Whether every seat has its own.
    pub per_seat: bool,
    /// Where the size comes from.
    pub provenance: Provenance,
    /// How the size was derived.
    pub note: String,
    /// First day of this size.
    pub from: Date,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
    /// Public address it was read from.
    pub source: String,
}

/// Whose money a plan's wallet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WalletKind {
    /// No wallet: what no window covers is refused.
    None,
    /// The subscriber's own prepaid balance.
    Prepaid,
    /// One prepaid balance for all members.
    PrepaidOrganisation,
    /// Invoiced at the end of the month; there is no balance to run dry.
    Arrears,
}

/// Where the month of a spend limit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MonthBoundary {
    /// At 0:00 UTC on the first.
    Utc,
}

/// What a plan's wallet may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRules {
    /// Whose money it is.
    pub kind: WalletKind,
    /// Where the month of a spend limit ends.
    pub month_boundary: MonthBoundary,
    /// Monthly spend limit that the client suggests.
    pub suggested_monthly_limit: Option<Money>,
    /// Most that can be spent in a day.
    pub daily_redemption_limit: Option<Money>,
    /// Smallest purchase.
    pub min_purchase: Option<Money>,
    /// Largest purchase.
    pub max_purchase: Option<Money>,
    /// Auto-reload's defaults; `None` where it is not offered.
    pub auto_reload: Option<AutoReload>,
    /// Purchases that give more than they cost, in order of price.
    pub bundles: Vec<Bundle>,
    /// Most that can be bought as bundles in a month.
    pub bundle_monthly_cap: Option<Money>,
    /// Months after which bought credit expires; `None` where no expiry is published.
    pub credit_expiry_months: Option<u32>,
    /// Public address; empty without a wallet.
    pub source: String,
}

impl WalletRules {
    /// The rules of a plan without a wallet.
    pub fn none() -> WalletRules {
        WalletRules {
            kind: WalletKind::None,
            month_boundary: MonthBoundary::Utc,
            suggested_monthly_limit: None,
            daily_redemption_limit: None,
            min_purchase: None,
            max_purchase: None,
            auto_reload: None,
            bundles: Vec::new(),
            bundle_monthly_cap: None,
            credit_expiry_months: None,
            source: String::new(),
        }
    }
}

/// What the auto-reload dialog offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoReload {
    /// A reload is due when the balance falls below this.
    pub threshold: Money,
    /// It fills the balance up to this.
    pub reload_to: Money,
    /// Least distance between the two.
    pub min_gap: Money,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// Prepaid credit that gives more than it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Price before tax.
    pub pay: Money,
    /// Credit.
    pub get: Money,
}

/// Requests that the plan leaves to the wallet even with allowance left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditOnly {
    /// Which models.
    pub scope: Scope,
    /// Only prompts longer than this, in tokens; `None` for all.
    pub prompt_above: Option<u32>,
    /// A remark for people.
    pub note: String,
    /// Public address.
    pub source: String,
}

/// How long a prompt cache lives after its last use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTtl {
    /// While the plan pays; `None` where no window ever does.
    pub plan: Option<Span>,
    /// While credits or an API key pay.
    pub credits: Span,
    /// For sub-agents, whoever pays.
    pub sub_agent: Span,
}
