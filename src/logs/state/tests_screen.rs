//! Screens as people copy them, with made-up numbers.

use super::*;
use crate::base::zones;

fn ms(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().unwrap();
    Instant(at.as_millisecond())
}

fn read(text: &str) -> AccountState {
    let context = Context {
        at: ms("2026-11-20T14:00:00Z"),
        zone: zones::zone("America/Chicago").unwrap(),
    };
    state("usage.txt", text, &context).unwrap()
}

fn short(state: &AccountState) -> Vec<(String, f64, Option<Instant>)> {
    let windows = state.windows.iter();
    windows
        .map(|w| (w.kind.to_string(), w.percent, w.resets))
        .collect()
}

fn expected(list: &[(&str, f64, Option<&str>)]) -> Vec<(String, f64, Option<Instant>)> {
    let list = list.iter();
    list.map(|(kind, percent, at)| ((*kind).to_owned(), *percent, at.map(ms)))
        .collect()
}

#[test]
fn the_terminal() {
    let state = read(
        "\x1b[1mSettings:   Status    Config   [Usage]\x1b[0m\n\n\
         Current session\n\x1b[38;5;4m████████░░░░░░░░\x1b[39m  37% used\n\
         Resets 2pm (America/Chicago)\n\n\
         Current week (all models)\n█████░░░░░  61% used\nResets Nov 24 at 9am (America/Chicago)\n\n\
         Current week (Sonnet only)\n░░░░░░░░░░  0% used\n\n\
         Extra usage\n███░░░░░░░░  25% used\n$12.34 / $1,050.00 spent · Resets Dec 1 (America/Chicago)\n",
    );
    assert_eq!(
        short(&state),
        expected(&[
            ("the session", 37.0, Some("2026-11-20T20:00:00Z")),
            ("the week", 61.0, Some("2026-11-24T15:00:00Z")),
            ("the week of Sonnet", 0.0, None),
        ])
    );
    let wallet = state.wallet.unwrap();
    assert_eq!(wallet.enabled, Some(true));
    assert_eq!(wallet.spent, Some(Money::cents(1234)));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::usd(1050)))
    );
    assert_eq!(wallet.balance, None);
}

#[test]
fn the_printed_answer_and_lines_run_together() {
    let state = read(
        "You are currently using your subscription to power your Claude Code usage\n\
         Current session: 22% used · resets Nov 20, 10:40am (America/New_York)\n\
         Current week (all models): 45% used · resets Nov 26, 8pm (UTC)\n",
    );
    let windows = expected(&[
        ("the session", 22.0, Some("2026-11-20T15:40:00Z")),
        ("the week", 45.0, Some("2026-11-26T20:00:00Z")),
    ]);
    assert_eq!(short(&state), windows);
    let state = read(
        "Current session ██ 22% used Resets 10:40am (America/New_York) Current week (all models) \
         ██████▌ 45% used Resets Nov 26 at 8pm (UTC) Usage credits are off · /usage-credits to turn \
         them on",
    );
    assert_eq!(short(&state), windows);
    assert_eq!(state.wallet.unwrap().enabled, Some(false));
}

#[test]
fn percent_left_is_turned_round() {
    let state = read("Current session\n 99% left\n\nCurrent week (all models)\n 70 % remaining\n");
    assert_eq!(
        short(&state),
        expected(&[("the session", 1.0, None), ("the week", 30.0, None)])
    );
}

#[test]
fn the_web_page() {
    let state = read(
        "Plan usage limits\nMax (5x)\nCurrent session\nResets in 3 hr 42 min\n37% used\n\
         Weekly limits\nLearn more about usage limits\n\
         All models\nResets Tue 6:59 AM\n61% used\nFable\nResets Tue 6:59 AM\n12% used\n\
         Last updated: less than a minute ago\n\
         Extra usage\nTurn on extra usage to keep using Claude if you hit a limit. Learn more\n\
         $12.34 spent\nResets Dec 1\n25% used\n$50\nMonthly spend limit\nAdjust limit\n\
         $8.10\nCurrent balance · Auto-reload off\nBuy extra usage\n",
    );
    assert_eq!(
        short(&state),
        expected(&[
            ("the session", 37.0, Some("2026-11-20T17:42:00Z")),
            ("the week", 61.0, Some("2026-11-24T12:59:00Z")),
            ("the week of Fable", 12.0, Some("2026-11-24T12:59:00Z")),
        ])
    );
    assert_eq!(state.plan.as_deref(), Some("max-5x"));
    let wallet = state.wallet.unwrap();
    assert_eq!(wallet.spent, Some(Money::cents(1234)));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::usd(50)))
    );
    assert_eq!(wallet.balance, Some(Money::cents(810)));
    assert_eq!(wallet.auto_reload, Some(Reload::Off));
}

#[test]
fn pounds_are_left_out() {
    let state = read("Usage credits\n£12.50 spent\nResets Dec 1\n75% used\n");
    let wallet = state.wallet.unwrap();
    assert_eq!((wallet.enabled, wallet.spent), (Some(true), None));
    assert!(state.warnings[0].contains("GBP"));
    let canadian = read("Usage credits\nCA$12.50 spent\n75% used\n");
    assert!(canadian.warnings[0].contains("CAD"));
}

#[test]
fn a_time_that_is_not_understood_is_said() {
    let state = read("Current session\n37% used\nResets at 25 o'clock\n");
    assert_eq!(state.windows[0].resets, None);
    assert!(state.warnings[0].contains("25 o'clock"));
}
