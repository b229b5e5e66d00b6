//! An auto-reload setting: what a search tries.

use crate::account::spec::{AutoReload, ReloadAmount, WalletSpec};
use crate::analysis::words::money;
use crate::base::law::Draw;
use crate::base::money::Money;
use crate::base::time::Span;

/// When the wallet buys, how much, and at most how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Buys when the balance is below this.
    pub threshold: Money,
    pub amount: ReloadAmount,
    /// Most that is bought in a month; none = no cap.
    pub cap: Option<Money>,
    /// Most that is spent in a month; none = unlimited.
    pub monthly_limit: Option<Money>,
}

impl Setting {
    /// The setting of a wallet; none without auto-reload.
    pub fn of(wallet: &WalletSpec) -> Option<Setting> {
        wallet.auto_reload.as_ref().map(|auto| Setting {
            threshold: auto.threshold,
            amount: auto.amount,
            cap: auto.cap,
            monthly_limit: wallet.monthly_limit,
        })
    }

    /// A wallet with this setting and with the payments of `base`: how long they take, how often
    /// they are declined.
    pub fn on(&self, base: &WalletSpec) -> WalletSpec {
        let usual = AutoReload {
            threshold: self.threshold,
            amount: self.amount,
            cap: self.cap,
            delay: Draw::constant(60.0),
            decline: 0.0,
            retry: Span::hours(1),
            off_after: None,
        };
        WalletSpec {
            monthly_limit: self.monthly_limit,
            auto_reload: Some(match &base.auto_reload {
                Some(auto) => AutoReload {
                    threshold: self.threshold,
                    amount: self.amount,
                    cap: self.cap,
                    ..auto.clone()
                },
                None => usual,
            }),
            ..base.clone()
        }
    }

    /// What one reload brings at least.
    pub fn step(&self) -> Money {
        match self.amount {
            ReloadAmount::To(to) => Money(to.0.saturating_sub(self.threshold.0)),
            ReloadAmount::Add(add) => add,
        }
    }

    /// Whether it can work at all: a reload brings something, and the cap has room for one.
    pub fn is_possible(&self) -> bool {
        self.step() > Money::ZERO && self.cap.is_none_or(|cap| cap >= self.step())
    }

    /// `25 below 12`, `add 25 below 12`: for tables.
    pub fn short(&self) -> String {
        match self.amount {
            ReloadAmount::To(to) => format!("{} below {}", bare(to), bare(self.threshold)),
            ReloadAmount::Add(add) => format!("add {} below {}", bare(add), bare(self.threshold)),
        }
    }

    /// `reload to $25 below $12`, `reload by $25 below $12`: inside a sentence.
    pub fn phrase(&self) -> String {
        let (word, amount) = match self.amount {
            ReloadAmount::To(to) => ("to", to),
            ReloadAmount::Add(add) => ("by", add),
        };
        let threshold = money(self.threshold);
        format!("reload {word} {} below {threshold}", money(amount))
    }

    /// `$25 below $12`: where it is clear that a setting is meant.
    pub fn named(&self) -> String {
        let by = match self.amount {
            ReloadAmount::To(to) => money(to),
            ReloadAmount::Add(add) => format!("{} more", money(add)),
        };
        format!("{by} below {}", money(self.threshold))
    }
}

/// An amount without its sign: `25`, `4.50`.
pub fn bare(amount: Money) -> String {
    money(amount).trim_start_matches('$').to_owned()
}

/// Where a setting comes from; it may come from several places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Of the list that is searched.
    pub listed: bool,
    /// What the scenario has.
    pub today: bool,
    /// Published: its name and what it was made for.
    pub published: Option<(String, String)>,
}

/// A setting that is tried; none = no auto-reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub setting: Option<Setting>,
    pub origin: Origin,
}

impl Candidate {
    /// Its wallet.
    pub fn wallet(&self, base: &WalletSpec) -> WalletSpec {
        match &self.setting {
            Some(setting) => setting.on(base),
            None => WalletSpec {
                auto_reload: None,
                ..base.clone()
            },
        }
    }
}
