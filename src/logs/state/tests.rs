//! Every form with made-up numbers, and what each says when it is wrong.

use super::*;
use crate::base::zones;

const AT: &str = "2026-11-20T14:00:00Z";

fn ms(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().unwrap();
    Instant(at.as_millisecond())
}

fn read(text: &str) -> Result<AccountState, Problems> {
    let context = Context {
        at: ms(AT),
        zone: zones::zone("Europe/Berlin").unwrap(),
    };
    state("state.json", text, &context)
}

fn window(kind: WindowKind, percent: f64, resets: Option<&str>) -> WindowState {
    WindowState {
        kind,
        percent,
        whole: percent.fract() == 0.0,
        resets: resets.map(ms),
    }
}

fn usd(cents: i64) -> Option<Money> {
    Some(Money::cents(cents))
}

fn fable() -> WindowKind {
    WindowKind::WeekModel("Fable".into())
}

const USAGE: &str = r#"{
  "five_hour": {"utilization": 37.0, "resets_at": "2026-11-20T14:09:59.613021+00:00"},
  "seven_day": {"utilization": 61.5, "resets_at": "2026-11-24T06:59:59.613044+00:00"},
  "seven_day_opus": null, "seven_day_sonnet": null, "some_future_code_name": null,
  "extra_usage": {"is_enabled": true, "monthly_limit": 5000, "used_credits": 1234.0,
    "utilization": 24.68, "currency": "USD", "decimal_places": 2, "disabled_reason": null},
  "limits": [
    {"kind": "session", "percent": 37, "severity": "normal",
     "resets_at": "2026-11-20T14:09:59.613021+00:00", "is_active": true},
    {"kind": "weekly_all", "percent": 61, "resets_at": "2026-11-24T06:59:59.613044+00:00"},
    {"kind": "weekly_scoped", "percent": 12, "resets_at": "2026-11-24T06:59:59.613044+00:00",
     "scope": {"model": {"display_name": "Fable"}, "surface": null}}],
  "spend": {"enabled": true, "balance": null, "limit": {"amount_minor": 5000, "exponent": 2},
    "used": {"amount_minor": 1234, "exponent": 2, "currency": "USD"}, "auto_reload": null}
}"#;

#[test]
fn both_shapes_of_the_usage_answer() {
    let state = read(USAGE).unwrap();
    assert_eq!(
        state.windows,
        [
            window(WindowKind::Session, 37.0, Some("2026-11-20T14:10:00Z")),
            window(WindowKind::Week, 61.5, Some("2026-11-24T07:00:00Z")),
            window(fable(), 12.0, Some("2026-11-24T07:00:00Z")),
        ]
    );
    let wallet = state.wallet.unwrap();
    assert_eq!(wallet.enabled, Some(true));
    assert_eq!(wallet.spent, usd(1234));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::cents(5000)))
    );
    assert_eq!((wallet.balance, wallet.auto_reload), (None, None));
    assert_eq!((state.at, state.plan), (None, None));
    assert!(state.warnings.is_empty());
}

#[test]
fn the_cache_of_the_client_is_the_same_answer_in_a_wrapper() {
    let wrapped = format!(
        r#"{{"numStartups": 3, "oauthAccount": {{"emailAddress": "a@b.example"}},
            "cachedUsageUtilization": {{"fetchedAtMs": 1795183200000, "utilization": {USAGE}}}}}"#
    );
    let (plain, wrapped) = (read(USAGE).unwrap(), read(&wrapped).unwrap());
    assert_eq!(wrapped.at, Some(ms("2026-11-20T14:00:00Z")));
    assert_eq!(wrapped.windows, plain.windows);
    assert_eq!(wrapped.wallet, plain.wallet);
}

#[test]
fn null_is_unlimited_only_where_the_wallet_is_on() {
    let with = |enabled: &str| {
        let text = format!(
            r#"{{"extra_usage": {{"is_enabled": {enabled}, "monthly_limit": null,
                 "used_credits": null, "utilization": null}}}}"#
        );
        read(&text).unwrap().wallet.unwrap()
    };
    assert_eq!(with("true").monthly_limit, Some(SpendLimit::Unlimited));
    assert_eq!(with("false").monthly_limit, None);
    assert_eq!(with("true").spent, None);
}

#[test]
fn minor_units_follow_their_digits() {
    let spent = |text: &str| read(text).unwrap().wallet.unwrap().spent;
    let extra = |digits: u32| {
        format!(
            r#"{{"extra_usage": {{"is_enabled": true, "used_credits": 640, "decimal_places": {digits}}}}}"#
        )
    };
    assert_eq!(spent(&extra(3)), usd(64));
    assert_eq!(spent(&extra(2)), usd(640));
    assert_eq!(spent(&extra(0)), usd(64_000));
    let spend = r#"{"spend": {"used": {"amount_minor": 7, "exponent": 0}, "cap":
        {"credits": {"amount_minor": 2500, "exponent": 2}, "money": null}}}"#;
    let wallet = read(spend).unwrap().wallet.unwrap();
    assert_eq!(wallet.spent, usd(700));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::cents(2500)))
    );
}

#[test]
fn other_currencies_keep_the_percentages_and_lose_the_money() {
    let text = USAGE.replace("\"USD\"", "\"EUR\"").replace(
        "\"limit\": {\"amount_minor\": 5000, \"exponent\": 2}",
        "\"limit\": null",
    );
    let state = read(&text).unwrap();
    assert_eq!(state.windows.len(), 3);
    let wallet = state.wallet.unwrap();
    assert_eq!((wallet.enabled, wallet.spent), (Some(true), None));
    assert_eq!(state.warnings.len(), 1);
    assert!(state.warnings[0].contains("EUR"), "{:?}", state.warnings);
}

#[test]
fn prepaid_money_is_the_balance_without_its_promotions() {
    let text = r#"{"amount": 11344, "currency": "USD",
        "balance": {"money": {"amount_minor": 11344, "currency": "USD", "exponent": 2}},
        "auto_reload_settings": {"enabled": true, "threshold_in_minor_units": 500,
          "reload_to_in_minor_units": 1500},
        "tranches": [{"remaining_amount_minor_units": 590, "expires_at": "2027-03-27T00:00:00Z"},
          {"remaining_amount_minor_units": 70, "expires_at": null}],
        "promo_tranches": [
          {"remaining_amount_minor_units": 10000, "granted_amount_minor_units": 20000,
           "currency": "USD", "expires_at": "2026-12-19T00:00:00Z", "name": "Launch credit"},
          {"remaining_amount_minor_units": 0, "currency": "USD", "expires_at": null}]}"#;
    let wallet = read(text).unwrap().wallet.unwrap();
    assert_eq!(wallet.balance, usd(11344 - 10000 - 590));
    let grants = wallet.grants.unwrap();
    assert_eq!(
        grants,
        [
            Grant {
                label: "Launch credit".into(),
                left: Money::cents(10000),
                promotional: true,
                expires: Some(ms("2026-12-19T00:00:00Z")),
            },
            Grant {
                label: "Credit".into(),
                left: Money::cents(590),
                promotional: false,
                expires: Some(ms("2027-03-27T00:00:00Z")),
            },
        ]
    );
    assert_eq!(
        wallet.auto_reload,
        Some(Reload::On {
            threshold: usd(500),
            reload_to: usd(1500),
        })
    );
}

#[test]
fn an_account_that_never_had_credits() {
    let text = r#"{"amount": "none", "currency": "USD", "auto_reload_settings": null}"#;
    let wallet = read(text).unwrap().wallet.unwrap();
    assert_eq!(wallet.balance, None);
    assert_eq!(wallet.auto_reload, Some(Reload::Off));
}

#[test]
fn a_debt_is_a_balance() {
    let text = r#"{"amount": -1592, "currency": "USD", "promo_tranches": []}"#;
    assert_eq!(read(text).unwrap().wallet.unwrap().balance, usd(-1592));
}

#[test]
fn the_spend_limit() {
    let text = r#"{"is_enabled": true, "monthly_credit_limit": 15000, "used_credits": 1234,
        "currency": "USD", "out_of_credits": true, "disabled_until": null}"#;
    let wallet = read(text).unwrap().wallet.unwrap();
    assert_eq!(wallet.enabled, Some(true));
    assert_eq!(wallet.spent, usd(1234));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::usd(150)))
    );
    assert_eq!(wallet.balance, usd(0));
}

const STATUS: &str = r#"{"session_id": "s1", "model": {"id": "claude-opus-5-5"},
    "workspace": {"current_dir": "/home/me"}, "cost": {"total_cost_usd": 1.5},
    "rate_limits": {"five_hour": {"used_percentage": 23.5, "resets_at": 1795184400},
      "seven_day": {"used_percentage": 41, "resets_at": 1795420800}}}"#;

#[test]
fn the_status_line() {
    let state = read(STATUS).unwrap();
    assert_eq!(
        state.windows,
        [
            window(WindowKind::Session, 23.5, Some("2026-11-20T14:20:00Z")),
            window(WindowKind::Week, 41.0, Some("2026-11-23T08:00:00Z")),
        ]
    );
    assert_eq!(state.wallet, None);
}

#[test]
fn a_gateway_gives_dollars() {
    let text = r#"{"spend_limit": {"used_percentage": 10, "used_usd": 12.34, "limit_usd": 123.4,
        "period": "monthly", "resets_at": 1795184400}}"#;
    let wallet = read(text).unwrap().wallet.unwrap();
    assert_eq!(wallet.spent, usd(1234));
    assert_eq!(
        wallet.monthly_limit,
        Some(SpendLimit::Amount(Money::cents(12340)))
    );
}

#[test]
fn headers_hold_shares() {
    let lines = "< anthropic-ratelimit-unified-5h-utilization: 0.29\r\n\
        < anthropic-ratelimit-unified-5h-reset: 1795184400\r\n\
        < Anthropic-RateLimit-Unified-7d_oi-utilization: 0.07\r\n\
        < anthropic-ratelimit-unified-overage-status: rejected\r\n\
        < anthropic-ratelimit-unified-overage-disabled-reason: out_of_credits\r\n\
        < content-type: application/json\r\n";
    let object = r#"{"status": 200, "headers": {
        "anthropic-ratelimit-unified-5h-utilization": "0.29",
        "anthropic-ratelimit-unified-5h-reset": ["1795184400"],
        "anthropic-ratelimit-unified-7d_oi-utilization": 0.07,
        "anthropic-ratelimit-unified-overage-disabled-reason": "out_of_credits"}}"#;
    for text in [lines, object] {
        let state = read(text).unwrap();
        assert_eq!(
            state.windows,
            [
                window(WindowKind::Session, 29.0, Some("2026-11-20T14:20:00Z")),
                window(fable(), 7.0, None),
            ]
        );
        assert_eq!(state.wallet.unwrap().balance, usd(0));
    }
    let wrong = read("anthropic-ratelimit-unified-5h-utilization: 37\n").unwrap_err();
    assert!(wrong.to_string().contains("0.37 for 37 %"), "{wrong}");
}

#[test]
fn the_profile_names_the_plan() {
    let text = format!(
        r#"{{"usage": {USAGE}, "profile": {{"organization": {{"organization_type": "claude_max",
            "rate_limit_tier": "default_claude_max_5x", "has_extra_usage_enabled": true}}}}}}"#
    );
    let state = read(&text).unwrap();
    assert_eq!(state.plan.as_deref(), Some("max-5x"));
    assert_eq!(state.windows.len(), 3);
}

#[test]
fn later_forms_complete_earlier_ones() {
    let credits =
        r#"{"at": "2026-11-20T13:58:00Z", "amount": 810, "currency": "USD", "tranches": []}"#;
    let text = format!("{USAGE}\n{credits}\n{STATUS}");
    let state = read(&text).unwrap();
    assert_eq!(state.at, Some(ms("2026-11-20T13:58:00Z")));
    let percents: Vec<f64> = state.windows.iter().map(|w| w.percent).collect();
    assert_eq!(percents, [23.5, 41.0, 12.0]);
    let wallet = state.wallet.unwrap();
    assert_eq!((wallet.spent, wallet.balance), (usd(1234), usd(810)));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let text = r#"{"five_hour": {"utilization": 1795184400, "resets_at": "tomorrow"},
        "seven_day": {"utilization": 161},
        "extra_usage": {"is_enabled": "yes", "monthly_limit": "much", "decimal_places": 99}}"#;
    insta::assert_snapshot!(read(text).unwrap_err().to_string());
}

#[test]
fn shares_are_not_percentages() {
    let text = r#"{"rate_limits": {"five_hour": {"used_percentage": 0.37},
        "seven_day": {"used_percentage": 0.6}}}"#;
    insta::assert_snapshot!(read(text).unwrap_err().to_string());
    // A window that has just begun beside one that has not is no share.
    let fresh = text.replace("0.6", "6");
    assert_eq!(read(&fresh).unwrap().windows[0].percent, 0.37);
}

#[test]
fn what_is_no_state_says_what_would_be() {
    for (text, words) in [
        ("", "the file is empty"),
        ("hello", "not a state of an account"),
        ("{}", "not a state of an account"),
        ("[1, 2]", "not a state of an account"),
        ("{\"five_hour\": {\"utilization\": 37", "ends in the middle"),
        ("{\"five_hour\": }", "not JSON"),
        (
            r#"{"type": "error", "error": {"type": "x", "message": "token expired"}}"#,
            "token expired",
        ),
        (
            r#"{"model": {"id": "m"}, "workspace": {}}"#,
            "nothing is said about the account",
        ),
    ] {
        let problems = read(text).unwrap_err().to_string();
        assert!(problems.contains(words), "{text}: {problems}");
    }
}

#[test]
fn a_file_that_grows() {
    let line = |at: &str, session: f64, week: f64| {
        format!(
            r#"{{"at":"{at}","rate_limits":{{"five_hour":{{"used_percentage":{session},"resets_at":1795184400}},"seven_day":{{"used_percentage":{week}}}}}}}"#
        )
    };
    let text = [
        line("2026-11-20T12:00:00Z", 0.5, 0.0),
        line("2026-11-20T11:00:00Z", 10.0, 3.0),
        r#"{"at": 1795172400, "model": {}, "workspace": {}}"#.to_owned(),
        r#"{"at": "2026-11-20T13:00:00Z", "five_hour": {"utilization": 30}, "rate_li"#.to_owned(),
    ]
    .join("\n");
    let found = readings("log", &text).unwrap();
    let short: Vec<(Instant, &WindowKind, f64, bool)> = found
        .iter()
        .map(|r| (r.at, &r.kind, r.percent, r.whole))
        .collect();
    let (early, late) = (ms("2026-11-20T11:00:00Z"), ms("2026-11-20T12:00:00Z"));
    assert_eq!(
        short,
        [
            (early, &WindowKind::Session, 10.0, true),
            (early, &WindowKind::Week, 3.0, true),
            (late, &WindowKind::Session, 0.5, false),
            (late, &WindowKind::Week, 0.0, true),
        ]
    );
    assert_eq!(found[0].resets, Some(ms("2026-11-20T14:20:00Z")));
    // As the state of an account the latest line holds, wherever it stands.
    let state = read(&text).unwrap();
    assert_eq!(state.windows[0].percent, 0.5);
}

#[test]
fn lines_that_are_wrong_say_which() {
    let text = "{\"at\": \"2026-11-20T11:00:00Z\", \"five_hour\": {\"utilization\": 1}}\n\
        {\"five_hour\": {\"utilization\": 2}}\n\
        {\"at\": \"noon\", \"five_hour\": {\"utilization\": 300}}\n\
        {\"at\": nonsense}\n\
        {\"at\": \"2026-11-20T11:30:00Z\", \"five_hour\": {\"utilization\": 4}}\n";
    insta::assert_snapshot!(readings("log.jsonl", text).unwrap_err().to_string());
}

#[test]
fn the_history_of_the_desktop_app() {
    let text = r#"{"version": 2, "samples": [
        {"t": 1795172400000, "org": "o", "u": {"fh": 12, "sd": 37}},
        {"t": 1795172700000, "org": "o", "u": {"fh": 14, "sd": 38}}]}"#;
    let found = readings("plan-usage-history.json", text).unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[2].percent, 14.0);
    let state = read(text).unwrap();
    assert_eq!(state.at, Some(ms("2026-11-20T11:05:00Z")));
    assert_eq!(
        state.windows,
        [
            window(WindowKind::Session, 14.0, None),
            window(WindowKind::Week, 38.0, None),
        ]
    );
}
