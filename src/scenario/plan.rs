//! The subscription: the catalogue's entry for the day, and what the scenario changes about it.

use jiff::civil::Date;

use super::calendar::Calendar;
use super::doc::Node;
use super::fields::{At, Cx, Fields};
use super::problems::{Place, Problem};
use super::windows;
use crate::account::Meter;
use crate::account::rates::{ALL_KINDS, KINDS};
use crate::account::spec::WindowSpec;
use crate::account::terms::{CreditOnly, Scope, Terms};
use crate::base::money::Money;
use crate::catalog::{self, Catalog, LookupError, PlanEntry, WalletKind};

/// Days after the tables' last check for which their prices are taken as known.
const STALE_DAYS: i32 = 400;

/// Said where a simulation needs a fee that nobody knows.
pub(super) const NEGOTIATED: &str =
    "The plan's fee is negotiated and not known; it counts as 0 (set plan.fee).";

/// The plan as checked.
pub(super) struct Plan {
    pub entry: Option<&'static PlanEntry>,
    pub label: String,
    pub price_date: Date,
    pub meter: Meter,
    pub billing_day: i8,
    /// A month and seat.
    pub fee: Money,
    pub seats: Option<At<u64>>,
    pub per_seat: bool,
    pub third_party: bool,
    pub windows: Vec<Window>,
}

/// A window with what draws on it.
pub(super) struct Window {
    pub spec: WindowSpec,
    pub scope: Scope,
}

impl Plan {
    /// Whether any window exists that could pay.
    pub fn has_windows(&self) -> bool {
        !self.windows.is_empty()
    }

    /// The kind of wallet that comes with it.
    pub fn wallet_kind(&self) -> WalletKind {
        self.entry.map_or(WalletKind::Prepaid, |e| e.wallet.kind)
    }

    /// The fee of a month and seat; `None` where it is negotiated and the scenario does not say.
    pub fn known_fee(&self) -> Option<Money> {
        let negotiated = self.entry.is_some_and(|e| e.fee.monthly.is_none());
        (!negotiated || self.fee > Money::ZERO).then_some(self.fee)
    }

    /// Who may use what, with the clients of each grant. Long prompts are told apart only where a
    /// request says how long its prompt is.
    pub fn terms(&self, grants: Vec<Vec<String>>) -> Terms {
        let rule = |c: &catalog::CreditOnly| CreditOnly {
            scope: scope(&c.scope),
            prompt_above: c.prompt_above.map(u64::from),
        };
        Terms {
            windows: self.windows.iter().map(|w| w.scope.clone()).collect(),
            credit_only: self
                .entry
                .map_or_else(Vec::new, |e| e.credit_only.iter().map(rule).collect()),
            fast_on_credits: self.entry.is_some_and(|e| e.fast_on_credits),
            third_party: self.third_party,
            grants,
        }
    }
}

/// A scope of the catalogue.
pub(super) fn scope(of: &catalog::Scope) -> Scope {
    match of {
        catalog::Scope::All => Scope::All,
        catalog::Scope::Families(names) | catalog::Scope::Models(names) => Scope::Some {
            models: names.clone(),
            clients: Vec::new(),
        },
    }
}

/// Turns a failed lookup into a problem with the hint that fits.
pub(super) fn lookup_problem(error: &LookupError, at: Place, date: Date) -> Problem {
    match error {
        LookupError::Unknown {
            subject,
            name,
            suggestion,
            known,
        } => {
            let shown: Vec<&str> = known.iter().take(5).map(String::as_str).collect();
            let more = if known.len() > 5 { ", …" } else { "" };
            let mut problem =
                Problem::new(at, format!("unknown {subject} \"{name}\"")).expected(format!(
                    "known at {date}: {}{more} (burncast prices)",
                    shown.join(", ")
                ));
            problem.help = suggestion
                .as_ref()
                .map(|s| format!("did you mean \"{s}\"?"));
            problem
        }
        LookupError::NotYet {
            subject,
            name,
            from,
        } => Problem::new(at, format!("{subject} \"{name}\" is not known on {date}"))
            .expected(format!("the table begins on {from}"))
            .help(format!(
                "start on {from} or later, or set price_date in [plan]"
            )),
        LookupError::Retired {
            subject,
            name,
            until,
        } => Problem::new(at, format!("{subject} \"{name}\" is gone on {date}"))
            .expected(format!("it was retired on {until}"))
            .help("choose a newer one, or set price_date in [plan] to a day before"),
    }
}

/// Reads `[plan]`; without one, a plan without windows.
pub(super) fn read(cx: &Cx, fields: Option<Fields<'_>>, calendar: &Calendar, start: Date) -> Plan {
    read_on(cx, fields, calendar, start, start)
}

/// Reads `[plan]` as it stands on a day, unless it names a day itself.
pub(super) fn read_on(
    cx: &Cx,
    fields: Option<Fields<'_>>,
    calendar: &Calendar,
    start: Date,
    day: Date,
) -> Plan {
    let Some(f) = fields else {
        return Plan {
            entry: None,
            label: "no plan".into(),
            price_date: day,
            meter: Meter::Price,
            billing_day: start.day(),
            fee: Money::ZERO,
            seats: None,
            per_seat: false,
            third_party: false,
            windows: Vec::new(),
        };
    };
    let price_date = f.moment("price_date");
    let date = price_date.map_or(day, |m| m.value.date());
    let place = price_date.map(|m| m.at);
    let entry = entry(&f, date, place);
    let label = f
        .text("label")
        .map(|t| t.value.to_owned())
        .or_else(|| entry.map(|e| e.name.clone()))
        .unwrap_or_else(|| "own plan".into());
    let billing_day = f
        .count("billing_day")
        .map_or(start.day(), |n| n.value as i8);
    let seats = f.count("seats");
    if let (Some(seats), Some(entry)) = (seats, entry) {
        check_seats(&f, seats, entry);
    }
    Plan {
        label,
        price_date: date,
        meter: meter(&f),
        billing_day,
        fee: fee(&f, entry),
        seats,
        per_seat: f
            .flag("per_seat")
            .unwrap_or_else(|| entry.map_or(seats.is_some_and(|s| s.value > 1), |e| e.per_seat)),
        third_party: f.flag("third_party_on_plan").unwrap_or(false),
        windows: windows::windows(cx, &f, entry, calendar, billing_day),
        entry,
    }
}

fn entry(f: &Fields<'_>, date: Date, place: Option<Place>) -> Option<&'static PlanEntry> {
    let name = f.text("name")?;
    let catalog = Catalog::embedded();
    match catalog.plan(name.value, date) {
        Ok(entry) => {
            let at = place.unwrap_or(name.at);
            match stale(at, date, entry.as_of) {
                Some(problem) => {
                    f.cx.report(problem);
                    None
                }
                None => Some(entry),
            }
        }
        Err(e) => {
            f.cx.report(lookup_problem(&e, name.at, date));
            None
        }
    }
}

/// A problem where a day is so far behind the table's last check that nobody knows its prices.
pub(super) fn stale(at: Place, date: Date, as_of: Date) -> Option<Problem> {
    let age = date.since(as_of).ok()?;
    (age.get_days() > STALE_DAYS).then(|| {
        Problem::new(at, format!("prices of {date} are not known"))
            .expected(format!("the tables were last checked on {as_of}"))
            .help(format!("set price_date = {as_of} in [plan]"))
    })
}

fn check_seats(f: &Fields<'_>, seats: At<u64>, entry: &PlanEntry) {
    let (least, most) = entry.seats;
    let too_few = seats.value < u64::from(least);
    if too_few || most.is_some_and(|m| seats.value > u64::from(m)) {
        let range = most.map_or(format!("at least {least}"), |m| format!("{least} to {m}"));
        let what = format!("seats is {}", seats.value);
        f.bad(
            seats.at,
            what,
            &format!("{} has {range} seats", entry.name),
            "",
        );
    }
}

fn fee(f: &Fields<'_>, entry: Option<&PlanEntry>) -> Money {
    if let Some(fee) = f.money("fee") {
        return fee.value;
    }
    match entry.map(|e| e.fee.monthly) {
        Some(Some(fee)) => fee,
        Some(None) if !f.has("fee") => {
            f.cx.warn(NEGOTIATED);
            Money::ZERO
        }
        _ => Money::ZERO,
    }
}

fn meter(f: &Fields<'_>) -> Meter {
    let Some(item) = f.item("meter") else {
        return Meter::Price;
    };
    if let Node::Text(_) = item.node {
        let name = f.choice("meter").map(|c| c.value);
        return name.and_then(Meter::of).unwrap_or_default();
    }
    let Some(weights) = f.sub("meter") else {
        return Meter::Price;
    };
    let mut all = [1.0; KINDS];
    for kind in ALL_KINDS {
        if let Some(w) = weights.number(kind.name()) {
            all[kind as usize] = w.value;
        }
    }
    if all.iter().all(|w| *w == 0.0) {
        weights.bad(
            item.at,
            "all weights of the meter are 0",
            "expected one above 0",
            "",
        );
    }
    Meter::Weights(all)
}
