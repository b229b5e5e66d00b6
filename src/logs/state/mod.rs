//! State of a real account: what a saved answer of the usage page, a status line or a screen says of
//! windows and wallet. Every form is one file and one line in [`FORMS`], and all end in one
//! [`AccountState`]. A file that grows, one state with its time a line, is a list of [`Reading`]s.

use jiff::tz::TimeZone;

use super::problems::Problems;
use crate::base::money::Money;
use crate::base::time::Instant;

/// What is known of an account at one time. What a form does not say is `None`, never 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountState {
    /// When it was read, if the text says so.
    pub at: Option<Instant>,
    /// Each kind at most once.
    pub windows: Vec<WindowState>,
    pub wallet: Option<WalletState>,
    /// The catalogue's name of the plan, where a form gives it away: `max-5x`.
    pub plan: Option<String>,
    /// What the reader must know: money in another currency, contradictions.
    pub warnings: Vec<String>,
}

/// Which window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowKind {
    /// Five hours.
    Session,
    /// Seven days, all models.
    Week,
    /// Seven days, one model or family; its name as shown to people (`Fable`).
    WeekModel(String),
    /// Anything else, by the name that the form gives it.
    Other(String),
}

/// A window at the time of the reading.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowState {
    pub kind: WindowKind,
    /// Used, 0 to 100, as given.
    pub percent: f64,
    /// Given as a whole number: the true one may lie up to a half (or one) beside it.
    pub whole: bool,
    /// Its next reset; none if it is not open or the form does not say.
    pub resets: Option<Instant>,
}

/// The wallet at the time of the reading; dollars only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletState {
    /// The toggle.
    pub enabled: Option<bool>,
    pub monthly_limit: Option<SpendLimit>,
    /// Spent in the current month.
    pub spent: Option<Money>,
    /// Bought money; may be below zero.
    pub balance: Option<Money>,
    pub auto_reload: Option<Reload>,
    /// Promotional money that is left, if the form lists it.
    pub grants: Option<Vec<Grant>>,
}

/// A spend limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpendLimit {
    Unlimited,
    Amount(Money),
}

/// Auto-reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload {
    Off,
    /// On; amounts as far as known.
    On {
        threshold: Option<Money>,
        reload_to: Option<Money>,
    },
}

/// A lot of promotional money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub label: String,
    pub left: Money,
    pub expires: Option<Instant>,
}

/// One window's percentage at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub at: Instant,
    pub kind: WindowKind,
    /// Used, 0 to 100, as given.
    pub percent: f64,
    /// Given as a whole number.
    pub whole: bool,
    pub resets: Option<Instant>,
}

/// What a text without it is read against.
#[derive(Clone, Debug)]
pub struct Context {
    /// Time of the reading where the text has none: screens give resets without a date.
    pub at: Instant,
    /// Zone of local times without one.
    pub zone: TimeZone,
}

/// Reads the state of an account: one form, or several one after the other, of which later ones
/// complete and correct earlier ones. `name` stands for the file in messages.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn state(name: &str, text: &str, context: &Context) -> Result<AccountState, Problems> {
    let _ = (name, text, context);
    Ok(AccountState::default())
}

/// Reads a file that grows: one form a line, each with its time (`"at"`, or a time that the form
/// itself has). In order of time.
///
/// # Errors
/// Everything that is wrong with the text, a line without a time included.
pub fn readings(name: &str, text: &str) -> Result<Vec<Reading>, Problems> {
    let _ = (name, text);
    Ok(Vec::new())
}
