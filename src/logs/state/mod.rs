//! State of a real account: what a saved answer of the usage page, a status line or a screen says of
//! windows and wallet. Every form is one file and one line in [`FORMS`], and all end in one
//! [`AccountState`]. A file that grows, one state with its time a line, is a list of [`Reading`]s.

use std::fmt;

use jiff::tz::TimeZone;

use super::problems::{Problem, Problems};
use crate::base::money::Money;
use crate::base::time::Instant;

mod columns;
mod desktop;
mod fields;
mod headers;
mod overage;
mod prepaid;
mod profile;
mod read;
mod screen;
mod screen_money;
mod screen_time;
mod status_line;
mod usage;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_screen;

use fields::{Notes, Object};

/// A form in which a state is written down.
pub struct Form {
    /// What messages call it.
    pub name: &'static str,
    pub about: &'static str,
    /// How an object of JSON is read.
    object: Option<Reader>,
    /// How plain text is read.
    text: Option<TextReader>,
}

struct Reader {
    applies: fn(&Object<'_>) -> bool,
    read: fn(&Object<'_>, &mut Draft, &mut Notes),
}

struct TextReader {
    applies: fn(&str) -> bool,
    read: fn(&str, &Context, &mut Draft, &mut Notes),
}

/// Forms in the order in which they are tried. An object may be several of them.
pub const FORMS: &[Form] = &[
    usage::FORM,
    prepaid::FORM,
    overage::FORM,
    status_line::FORM,
    profile::FORM,
    headers::FORM,
    desktop::FORM,
    screen::FORM,
];

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
    /// Bought money beside the grants; may be below zero.
    pub balance: Option<Money>,
    pub auto_reload: Option<Reload>,
    /// Money with rules of its own that is left, if the form lists it.
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

/// A lot of money with an expiry of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub label: String,
    pub left: Money,
    /// Given, not bought.
    pub promotional: bool,
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
    read::state(text, context).map_err(|list| Problems::new(name, list))
}

/// Reads a file that grows: one form a line, each with its time (`"at"`, or a time that the form
/// itself has), the history that the desktop app keeps, or a CSV (`at,session_pct,week_pct`). In order
/// of time. A last line of JSON that is cut (a program is just writing it) is left out.
///
/// # Errors
/// Everything that is wrong with the text, a line without a time included.
pub fn readings(name: &str, text: &str) -> Result<Vec<Reading>, Problems> {
    read::readings(text).map_err(|list| Problems::new(name, list))
}

impl AccountState {
    /// Puts a later state over this one: what it says holds, what it leaves out stays.
    pub fn complete(&mut self, later: AccountState) {
        self.at = self.at.max(later.at);
        for window in later.windows {
            self.put(window);
        }
        if let Some(wallet) = later.wallet {
            self.wallet
                .get_or_insert_with(WalletState::default)
                .complete(wallet);
        }
        self.plan = later.plan.or(self.plan.take());
        for warning in later.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Puts a window in the place of an earlier one of its kind, whose reset stays if the new one has
    /// none.
    fn put(&mut self, mut window: WindowState) {
        match self.windows.iter_mut().find(|w| w.kind == window.kind) {
            Some(old) => {
                window.resets = window.resets.or(old.resets);
                *old = window;
            }
            None => self.windows.push(window),
        }
    }
}

impl WalletState {
    fn complete(&mut self, later: WalletState) {
        self.enabled = later.enabled.or(self.enabled);
        self.monthly_limit = later.monthly_limit.or(self.monthly_limit);
        self.spent = later.spent.or(self.spent);
        self.balance = later.balance.or(self.balance);
        self.auto_reload = later.auto_reload.or(self.auto_reload);
        self.grants = later.grants.or(self.grants.take());
    }
}

impl Reading {
    /// A window of a state at the time of the state.
    pub fn of(at: Instant, window: WindowState) -> Reading {
        Reading::new(at, window.kind, window.percent, window.resets)
    }

    fn new(at: Instant, kind: WindowKind, percent: f64, resets: Option<Instant>) -> Reading {
        Reading {
            at,
            kind,
            percent,
            whole: percent.fract() == 0.0,
            resets,
        }
    }
}

impl fmt::Display for WindowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WindowKind::Session => write!(f, "the session"),
            WindowKind::Week => write!(f, "the week"),
            WindowKind::WeekModel(model) => write!(f, "the week of {model}"),
            WindowKind::Other(name) => write!(f, "\"{name}\""),
        }
    }
}

/// A state while it is read.
#[derive(Default)]
struct Draft {
    state: AccountState,
    /// Readings of a form that holds several.
    samples: Vec<Reading>,
}

impl Draft {
    fn window(&mut self, kind: WindowKind, percent: f64, resets: Option<Instant>) {
        self.state.put(WindowState {
            kind,
            percent,
            whole: percent.fract() == 0.0,
            resets,
        });
    }

    fn pay(&mut self, wallet: WalletState) {
        if wallet != WalletState::default() {
            let all = self.state.wallet.get_or_insert_with(WalletState::default);
            all.complete(wallet);
        }
    }
}
