//! The wallet's part: switches, limits, money, auto-reload.

use jiff::Timestamp;

use super::{Draft, plain, quoted, text};
use crate::account::spec::{Access, Funding};
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::state::{Reload, SpendLimit, WalletState};

impl Draft<'_> {
    pub(super) fn wallet(&mut self, wallet: &WalletState) {
        let spec = &self.scenario.experiment.account.wallet;
        if spec.access == Access::Impossible {
            if wallet.enabled == Some(true) {
                let plan = self.scenario.plan.clone();
                self.warn(format!(
                    "The state has a wallet, and the plan {plan} has none: it is left out."
                ));
            }
            return;
        }
        let prepaid = spec.funding == Funding::Prepaid;
        let none = wallet.monthly_limit == Some(SpendLimit::Amount(Money::ZERO));
        if let Some(on) = wallet.enabled {
            self.set("wallet.access", "");
            self.set("wallet.enabled", on && !none);
            if !on {
                self.said.push(format!("{} off", spec.label.to_lowercase()));
                return;
            }
        } else if spec.access == Access::Off {
            self.set("wallet.enabled", "false");
            self.warn(
                "The scenario's wallet is off, and the state does not say whether the account's is on \
                 (--set wallet.enabled=true switches it on).",
            );
        }
        if none {
            self.said.push("a spend limit of $0".to_owned());
            return;
        }
        self.spending(wallet);
        if prepaid {
            self.money(wallet);
        } else if wallet.balance.is_some() || wallet.auto_reload.is_some() {
            self.warn("The wallet of the scenario is invoiced: the state's balance is left out.");
        }
    }

    fn spending(&mut self, wallet: &WalletState) {
        let month = |at: Instant| {
            let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
            let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            (date.year(), date.month())
        };
        let same_month = month(self.read) == month(self.start);
        let limit = match wallet.monthly_limit {
            Some(SpendLimit::Unlimited) => {
                self.set("wallet.monthly_limit", "\"unlimited\"");
                String::new()
            }
            Some(SpendLimit::Amount(limit)) => {
                self.set("wallet.monthly_limit", plain(limit));
                format!(" of {limit}")
            }
            None => String::new(),
        };
        let Some(spent) = wallet.spent.filter(|_| same_month) else {
            if !limit.is_empty() {
                self.said.push(format!("a spend limit{limit}"));
            }
            return;
        };
        self.set("wallet.spent", plain(spent.max(Money::ZERO)));
        self.said.push(format!("{spent}{limit} spent this month"));
    }

    fn money(&mut self, wallet: &WalletState) {
        if let Some(grants) = &wallet.grants {
            let start = self.start;
            let live = grants
                .iter()
                .filter(|g| g.expires.is_none_or(|e| e > start));
            let tables: Vec<String> = live
                .clone()
                .map(|g| {
                    let kind = if g.promotional {
                        "promotional"
                    } else {
                        "bought"
                    };
                    let expires = g.expires.map(|e| format!(", expires = {}", text(e)));
                    let label = quoted(&g.label);
                    let amount = plain(g.left);
                    let expires = expires.unwrap_or_default();
                    format!("{{ label = {label}, amount = {amount}, kind = \"{kind}\"{expires} }}")
                })
                .collect();
            for grant in live {
                self.said.push(format!("{} {}", grant.label, grant.left));
            }
            if !tables.is_empty() {
                self.set("wallet.grant", format!("[{}]", tables.join(", ")));
            }
        }
        match wallet.balance {
            Some(balance) => {
                self.set("wallet.balance", plain(balance.max(Money::ZERO)));
                self.said.push(format!("balance {balance}"));
                if balance < Money::ZERO {
                    self.warn(format!(
                        "The balance of the state is a debt of {}; the forecast starts from $0.00.",
                        Money(balance.0.saturating_neg())
                    ));
                }
            }
            None if wallet.enabled == Some(true) => {
                let kept = self.scenario.experiment.account.wallet.balance;
                self.warn(format!(
                    "The state does not tell the balance: the scenario's {kept} are kept \
                     (--set wallet.balance=… gives it)."
                ));
            }
            None => {}
        }
        self.reload(wallet.auto_reload);
    }

    fn reload(&mut self, reload: Option<Reload>) {
        match reload {
            None => {}
            Some(Reload::Off) => {
                self.set("wallet.auto_reload", "false");
                self.said.push("auto-reload off".to_owned());
            }
            Some(Reload::On {
                threshold: Some(threshold),
                reload_to: Some(to),
            }) if Money::ZERO <= threshold && threshold < to => {
                self.set("wallet.auto_reload.add", "");
                self.set("wallet.auto_reload.threshold", plain(threshold));
                self.set("wallet.auto_reload.reload_to", plain(to));
                self.said
                    .push(format!("auto-reload below {threshold} to {to}"));
            }
            Some(Reload::On { .. }) => {
                let has = self
                    .scenario
                    .experiment
                    .account
                    .wallet
                    .auto_reload
                    .is_some();
                let instead = if has {
                    "the scenario's amounts are kept"
                } else {
                    "the scenario has none, so nothing is reloaded (wallet.auto_reload sets it)"
                };
                self.warn(format!(
                    "Auto-reload is on in the state, but its amounts are not known: {instead}."
                ));
            }
        }
    }
}
