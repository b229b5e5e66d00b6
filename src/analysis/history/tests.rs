//! Histories by hand: a request costs a dollar, so that the numbers can be read off.

use super::sentences::sentences;
use super::*;
use crate::base::time::Span;
use crate::logs::{OutputCount, Request, Tokens};
use crate::scenario::{Asked, rules};

const MINUTE: i64 = 60_000;
/// 2026-11-02T08:00Z, a Monday.
const MONDAY: i64 = 1_793_606_400_000;

/// 40,000 tokens of output at $25 a million: a dollar.
pub fn dollar(logs: &mut Logs, day: i64, minute: i64, session: &str) {
    let at = Instant(MONDAY + (day * 24 * 60 + minute) * MINUTE);
    logs.requests.push(Request {
        at,
        until: at + Span(1000),
        model: logs.names.add("claude-opus-4-8"),
        session: logs.names.add(session),
        project: logs.names.add("acme"),
        tokens: Tokens {
            output: 40_000,
            ..Tokens::default()
        },
        output: OutputCount::Final,
        count: 1,
        ..Request::default()
    });
}

/// Three Mondays with six dollars within an hour each, and a quiet Thursday.
pub fn logs() -> Logs {
    let mut logs = Logs::default();
    for week in 0..3 {
        for k in 0..6 {
            let session = if k < 4 { "long" } else { "short" };
            dollar(&mut logs, 7 * week, 5 + 10 * k, session);
        }
        dollar(&mut logs, 7 * week + 3, 0, "other");
    }
    logs
}

pub fn played(logs: &Logs, plans: &[&str], sets: &[&str]) -> Result<HistoryFindings, String> {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    let all: Vec<Rules> = plans
        .iter()
        .map(|plan| {
            rules(&Asked {
                path: None,
                plan: Some(plan),
                sets: &sets,
                among_others: plans.len() > 1,
                first: logs.requests.first().unwrap().at,
                last: logs.requests.last().unwrap().at,
                timezone: Some("Europe/Berlin"),
                on: None,
            })
            .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        })
        .collect();
    let options = Options {
        trials: 60,
        seed: 42,
        threads: 2,
    };
    findings(logs, &all, &options)
}

const FOUR: &str = "plan.window.session.limit={ usd = 4 }";

/// Four dollars fill the window from 9:00 to 14:00 local time; two requests are refused from 9:45
/// and 9:55 on, each Monday.
#[test]
fn a_history_by_hand() {
    let found = played(&logs(), &["max-5x"], &[FOUR, "plan.window.week.limit=100"]).unwrap();
    assert_eq!((found.days, found.requests, found.sessions), (18, 21, 3));
    assert_eq!(found.value, Money::usd(21));
    let plan = &found.plans[0];
    assert!(plan.certain);
    let off = plan.off.as_ref().unwrap();
    assert_eq!(
        (off.stops.p50, off.refused.p50, off.hours_hit.p50),
        (3.0, 6.0, 3.0)
    );
    assert_eq!(off.stopped_h.p50, 3.0 * 255.0 / 60.0);
    assert_eq!((off.covered_usd.p50, off.refused_usd.p50), (15.0, 6.0));
    let on = plan.on.as_ref().unwrap();
    assert_eq!((on.overflow_usd.p50, on.refused.p50), (6.0, 0.0));
    // From nothing to 15 at the start. The balance falls to 9 and never below 5.
    assert_eq!((on.card_usd.p50, on.reloads.p50), (15.0, 1.0));
    assert_eq!(plan.fee, Some(Money::usd(100)));
    assert_eq!(on.total_usd.p50, 106.0);
    assert_eq!(plan.weekdays, [6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(plan.days.len(), 3);
    assert_eq!((plan.days[0].refused, plan.days[0].p), (2.0, 1.0));
    assert_eq!(plan.days[0].stopped_h, 4.25);
    let work: Vec<_> = plan
        .work
        .iter()
        .map(|w| (w.session.as_str(), w.requests))
        .collect();
    assert_eq!(work, [("short", 6)]);
    let stop = &plan.stops[0];
    assert_eq!((stop.window.as_str(), stop.sessions), ("session", 1));
    let eater = stop.eater.as_ref().unwrap();
    assert_eq!(
        (eater.0.as_str(), eater.1.as_str(), eater.2),
        ("long", "acme", 1.0)
    );
    let session = &plan.windows[0];
    assert_eq!((session.stops.p50, session.peak.p50), (3.0, 1.0));
    assert_eq!(plan.windows[1].stops.p50, 0.0);
}

#[test]
fn plans_in_words() {
    let f = played(
        &logs(),
        &["max-5x", "api"],
        &[FOUR, "plan.window.week.limit=100"],
    );
    // The session of the API, which has none, cannot be changed.
    assert!(f.is_ok());
    let words = sentences(&f.unwrap());
    assert_eq!(
        words[0],
        "On Max 5x you would have been stopped 3 times in 18 days, 12.8 h in all, 3 h of them with \
         work refused, mostly on Mondays by the 5-hour window; with extra usage on it would have \
         cost $6 on top of $100."
    );
}

/// Bands leave it open whether a stop would have come; a wider window is never worse.
#[test]
fn bands_give_ranges() {
    let f = played(
        &logs(),
        &["pro", "max-5x", "api"],
        &["plan.window.session.limit={ usd = \"3 to 9\" }"],
    );
    let f = f.unwrap();
    let never = |i: usize| f.plans[i].off.as_ref().map(|o| o.never.value);
    assert_eq!(never(0), never(1));
    let p = never(0).unwrap();
    assert!(p > 0.2 && p < 0.8, "{p}");
    let off = f.plans[0].off.as_ref().unwrap();
    assert!(off.refused.p10 < off.refused.p90);
}

#[test]
fn the_api_costs_list_price() {
    let f = played(&logs(), &["api"], &[]).unwrap();
    assert!(f.plans[0].off.is_none());
    let on = f.plans[0].on.as_ref().unwrap();
    assert_eq!(on.overflow_usd.p50, 21.0);
    assert_eq!(
        sentences(&f)[0],
        "Paid by the token (API), the same requests cost $21."
    );
}

/// A model that only credits pay is never a stop.
#[test]
fn what_a_plan_never_covers_is_said() {
    let mut logs = logs();
    for r in &mut logs.requests[3..5] {
        r.model = logs.names.add("claude-fable-5-1");
    }
    let f = played(&logs, &["pro", "max-20x"], &[]).unwrap();
    let off = |i: usize| f.plans[i].off.as_ref().unwrap();
    assert_eq!((off(0).uncovered, off(1).uncovered), (2, 0));
    let words = sentences(&f);
    assert!(
        words[0].contains("2 requests ($4) need extra usage"),
        "{}",
        words[0]
    );
    let free = played(&logs, &["free"], &[]).unwrap();
    assert!(free.plans[0].on.is_none());
    assert!(sentences(&free)[0].contains("are not possible on it"));
}

#[test]
fn what_cannot_be_played_is_said() {
    let mut sums = logs();
    sums.requests[2].count = 0;
    let error = played(&sums, &["pro"], &[]).unwrap_err();
    assert!(error.contains("1 of 21 entries are sums"), "{error}");
    let mut strange = logs();
    for r in &mut strange.requests {
        r.model = strange.names.add("deepseek-chat");
    }
    let error = played(&strange, &["pro"], &[]).unwrap_err();
    assert!(error.contains("(21 without)"), "{error}");
    let mut mixed = logs();
    mixed.requests[0].model = mixed.names.add("deepseek-chat");
    mixed.requests[1].output = OutputCount::Placeholder;
    let f = played(&mixed, &["pro"], &[]).unwrap();
    assert_eq!((f.requests, f.value), (20, Money::usd(20)));
    assert_eq!(f.left_out.unpriced.get("deepseek-chat"), Some(&1));
    assert_eq!(f.left_out.placeholders, 1);
}

/// Long before the plan's record begins nothing is known about it.
#[test]
fn a_history_begins_with_the_plans_record() {
    let mut logs = Logs::default();
    dollar(&mut logs, -500, 0, "before");
    dollar(&mut logs, -480, 0, "after");
    let f = played(&logs, &["max-5x"], &[]).unwrap();
    assert_eq!((f.requests, f.left_out.before), (1, 1));
}

/// The five-hour limits doubled on 6 May 2026: the same six dollars are stopped before and not
/// after, when the band is fixed by its share.
#[test]
fn rules_are_those_of_each_day() {
    let mut logs = Logs::default();
    for k in 0..30 {
        dollar(&mut logs, -190, k, "spring");
    }
    for k in 0..30 {
        dollar(&mut logs, -170, k, "summer");
    }
    let f = played(&logs, &["pro"], &["wallet.balance=100"]).unwrap();
    let days: Vec<f64> = f.plans[0].days.iter().map(|d| d.refused).collect();
    // 10 to 18 dollars before, 20 to 36 after.
    assert!(
        days[0] > 10.0 && days.get(1).is_none_or(|d| *d < 8.0),
        "{days:?}"
    );
    assert!(f.plans[0].assumed_reload.is_none());
    let on = f.plans[0].on.as_ref().unwrap();
    assert_eq!(on.card_usd.max, 0.0);
}
