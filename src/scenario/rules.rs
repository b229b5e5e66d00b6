//! A plan and its wallet over a time that has been: what requests that were really made would have
//! met. Only `[plan]`, `[wallet]` and `timezone` of a scenario matter here.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar::Calendar;
use super::doc::{Node, Table};
use super::fields::{Cx, Fields};
use super::format::TOP;
use super::plan::{self, Plan};
use super::problems::{Place, Problem, Problems};
use super::units::{Length, Moment};
use super::{build, doc, load, sets, wallet};
use crate::account::rules::{Period, Rules};
use crate::account::spec::AccountSpec;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::catalog::{Catalog, WalletKind};

/// What rules are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// A scenario, or a part of one.
    pub path: Option<&'a Path>,
    /// A plan of the catalogue, in place of the scenario's.
    pub plan: Option<&'a str>,
    /// Settings on top, as behind `--set`.
    pub sets: &'a [String],
    /// Leaves out settings of windows that the plan never had: they are meant for another plan.
    pub among_others: bool,
    /// First and last instant that must lie inside.
    pub first: Instant,
    pub last: Instant,
    /// In place of the scenario's; without either UTC.
    pub timezone: Option<&'a str>,
    /// The plan as it stood on this day, in place of the plan of each day.
    pub on: Option<Date>,
}

/// Lays out the rules.
///
/// # Errors
/// Every problem of the scenario's plan and wallet and of the settings.
pub fn rules(asked: &Asked<'_>) -> Result<Rules, Problems> {
    let (name, text, folder) = match asked.path {
        Some(path) => load::read(path)?,
        None => ("--plan".to_owned(), String::new(), None),
    };
    let settings = load::Settings {
        all: asked.sets.to_vec(),
        from_state: 0,
    };
    let sources = load::sources(&name, &text, &settings);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (mut document, mut problems) = doc::parse(text, 0);
    let cx = Cx::new(folder);
    if problems.is_empty() {
        if let Some(plan) = asked.plan {
            take_plan(&cx, &mut document, plan);
        }
        for (i, set) in asked.sets.iter().enumerate() {
            if asked.among_others && is_foreign(&document, set) {
                continue;
            }
            sets::apply(&cx, &mut document, set, load::first_setting() + i);
        }
        let found = put_together(&cx, document, asked);
        let failed = cx.failed();
        let (more, mut warnings) = cx.into_parts();
        problems = more;
        // Here such a fee is left out rather than counted as nothing.
        warnings.retain(|w| w != plan::NEGOTIATED);
        if let (Some(found), false) = (found, failed) {
            return Ok(Rules { warnings, ..found });
        }
    }
    if problems.is_empty() {
        problems.push(Problem::nowhere("the plan could not be understood"));
    }
    Err(Problems::new(&name, sources, problems))
}

/// Puts a plan of the catalogue in the place of the document's: its windows are another plan's.
fn take_plan(cx: &Cx, document: &mut Table, name: &str) {
    let setting = format!("plan.name=\"{name}\"");
    // The text stands nowhere that could be shown: an unknown name is looked up before.
    sets::apply(cx, document, &setting, 0);
    if let Some(plan) = table_mut(document, "plan") {
        plan.entries
            .retain(|e| matches!(e.key.as_str(), "name" | "meter" | "price_date"));
    }
}

/// Whether a setting is about a window that the catalogue's plan never had.
fn is_foreign(document: &Table, set: &str) -> bool {
    let window = set.trim_start().strip_prefix("plan.window.");
    let Some(window) = window.and_then(|rest| rest.split(['.', '=']).next()) else {
        return false;
    };
    let history = plan_name(document).and_then(|n| Catalog::embedded().plan_history(n).ok());
    history.is_some_and(|entries| entries.iter().all(|e| e.window(window).is_none()))
}

fn plan_name(document: &Table) -> Option<&str> {
    match &document.get("plan")?.item.table()?.get("name")?.item.node {
        Node::Text(name) => Some(name),
        _ => None,
    }
}

fn table_mut<'t>(table: &'t mut Table, key: &str) -> Option<&'t mut Table> {
    match &mut table.get_mut(key)?.item.node {
        Node::Table(found) => Some(found),
        _ => None,
    }
}

fn put_together(cx: &Cx, mut document: Table, asked: &Asked<'_>) -> Option<Rules> {
    if document.get("plan").is_none() {
        let help = "add [plan] with a name, or --plan max-5x";
        cx.report(Problem::nowhere("no plan to play the history against").help(help));
    }
    let (zone, timezone) = {
        let top = Fields::open(cx, &document, &TOP, Place::new(0, 0..0));
        build::time_zone(&top, asked.timezone)
    };
    let (dates, boundaries) = days(cx, &document, asked, &zone)?;
    let length = Length::Days(i64::from(dates.1.since(dates.0).ok()?.get_days()) + 1);
    let calendar = match Calendar::new(zone, Moment::Day(dates.0), length) {
        Ok(calendar) => calendar,
        Err(_) => {
            cx.report(
                Problem::nowhere(format!("{} to {} is too long", dates.0, dates.1))
                    .expected("at most two years can be played")
                    .help("play a part of it: --since 2026-01-01"),
            );
            return None;
        }
    };
    let assumed_reload = ensure_wallet(cx, &mut document, asked.on.unwrap_or(dates.1));
    let top = Fields::open(cx, &document, &TOP, Place::new(0, 0..0));
    let mut periods = Vec::new();
    let mut plans = Vec::new();
    for date in &boundaries {
        let plan = plan::read_on(cx, top.sub("plan"), &calendar, dates.0, *date);
        let wallet = wallet::read(cx, top.sub("wallet"), &plan, &calendar);
        let from = calendar.at((*date).max(dates.0), 0)?;
        periods.push(Period {
            from: if periods.is_empty() {
                calendar.start
            } else {
                from
            },
            terms: plan.terms(wallet.grant_clients.clone()),
            account: account(&plan, &wallet, &calendar),
        });
        plans.push((from, plan));
    }
    let last = &plans.last()?.1;
    let mut days = calendar.midnights();
    days.insert(0, calendar.start);
    days.push(calendar.end);
    Some(Rules {
        id: last.entry.map(|e| e.id.clone()),
        label: last.label.clone(),
        timezone,
        start: calendar.start,
        end: calendar.end,
        horizon: calendar.label(),
        zone: calendar.offsets(),
        days,
        meter: last.meter,
        fees: fees(&plans, &calendar),
        has_wallet: last.wallet_kind() != WalletKind::None,
        assumed_reload: assumed_reload.and_then(|()| {
            let wallet = &periods.last()?.account.wallet;
            wallet.auto_reload.clone()
        }),
        periods,
        warnings: Vec::new(),
    })
}

/// First and last local day, and the days from which on another entry of the plan holds, the first
/// one included.
fn days(
    cx: &Cx,
    document: &Table,
    asked: &Asked<'_>,
    zone: &TimeZone,
) -> Option<((Date, Date), Vec<Date>)> {
    let local = |at: Instant| {
        let at = Timestamp::from_millisecond(at.0).ok()?;
        Some(zone.to_datetime(at).date())
    };
    let (mut first, last) = (local(asked.first)?, local(asked.last)?);
    let plan = document.get("plan").and_then(|e| e.item.table());
    let dated = plan.is_some_and(|p| p.get("price_date").is_some());
    let name = plan_name(document);
    let history = name.and_then(|n| Catalog::embedded().plan_history(n).ok());
    let Some(history) = history.filter(|_| !dated && asked.on.is_none()) else {
        return Some(((first, last), vec![asked.on.unwrap_or(first)]));
    };
    if let Some(begins) = history.first().map(|e| e.from) {
        if begins > last {
            cx.report(
                Problem::nowhere(format!("nothing is known about {} on {last}", name?))
                    .expected(format!("its record begins on {begins}"))
                    .help(format!("play it by later rules: --plan-date {begins}")),
            );
            return None;
        }
        first = first.max(begins);
    }
    let mut boundaries = vec![first];
    boundaries.extend(
        history
            .iter()
            .map(|e| e.from)
            .filter(|d| *d > first && *d <= last),
    );
    Some(((first, last), boundaries))
}

/// Switches the wallet on. If nothing is said about where its money comes from, the plan's own
/// auto-reload brings it, which is then returned as assumed.
fn ensure_wallet(cx: &Cx, document: &mut Table, date: Date) -> Option<()> {
    let entry = plan_name(document).and_then(|n| Catalog::embedded().plan(n, date).ok());
    if entry.is_some_and(|e| e.wallet.kind == WalletKind::None) {
        document.entries.retain(|e| e.key != "wallet");
        return None;
    }
    let wallet = document.get("wallet").and_then(|e| e.item.table());
    let says = |key: &str| wallet.is_some_and(|w| w.get(key).is_some());
    let has_money = ["balance", "grant", "purchase", "auto_reload"]
        .iter()
        .any(|key| says(key));
    let arrears = entry.is_some_and(|e| e.wallet.kind == WalletKind::Arrears) || says("funding");
    if !says("access") {
        sets::apply(cx, document, "wallet.enabled=true", 0);
    }
    if has_money || arrears {
        return None;
    }
    let auto = entry.and_then(|e| e.wallet.auto_reload);
    let (threshold, to) = auto.map_or((Money::usd(5), Money::usd(15)), |a| {
        (a.threshold, a.reload_to)
    });
    for (key, amount) in [("threshold", threshold), ("reload_to", to)] {
        let setting = format!("wallet.auto_reload.{key}={}", amount.to_decimal());
        sets::apply(cx, document, &setting, 0);
    }
    Some(())
}

fn account(plan: &Plan, wallet: &wallet::Wallet, calendar: &Calendar) -> AccountSpec {
    AccountSpec {
        seats: 1,
        windows: plan.windows.iter().map(|w| w.spec.clone()).collect(),
        wallet: wallet.spec.clone(),
        classes: Vec::new(),
        month_starts: wallet::month_starts(wallet, calendar, plan.billing_day),
        day_starts: wallet::day_starts(wallet, calendar),
    }
}

/// The fee of each month that begins, as it stands then.
fn fees(plans: &[(Instant, Plan)], calendar: &Calendar) -> Option<Vec<Money>> {
    let billing_day = plans.first()?.1.billing_day;
    let due = calendar.due_dates(billing_day);
    due.into_iter()
        .map(|date| {
            let at = calendar.at(date, 0)?;
            let plan = plans.iter().rev().find(|(from, _)| *from <= at);
            let plan = &plan.or(plans.first())?.1;
            plan.known_fee()
        })
        .collect()
}
