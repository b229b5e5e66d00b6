//! The account as a scenario describes it: validated, all civil times turned into instants.

use crate::base::law::Draw;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};

/// An account: the windows of each seat and the one wallet all seats share.
#[derive(Clone, Debug)]
pub struct AccountSpec {
    /// Seats with windows of their own, at least 1.
    pub seats: usize,
    /// Plan windows, at most [`crate::account::reason::WINDOWS_MAX`]. A share names an earlier one.
    pub windows: Vec<WindowSpec>,
    /// The prepaid or invoiced money.
    pub wallet: WalletSpec,
    /// Kinds of request the gate tells apart.
    pub classes: Vec<Class>,
    /// Starts of the months of spend limits inside the horizon, ascending (not the horizon's start).
    pub month_starts: Vec<Instant>,
    /// Starts of the days of the daily limit inside the horizon, ascending; empty when no such limit.
    pub day_starts: Vec<Instant>,
}

/// A plan allowance that resets.
#[derive(Clone, Debug)]
pub struct WindowSpec {
    /// The id used in files: `session`, `week`, `week-fable`.
    pub name: String,
    /// What people read: `5-hour window`.
    pub label: String,
    /// The message of a refusal: `You've hit your session limit`.
    pub message: String,
    pub opens: Opens,
    pub limit: Limit,
    pub provenance: Provenance,
    /// Share of the limit already used at the start, 0 to 1.
    pub used: f64,
}

/// When a window begins.
#[derive(Clone, Debug)]
pub enum Opens {
    /// By the first request after it closed; it ends `length` after that request's instant rounded
    /// down to a multiple of `round` (zero: not rounded).
    FirstRequest {
        length: Span,
        round: Span,
        /// End of a window that is already open at the start.
        open_until: Option<Instant>,
    },
    /// At fixed instants (ascending, inside the horizon), full again each time.
    Fixed { resets: Vec<Instant> },
}

/// How large a window is.
#[derive(Clone, Debug)]
pub enum Limit {
    /// US dollars of metered value, drawn once per trial.
    Usd(Draw),
    /// A share (0 to 1) of another, earlier window of the same account.
    ShareOf { window: usize, share: f64 },
}

/// Where a limit's size comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    Official,
    Fitted,
    Assumed,
    /// Written into the scenario by its author.
    Given,
}

impl Provenance {
    /// The name used in files and screens.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Official => "official",
            Provenance::Fitted => "fitted",
            Provenance::Assumed => "assumed",
            Provenance::Given => "given",
        }
    }
}

/// What a kind of request may use. One class per client and model that meet different rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Whether the plan may pay at all (false: third-party client, fast mode, credit-only model).
    pub plan: bool,
    /// Bit i: window i is in scope.
    pub windows: u8,
    /// Bit i: grant i of the wallet is eligible. Bought money always is.
    pub grants: u32,
    /// Third-party client: decides the words of the refusal when the wallet is off.
    pub third_party: bool,
}

/// Whether requests may be charged to the wallet at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The plan has no wallet: nothing can be bought.
    Impossible,
    /// The toggle is off.
    Off,
    /// The organisation has switched it off.
    OrganisationOff,
    /// The seat tier has none.
    SeatTierOff,
    /// The member has none.
    MemberOff,
    On,
}

/// How the wallet is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funding {
    /// Money is bought first.
    Prepaid,
    /// Use is invoiced at the end of each month.
    Arrears,
}

/// The wallet and its four independent switches: toggle, spend limits, balance, auto-reload.
#[derive(Clone, Debug)]
pub struct WalletSpec {
    pub access: Access,
    pub funding: Funding,
    /// The name people read: `Extra usage`, `API credits`.
    pub label: String,
    /// Bought money at the start.
    pub balance: Money,
    /// Lots of money with rules of their own, at most 32.
    pub grants: Vec<GrantSpec>,
    /// Spend limit a month for the whole account; none = unlimited.
    pub monthly_limit: Option<Money>,
    /// Spend limit a month for each seat.
    pub member_limit: Option<Money>,
    /// Spend limit a day.
    pub daily_limit: Option<Money>,
    /// Spent in the current month before the start.
    pub spent_before: Money,
    pub auto_reload: Option<AutoReload>,
    /// Purchases made on a date, whatever the balance.
    pub purchases: Vec<Purchase>,
    /// Tax on top of each card charge, fee and bill from elsewhere, in millionths (190_000 = 19 %).
    pub tax_ppm: i64,
    /// How long bought money lives; none = for ever.
    pub bought_life: Option<Span>,
    /// Seconds from a manual purchase to money that can be spent.
    pub top_up_delay: Draw,
}

impl WalletSpec {
    /// The tax on a bill, to the cent. What: net × t / 1,000,000. Symbols: net: dollars before tax;
    /// t: `tax_ppm`. Example: $49.99 at 19 % carries $9.50.
    pub fn tax(&self, net: Money) -> Money {
        let exact = i128::from(net.0) * i128::from(self.tax_ppm) / 1_000_000;
        Money(i64::try_from(exact).unwrap_or(i64::MAX)).round_to_cent()
    }
}

/// A lot of money in the wallet with its own rules.
#[derive(Clone, Debug)]
pub struct GrantSpec {
    pub label: String,
    pub amount: Money,
    /// Promotional money is spent first.
    pub promotional: bool,
    /// When it appears; none = at the start.
    pub starts: Option<Instant>,
    pub expires: Option<Instant>,
}

/// A purchase on a date: `pay` leaves the card, `get` enters the wallet.
#[derive(Clone, Copy, Debug)]
pub struct Purchase {
    pub at: Instant,
    pub pay: Money,
    pub get: Money,
}

/// Buys money when the balance falls below a threshold.
#[derive(Clone, Debug)]
pub struct AutoReload {
    pub threshold: Money,
    pub amount: ReloadAmount,
    /// Most that may be bought in a month of the spend limit; none = no cap.
    pub cap: Option<Money>,
    /// Seconds from trigger to money in the wallet.
    pub delay: Draw,
    /// Probability that a payment is declined.
    pub decline: f64,
    /// Wait after a declined payment before the next attempt.
    pub retry: Span,
    /// Declined payments in a row after which auto-reload switches itself off; none = never.
    pub off_after: Option<u32>,
}

/// What a reload buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadAmount {
    /// Up to a target balance.
    To(Money),
    /// A fixed amount.
    Add(Money),
}

/// A screen that says which sizes are assumed leaves this warning out.
pub const ASSUMED_SIZES: &str = "Window sizes are assumed: the vendor does not publish them.";
