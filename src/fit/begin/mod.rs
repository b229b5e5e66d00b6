//! A scenario that starts from the state of a real account: the settings that make it so, and what is
//! said about it.
//!
//! The settings lie below those that a person types, so that what a state leaves out can be given by
//! hand. What the scenario itself says about the beginning of windows gives way: it was true at the
//! scenario's own start.

use jiff::Timestamp;

use crate::account::spec::{Opens, WindowSpec};
use crate::base::civil::Zone;
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::base::zones;
use crate::logs::state::{AccountState, WindowKind, WindowState};
use crate::scenario::{Problems, Scenario};

mod wallet;

#[cfg(test)]
mod tests;

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
        read: beginning.read,
        scenario: &moved,
        said: Vec::new(),
        warnings: state.warnings.clone(),
    };
    draft.plan(state);
    draft.seats(state);
    draft.windows(state);
    if let Some(wallet) = &state.wallet {
        draft.wallet(wallet);
    }
    let mut begun = scenario.starting_with(&draft.sets)?;
    begun.begins = Some(draft.sentence(beginning));
    begun.warnings.extend(draft.warnings);
    Ok(begun)
}

struct Draft<'a> {
    sets: Vec<String>,
    start: Instant,
    read: Instant,
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
        self.too_late(&name, spec, window.resets);
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

    /// A reset lies at most one length after the reading; more means that the time is wrong.
    fn too_late(&mut self, name: &str, spec: &WindowSpec, resets: Option<Instant>) {
        let length = match &spec.opens {
            Opens::FirstRequest { length, .. } => *length,
            Opens::Fixed { .. } if name.starts_with("week") => Span::days(7),
            Opens::Fixed { .. } => return,
        };
        // Clocks differ by a little, and windows begin on marks.
        let latest = self.read + length + Span::minutes(15);
        if let Some(at) = resets.filter(|at| *at > latest) {
            let (at, read) = (self.moment(at), self.moment(whole_second(self.read)));
            self.warn(format!(
                "The {name} of the state resets on {at}, more than its length after the reading \
                 ({read}): is that the time of the reading? (\"at\" in the file, or --start, sets it.)"
            ));
        }
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
