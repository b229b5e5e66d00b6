//! A scenario that starts from the state of a real account: the settings that make it so, and what is
//! said about it.
//!
//! The settings lie below those that a person types, so that what a state leaves out can be given by
//! hand. What the scenario itself says about the beginning of windows gives way: it was true at the
//! scenario's own start.

use jiff::Timestamp;

use crate::account::spec::{Access, Funding, Opens, WindowSpec};
use crate::base::civil::Zone;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::base::zones;
use crate::logs::state::{AccountState, Reload, SpendLimit, WalletState, WindowKind, WindowState};
use crate::scenario::{Problems, Scenario};

/// When a forecast begins, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// When the state was read.
    pub read: Instant,
    /// How that is known: `time of the file`; empty if the state itself says it.
    pub source: &'static str,
    /// Start of the forecast, if it is not the reading.
    pub start: Option<Instant>,
}

/// The scenario from a state on, with the sentence and the warnings that belong to it.
///
/// # Errors
/// Every problem that the scenario has with that start.
pub fn begin(
    scenario: &Scenario,
    state: &AccountState,
    beginning: Beginning,
) -> Result<Scenario, Problems> {
    let start = whole_second(beginning.start.unwrap_or(beginning.read));
    // Plans are dated: which windows there are is known only at the new start.
    let mut sets = vec![format!("start={}", text(start))];
    if state.wallet.as_ref().is_some_and(|w| w.grants.is_some()) {
        sets.push("wallet.grant=".to_owned());
    }
    for window in &scenario.experiment.account.windows {
        sets.push(format!("plan.window.{}.used=", quoted(&window.name)));
        sets.push(format!("plan.window.{}.open_until=", quoted(&window.name)));
    }
    sets.extend(billing_day(scenario));
    let moved = scenario.starting_with(&sets)?;
    // A start that was typed lies above ours.
    let start = moved.experiment.start;
    let mut draft = Draft {
        sets,
        start,
        scenario: &moved,
        said: Vec::new(),
        warnings: state.warnings.clone(),
    };
    draft.plan(state);
    draft.seats(state);
    draft.windows(state);
    if let Some(wallet) = &state.wallet {
        draft.wallet(wallet, beginning.read);
    }
    let mut begun = scenario.starting_with(&draft.sets)?;
    begun.begins = Some(draft.sentence(beginning));
    begun.warnings.extend(draft.warnings);
    Ok(begun)
}

struct Draft<'a> {
    sets: Vec<String>,
    start: Instant,
    /// As it is with the new start.
    scenario: &'a Scenario,
    /// Parts of the sentence.
    said: Vec<String>,
    warnings: Vec<String>,
}

impl Draft<'_> {
    fn set(&mut self, key: &str, value: impl std::fmt::Display) {
        self.sets.push(format!("{key}={value}"));
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }

    fn plan(&mut self, state: &AccountState) {
        let (Some(theirs), Some(ours)) = (&state.plan, &self.scenario.plan_id) else {
            return;
        };
        if theirs != ours {
            self.warn(format!(
                "The state is that of a {theirs} account, and the scenario's plan is {ours}: the \
                 same percentages mean other amounts."
            ));
        }
    }

    fn seats(&mut self, state: &AccountState) {
        let seats = self.scenario.experiment.account.seats;
        if seats > 1 && !state.windows.is_empty() {
            self.warn(format!(
                "The state is that of one member, and the scenario has {seats} seats: each of them \
                 starts from it."
            ));
        }
    }

    fn windows(&mut self, state: &AccountState) {
        let specs = &self.scenario.experiment.account.windows;
        let mut left: Vec<&WindowState> = state.windows.iter().collect();
        let week = state.windows.iter().find(|w| w.kind == WindowKind::Week);
        for spec in specs {
            let key = format!("plan.window.{}", quoted(&spec.name));
            match left.iter().position(|w| is_of(spec, &w.kind)) {
                Some(i) => self.window(&key, spec, left.remove(i)),
                None => self.unmentioned(&key, spec, week, state.windows.is_empty()),
            }
        }
        for window in left.iter().filter(|w| w.percent > 0.0) {
            self.warn(format!(
                "The state has {} at {} %, a window that the plan {} does not have: it is left out.",
                window.kind, window.percent, self.scenario.plan
            ));
        }
    }

    /// A window of the plan that the state knows.
    fn window(&mut self, key: &str, spec: &WindowSpec, window: &WindowState) {
        let name = short(&spec.name);
        let past = window.resets.is_some_and(|at| at <= self.start);
        let used = if past { 0.0 } else { window.percent };
        if let Opens::FirstRequest { length, .. } = &spec.opens {
            match window.resets {
                Some(at) if !past => self.set(&format!("{key}.open_until"), text(at)),
                None if used > 0.0 => {
                    let end = Instant(self.start.0 + length.0);
                    self.set(&format!("{key}.open_until"), text(end));
                    self.warn(format!(
                        "The state does not say when the {name} resets; its full length from the \
                         start is assumed."
                    ));
                }
                _ => {}
            }
        } else if let Some(at) = window.resets {
            self.set(&format!("{key}.resets"), format!("\"{}\"", text(at)));
        } else if used > 0.0 {
            self.warn(format!(
                "The state does not say when the {name} resets; the scenario's reset is assumed."
            ));
        }
        if used > 0.0 {
            self.set(&format!("{key}.used"), format!("\"{used} %\""));
        }
        self.said.push(if past && window.percent > 0.0 {
            format!("{name} full (it reset after the reading)")
        } else {
            format!("{name} {used} %")
        });
    }

    /// A window of the plan that the state does not know: it starts full.
    fn unmentioned(
        &mut self,
        key: &str,
        spec: &WindowSpec,
        week: Option<&WindowState>,
        silent: bool,
    ) {
        let shares_week = spec.name.starts_with("week-");
        if let (true, Some(at)) = (shares_week, week.and_then(|w| w.resets)) {
            self.set(&format!("{key}.resets"), format!("\"{}\"", text(at)));
        }
        if !silent {
            self.said
                .push(format!("{} not mentioned and so full", short(&spec.name)));
        }
    }

    fn wallet(&mut self, wallet: &WalletState, read: Instant) {
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
        self.spending(wallet, read);
        if prepaid {
            self.money(wallet);
        } else if wallet.balance.is_some() || wallet.auto_reload.is_some() {
            self.warn("The wallet of the scenario is invoiced: the state's balance is left out.");
        }
    }

    fn spending(&mut self, wallet: &WalletState, read: Instant) {
        let month = |at: Instant| {
            let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
            let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            (date.year(), date.month())
        };
        let same_month = month(read) == month(self.start);
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

    /// `Starts from the account's state of 20 Nov 14:00: session 37 %, week 61 %, balance $8.10.`
    fn sentence(&self, beginning: Beginning) -> String {
        let source = match beginning.source {
            "" => String::new(),
            source => format!(" ({source})"),
        };
        let read = self.moment(whole_second(beginning.read));
        let later = if self.start == whole_second(beginning.read) {
            String::new()
        } else {
            format!(", from {} on", self.moment(self.start))
        };
        let said = self.said.join(", ");
        format!("Starts from the account's state of {read}{source}{later}: {said}.")
    }

    /// `20 Nov 2026 14:00`, local time.
    fn moment(&self, at: Instant) -> String {
        let zone = zones::zone(&self.scenario.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
        let offsets = zones::offsets(&zone, at, at);
        let local = Zone(&offsets).local(at);
        format!(
            "{} {} {} {}",
            local.day,
            local.month_short(),
            local.year,
            local.clock()
        )
    }
}

/// Without a billing day of its own a scenario is billed on the day of its start, and that day stays.
fn billing_day(scenario: &Scenario) -> Option<String> {
    let plan = scenario.effective.get("plan")?;
    if plan.get("billing_day").is_some() {
        return None;
    }
    let offsets = &scenario.experiment.zone;
    let day = Zone(offsets).local(scenario.experiment.start).day;
    Some(format!("plan.billing_day={day}"))
}

/// Whether a window of the plan is the one that a state speaks of.
fn is_of(spec: &WindowSpec, kind: &WindowKind) -> bool {
    match kind {
        WindowKind::Session => spec.name == "session",
        WindowKind::Week => spec.name == "week",
        WindowKind::WeekModel(model) => {
            let model = model.to_lowercase();
            let family = spec.name.strip_prefix("week-");
            family.is_some_and(|f| model.split([' ', '-']).any(|word| word == f))
        }
        WindowKind::Other(name) => spec.name == *name,
    }
}

/// `session`, `week`, `week of fable`.
fn short(name: &str) -> String {
    match name.strip_prefix("week-") {
        Some(model) => format!("week of {model}"),
        None => name.to_owned(),
    }
}

/// An amount as it is typed.
fn plain(amount: Money) -> String {
    amount.to_decimal().to_string()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// An instant as TOML writes it.
fn text(at: Instant) -> String {
    Timestamp::from_millisecond(at.0)
        .unwrap_or_default()
        .to_string()
}

fn whole_second(at: Instant) -> Instant {
    Instant(at.0 - at.0.rem_euclid(Span::seconds(1).0))
}
