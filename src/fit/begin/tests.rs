//! What a forecast takes from an account's state, down to the instant at which a pool runs dry.

use super::{Beginning, begin};
use crate::account::spec::{Access, Opens, ReloadAmount};
use crate::account::world::Note;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::engine::replay::{Event, What};
use crate::engine::run::replay;
use crate::logs::state::{AccountState, Context, state};
use crate::scenario::{Scenario, parse};

/// One request of exactly $1 at every full hour, a second long, on a week of $100 and a session of $1,000.
const HOURLY: &str = r#"
start    = 2026-12-01
horizon  = "14 days"
timezone = "America/New_York"

[run]
trials = 1

[plan]
label = "own"
[[plan.window]]
id = "session"
opens = "first-request"
length = "5h"
round = "10m"
limit = 1000
used = "90 %"
open_until = 2026-12-01T04:00:00
[[plan.window]]
id = "week"
opens = "fixed"
length = "7 days"
resets = "sat 09:00"
limit = 100
[[plan.window]]
id = "week-fable"
opens = "fixed"
length = "7 days"
share_of = "week"
share = 0.5
scope = ["other"]

[[model]]
name   = "m"
input  = 0
output = 1000
[[model]]
name   = "other"
input  = 0
output = 1

[[actor]]
name                = "clockwork"
client              = "claude-code"
models              = "m"
every               = "hour"
prompts             = 1
requests_per_prompt = 1
gap                 = 1
prompt_gap          = 1
first_context       = 0
growth              = 0
cache               = "none"
output              = 1000
latency             = "0s"
speed               = 1000
when_blocked        = ["skip"]
"#;

fn ms(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().unwrap();
    Instant(at.as_millisecond())
}

fn saved(text: &str) -> AccountState {
    let context = Context {
        at: ms("2026-11-20T14:00:00Z"),
        zone: jiff::tz::TimeZone::UTC,
    };
    state("state.json", text, &context).unwrap()
}

fn start_from(scenario: &Scenario, text: &str) -> Scenario {
    let beginning = Beginning {
        read: ms("2026-11-20T14:00:00.7Z"),
        source: "time of the file",
        start: None,
    };
    begin(scenario, &saved(text), beginning).unwrap()
}

fn hourly(sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    parse("hourly.toml", HOURLY, &sets).unwrap()
}

/// Instants at which a window ran dry and at which it was reset.
fn turns(scenario: &Scenario, index: usize) -> (Vec<Instant>, Vec<Instant>) {
    let (mut dry, mut resets) = (Vec::new(), Vec::new());
    for Event { at, what } in replay(&scenario.experiment, 0).unwrap() {
        match what {
            What::Account(Note::WindowEmpty { window, .. }) if window == index => dry.push(at),
            What::Account(Note::WindowResets { window, .. }) if window == index => resets.push(at),
            _ => {}
        }
    }
    (dry, resets)
}

const USAGE: &str = r#"{
  "five_hour": {"utilization": 37.0, "resets_at": "2026-11-20T14:09:59.6+00:00"},
  "seven_day": {"utilization": 61.0, "resets_at": "2026-11-24T06:59:59.6+00:00"}}"#;

#[test]
fn pools_run_dry_at_the_instants_worked_out_by_hand() {
    let begun = start_from(&hourly(&[]), USAGE);
    assert_eq!(begun.experiment.start, ms("2026-11-20T14:00:00Z"));
    assert_eq!(begun.experiment.end, ms("2026-12-04T14:00:00Z"));
    // $39 of the week are left: requests at 14:00, 15:00, …; the 39th begins 38 hours later and lasts
    // a second. Afresh from the reset at 7:00: the 100th begins 99 hours later.
    let (dry, resets) = turns(&begun, 1);
    assert_eq!(
        resets,
        [ms("2026-11-24T07:00:00Z"), ms("2026-12-01T07:00:00Z")]
    );
    assert_eq!(
        dry,
        [ms("2026-11-22T04:00:01Z"), ms("2026-11-28T10:00:01Z"),]
    );
    // The session that was open closes at 14:10 and opens again with the next request, at 15:00.
    let (_, sessions) = turns(&begun, 0);
    assert_eq!(sessions[0], ms("2026-11-20T14:10:00Z"));
    assert_eq!(sessions[1], ms("2026-11-20T20:00:00Z"));
}

#[test]
fn the_scenario_gives_way_where_the_state_speaks() {
    let begun = start_from(&hourly(&[]), USAGE);
    let windows = &begun.experiment.account.windows;
    assert_eq!(windows[0].used, 0.37);
    let Opens::FirstRequest { open_until, .. } = &windows[0].opens else {
        panic!("a session opens with a request");
    };
    assert_eq!(*open_until, Some(ms("2026-11-20T14:10:00Z")));
    // The share of the week that the state does not mention is full, and resets with the week.
    assert_eq!(windows[2].used, 0.0);
    let Opens::Fixed { resets } = &windows[2].opens else {
        panic!("a week is fixed");
    };
    assert_eq!(resets[0], ms("2026-11-24T07:00:00Z"));
    assert_eq!(
        begun.begins.as_deref(),
        Some(
            "Starts from the account's state of 20 Nov 2026 09:00 (time of the file): session 37 %, \
             week 61 %, week of fable not mentioned and so full."
        )
    );
    // The fee stays due on the first of the month.
    let months: Vec<&str> = begun
        .experiment
        .months
        .iter()
        .map(|m| m.name.as_str())
        .collect();
    assert_eq!(months, ["2026-11", "2026-12"]);
    assert_eq!(begun.effective["plan"]["billing_day"], 1);
    // Without a state nothing of that is known, and a variant keeps it.
    assert_eq!(hourly(&[]).begins, None);
    let variant = begun
        .with(&["plan.window.week.used=\"99 %\"".into()])
        .unwrap();
    assert_eq!(variant.experiment.account.windows[1].used, 0.99);
    assert_eq!(variant.begins, begun.begins);
}

#[test]
fn a_reset_keeps_its_instant_when_the_clocks_change() {
    // New York changes on 1 November; the account's reset does not move with it.
    let text = USAGE
        .replace("2026-11-20T14", "2026-10-20T14")
        .replace("2026-11-24", "2026-10-24");
    let beginning = Beginning {
        read: ms("2026-10-20T14:00:00Z"),
        source: "",
        start: None,
    };
    let begun = begin(&hourly(&[]), &saved(&text), beginning).unwrap();
    let Opens::Fixed { resets } = &begun.experiment.account.windows[1].opens else {
        panic!("a week is fixed");
    };
    assert_eq!(
        *resets,
        [ms("2026-10-24T07:00:00Z"), ms("2026-10-31T07:00:00Z")]
    );
}

#[test]
fn what_a_person_types_lies_above_the_state() {
    let begun = start_from(
        &hourly(&[
            "plan.window.week.used=\"70 %\"",
            "start=2026-11-21T09:00:00Z",
        ]),
        USAGE,
    );
    assert_eq!(begun.experiment.account.windows[1].used, 0.7);
    assert_eq!(begun.experiment.start, ms("2026-11-21T09:00:00Z"));
    // The session of the reading was over by then.
    assert_eq!(begun.experiment.account.windows[0].used, 0.0);
    let said = begun.begins.unwrap();
    assert!(said.contains("from 21 Nov 2026 04:00 on"), "{said}");
    assert!(
        said.contains("session full (it reset after the reading)"),
        "{said}"
    );
}

#[test]
fn a_reset_beyond_the_length_of_its_window_is_doubted() {
    let text = USAGE.replace("2026-11-20T14:09", "2026-11-20T23:09");
    let begun = start_from(&hourly(&[]), &text);
    assert_eq!(begun.warnings.len(), 1, "{:?}", begun.warnings);
    assert!(begun.warnings[0].contains("20 Nov 2026 18:10, more than its length"));
}

#[test]
fn windows_without_a_reset_and_windows_nobody_has() {
    let text = r#"{"limits": [
        {"kind": "session", "percent": 37, "resets_at": null},
        {"kind": "weekly_all", "percent": 61, "resets_at": null},
        {"kind": "weekly_scoped", "percent": 12, "scope": {"model": {"display_name": "Opus"}}},
        {"kind": "weekly_scoped", "percent": 0, "scope": {"model": {"display_name": "Sonnet"}}}]}"#;
    let begun = start_from(&hourly(&[]), text);
    let Opens::FirstRequest { open_until, .. } = &begun.experiment.account.windows[0].opens else {
        panic!("a session opens with a request");
    };
    assert_eq!(*open_until, Some(ms("2026-11-20T19:00:00Z")));
    let Opens::Fixed { resets } = &begun.experiment.account.windows[1].opens else {
        panic!("a week is fixed");
    };
    assert_eq!(
        resets[0],
        ms("2026-11-21T14:00:00Z"),
        "Saturday 9:00 as before"
    );
    assert_eq!(begun.warnings.len(), 3, "{:?}", begun.warnings);
    assert!(begun.warnings[2].contains("the week of Opus at 12 %"));
}

const WALLET: &str = r#"
[wallet]
access = "off"
balance = 20
monthly_limit = 150
auto_reload = { threshold = 5, add = 10, cap = 100, decline = 0.01 }
[[wallet.grant]]
amount = 3
expires = 2026-12-02
"#;

#[test]
fn the_wallet_is_that_of_the_state() {
    let scenario = parse("w.toml", &format!("{HOURLY}{WALLET}"), &[]).unwrap();
    let text = r#"{"extra_usage": {"is_enabled": true, "monthly_limit": 5000, "used_credits": 1234}}
        {"amount": 1810, "currency": "USD",
         "auto_reload_settings": {"enabled": true, "threshold_in_minor_units": 500,
           "reload_to_in_minor_units": 1500},
         "promo_tranches": [{"remaining_amount_minor_units": 1000, "name": "Launch \"credit\"",
           "expires_at": "2026-11-30T00:00:00Z"}]}"#;
    let begun = start_from(&scenario, text);
    let wallet = &begun.experiment.account.wallet;
    assert_eq!(wallet.access, Access::On);
    assert_eq!(wallet.balance, Money::cents(810));
    assert_eq!(wallet.spent_before, Money::cents(1234));
    assert_eq!(wallet.monthly_limit, Some(Money::usd(50)));
    assert_eq!(wallet.grants.len(), 1);
    assert_eq!(wallet.grants[0].label, "Launch \"credit\"");
    assert_eq!(wallet.grants[0].amount, Money::usd(10));
    let reload = wallet.auto_reload.as_ref().unwrap();
    assert_eq!(reload.threshold, Money::usd(5));
    assert_eq!(reload.amount, ReloadAmount::To(Money::usd(15)));
    // What the state does not know stays: the cap, and how often a payment fails.
    assert_eq!((reload.cap, reload.decline), (Some(Money::usd(100)), 0.01));
    let said = begun.begins.unwrap();
    for part in [
        "$12.34 of $50.00 spent",
        "balance $8.10",
        "auto-reload below $5.00 to $15.00",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn switches_and_debts() {
    let scenario = parse("w.toml", &format!("{HOURLY}{WALLET}"), &[]).unwrap();
    let with = |text: &str| start_from(&scenario, text);
    let off = with(r#"{"extra_usage": {"is_enabled": false, "monthly_limit": null}}"#);
    assert_eq!(off.experiment.account.wallet.access, Access::Off);
    let unlimited = with(r#"{"extra_usage": {"is_enabled": true, "monthly_limit": null}}"#);
    assert_eq!(unlimited.experiment.account.wallet.monthly_limit, None);
    assert_eq!(unlimited.experiment.account.wallet.balance, Money::usd(20));
    assert!(
        unlimited
            .warnings
            .iter()
            .any(|w| w.contains("$20.00 are kept"))
    );
    let none = with(r#"{"extra_usage": {"is_enabled": true, "monthly_limit": 0}}"#);
    assert_eq!(none.experiment.account.wallet.access, Access::Off);
    let debt = with(r#"{"amount": -1592, "currency": "USD", "auto_reload_settings": null}"#);
    let wallet = &debt.experiment.account.wallet;
    assert_eq!(wallet.balance, Money::ZERO);
    assert!(wallet.auto_reload.is_none());
    assert!(debt.warnings.iter().any(|w| w.contains("debt of $15.92")));
    // Nothing says that it is on, and the scenario has it off.
    assert_eq!(wallet.access, Access::Off);
    assert!(
        debt.warnings
            .iter()
            .any(|w| w.contains("does not say whether"))
    );
}
