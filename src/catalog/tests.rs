use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::*;
use crate::base::money::Money;
use crate::base::time::Span;

fn c() -> &'static Catalog {
    Catalog::embedded()
}

fn rates(model: &str, on: Date) -> Rates {
    c().price(model, on).unwrap_or_else(|e| panic!("{e}")).rates
}

/// Ends of a window's size in dollars.
fn band(plan: &str, window: &str, on: Date) -> (Money, Money) {
    let plan = c().plan(plan, on).unwrap_or_else(|e| panic!("{e}"));
    match plan.window(window).map(|w| &w.size) {
        Some(Size::Usd { low, high }) => (*low, *high),
        other => panic!("{window}: {other:?}"),
    }
}

fn suggestion(e: LookupError) -> Option<String> {
    match e {
        LookupError::Unknown { suggestion, .. } => suggestion,
        other => panic!("{other}"),
    }
}

#[test]
fn embedded_tables_are_sound() {
    assert!(c().models().len() >= 22);
    assert_eq!(
        c().plan_ids().collect::<Vec<_>>(),
        [
            "free",
            "pro",
            "max-5x",
            "max-20x",
            "team-standard",
            "team-premium",
            "enterprise-seat",
            "enterprise-seat-premium",
            "enterprise-usage",
            "api"
        ]
    );
}

#[test]
fn prices_of_the_published_table() {
    let on = date(2026, 11, 20);
    let usd = |s: &str| Decimal::from_str_exact(s).unwrap();
    for (model, want) in [
        ("fable-5.1", ["10", "12.50", "20", "0.25", "50"]),
        ("fable-5", ["10", "12.50", "20", "1", "50"]),
        ("opus-5.5", ["4", "5", "8", "0.20", "20"]),
        ("opus-4.5", ["5", "6.25", "10", "0.50", "25"]),
        ("sonnet-5.5", ["2", "2.50", "4", "0.10", "10"]),
        ("sonnet-4.6", ["3", "3.75", "6", "0.30", "15"]),
        ("haiku-5.5", ["0.10", "0.125", "0.20", "0.01", "0.50"]),
        ("haiku-4.5", ["1", "1.25", "2", "0.10", "5"]),
    ] {
        assert_eq!(rates(model, on).usd_per_million(), want.map(usd), "{model}");
    }
    assert_eq!(
        rates("opus-3", date(2025, 1, 1)),
        rates("opus-4.1", date(2025, 9, 1))
    );
    assert_eq!(rates("haiku-3", date(2025, 1, 1)).write_5m, 300_000);
}

#[test]
fn days_pick_the_price() {
    assert_eq!(rates("sonnet-5.5", date(2026, 10, 6)).read, 200_000);
    assert_eq!(rates("sonnet-5.5", date(2026, 10, 7)).read, 100_000);
    let sonnet_5 = rates("sonnet-5", date(2026, 9, 2));
    assert_eq!((sonnet_5.input, sonnet_5.output), (2_000_000, 10_000_000));
    assert_eq!(
        c().price("opus-4", date(2026, 6, 15)),
        Err(LookupError::Retired {
            subject: Subject::Model,
            name: "opus-4".into(),
            until: date(2026, 6, 15)
        })
    );
    assert!(c().price("opus-4", date(2026, 6, 14)).is_ok());
    assert_eq!(
        c().price("opus-5.5", date(2026, 9, 21)),
        Err(LookupError::NotYet {
            subject: Subject::Model,
            name: "opus-5.5".into(),
            from: date(2026, 9, 22)
        })
    );
}

#[test]
fn fast_mode_comes_and_goes() {
    let fast = |m: &str, on: Date| {
        c().price(m, on)
            .unwrap()
            .fast
            .map(|r| (r.input, r.read, r.output))
    };
    assert_eq!(
        fast("opus-4.7", date(2026, 7, 23)),
        Some((30_000_000, 3_000_000, 150_000_000))
    );
    assert_eq!(fast("opus-4.7", date(2026, 7, 24)), None);
    assert_eq!(
        fast("opus-5.5", date(2026, 9, 22)),
        Some((8_000_000, 400_000, 40_000_000))
    );
    assert_eq!(fast("sonnet-5.5", date(2026, 10, 1)), None);
}

#[test]
fn long_prompts_change_the_whole_price() {
    let haiku = c().price("haiku-5.5", date(2026, 10, 7)).unwrap();
    assert_eq!(haiku.rates_for(100_000).input, 100_000);
    assert_eq!(haiku.rates_for(100_001).input, 500_000);
    assert_eq!(haiku.rates_for(100_001).write_5m, 625_000);
    let sonnet = c().price("sonnet-4.5", date(2026, 3, 1)).unwrap();
    assert_eq!(sonnet.rates_for(200_001).output, 22_500_000);
    assert_eq!(sonnet.rates_for(200_001).write_1h, 12_000_000);
}

/// Nothing is ever rounded: every price times every combination of multipliers is whole.
#[test]
fn every_multiple_is_whole() {
    for p in c().models().iter().flat_map(|m| &m.prices) {
        let one = Decimal::ONE;
        for r in [Some(p.rates), p.above.map(|a| a.rates), p.fast]
            .into_iter()
            .flatten()
        {
            for batch in [one, p.batch_factor] {
                for region in [one, p.us_only_factor.unwrap_or(one)] {
                    assert!(
                        r.scaled(batch * region).is_some(),
                        "{} from {}",
                        p.model,
                        p.from
                    );
                }
            }
        }
    }
    assert_eq!(
        Rates {
            input: 1,
            ..Rates::default()
        }
        .scaled(Decimal::new(5, 1)),
        None
    );
    assert_eq!(
        Rates {
            input: i64::MAX,
            ..Rates::default()
        }
        .scaled(Decimal::TWO),
        None
    );
    assert_eq!(
        Rates {
            input: 1,
            ..Rates::default()
        }
        .scaled(-Decimal::ONE),
        None
    );
}

#[test]
fn regional_prices_only_where_offered() {
    let has = |m: &str, on| c().price(m, on).unwrap().us_only_factor.is_some();
    assert!(has("opus-4.6", date(2026, 3, 1)) && has("sonnet-4.6", date(2026, 3, 1)));
    assert!(!has("opus-4.5", date(2026, 3, 1)) && !has("haiku-4.5", date(2026, 3, 1)));
    assert_eq!(c().modifiers().web_search, Money::cents(1));
}

#[test]
fn one_tokenizer_counts_alike() {
    for p in c().models().iter().flat_map(|m| &m.prices) {
        let t = &p.tokenizer;
        let first = c().model(&p.model).unwrap().life().unwrap().from;
        let later = first >= date(2026, 4, 16);
        assert_eq!(t.factor > Decimal::ONE, later, "{}", p.model);
        assert!(t.low <= t.factor && t.factor <= t.high);
    }
}

#[test]
fn unknown_names_are_errors_with_a_hint() {
    let on = date(2026, 11, 20);
    for name in [
        "opus-5,5",
        "Opus 5.5",
        "claude-opus-5.5",
        "claude-opus-5-5",
        "opus_5_5",
        "OPUS-5.5",
        "opsu-5.5",
    ] {
        assert_eq!(
            suggestion(c().price(name, on).unwrap_err()).as_deref(),
            Some("opus-5.5"),
            "{name}"
        );
    }
    assert_eq!(
        suggestion(c().price("opus", on).unwrap_err()).as_deref(),
        Some("opus-5.5")
    );
    assert_eq!(
        suggestion(c().price("sonnet", on).unwrap_err()).as_deref(),
        Some("sonnet-5.5")
    );
    for name in ["", "gpt-6", "...", "claude", "☃"] {
        assert_eq!(suggestion(c().price(name, on).unwrap_err()), None, "{name}");
    }
    for (name, want) in [
        ("Max 5x", "max-5x"),
        ("max20x", "max-20x"),
        ("team_standard", "team-standard"),
    ] {
        assert_eq!(
            suggestion(c().plan(name, on).unwrap_err()).as_deref(),
            Some(want)
        );
    }
    let words = c().price("opus-5,5", on).unwrap_err().to_string();
    assert!(
        words.starts_with(
            "unknown model \"opus-5,5\": did you mean \"opus-5.5\"? (known: fable-5.1, "
        ),
        "{words}"
    );
}

#[test]
fn log_names_resolve_by_rule() {
    let id = |name: &str| c().resolve(name).map(|a| (a.model.id.as_str(), a.regional));
    for (name, want) in [
        ("opus-4.5", "opus-4.5"),
        ("claude-opus-4-5-20251101", "opus-4.5"),
        ("claude-opus-4-20250514", "opus-4"),
        ("claude-opus-4-0", "opus-4"),
        ("claude-3-7-sonnet-latest", "sonnet-3.7"),
        ("claude-haiku-4-5@20251001", "haiku-4.5"),
        ("claude-sonnet-4-6[1m]", "sonnet-4.6"),
        ("anthropic/claude-opus-4.5", "opus-4.5"),
        (
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            "haiku-4.5",
        ),
    ] {
        assert_eq!(id(name), Some((want, false)), "{name}");
    }
    assert_eq!(id("us.anthropic.claude-opus-4-8"), Some(("opus-4.8", true)));
    for name in [
        "claude-opus-6",
        "claude-opus-4-5-2025",
        "claude-opus-5.5",
        "<synthetic>",
        "",
        "claude-opus",
        "-v1:0",
    ] {
        assert_eq!(id(name), None, "{name}");
    }
}

#[test]
fn everything_has_a_public_source() {
    for p in c().models().iter().flat_map(|m| &m.prices) {
        assert!(p.source.starts_with("https://"), "{}", p.model);
        assert!(p.tokenizer.source.starts_with("https://"), "{}", p.model);
    }
    for p in c().plans.iter().flatten() {
        assert!(
            !p.sources.is_empty() && p.sources.iter().all(|s| s.starts_with("https://")),
            "{}",
            p.id
        );
        assert!(
            p.windows
                .iter()
                .all(|w| !w.note.is_empty() && w.source.starts_with("https://")),
            "{}",
            p.id
        );
    }
}

#[test]
fn every_plan_says_what_it_has() {
    for entries in &c().plans {
        for pair in entries.windows(2) {
            assert_eq!(pair[0].until, Some(pair[1].from), "{}", pair[0].id);
        }
        for p in entries {
            assert!(p.fee.monthly.is_some() || p.fee.note.is_some(), "{}", p.id);
            let paid_only = ["enterprise-usage", "api"].contains(&p.id.as_str());
            assert_eq!(p.windows.is_empty(), paid_only, "{}", p.id);
            assert_eq!(p.cache_ttl.plan.is_none(), paid_only, "{}", p.id);
            assert_eq!(
                p.wallet.kind == WalletKind::None,
                p.id == "free",
                "{}",
                p.id
            );
            assert!(
                p.windows.iter().all(|w| w.per_seat == p.per_seat),
                "{}",
                p.id
            );
        }
    }
}

#[test]
fn five_hours_doubled_on_the_right_day() {
    for plan in [
        "pro",
        "max-5x",
        "max-20x",
        "team-standard",
        "team-premium",
        "enterprise-seat",
    ] {
        let (before, after) = (date(2026, 5, 5), date(2026, 5, 6));
        let (old, new) = (band(plan, "session", before), band(plan, "session", after));
        assert_eq!((2 * old.0.0, 2 * old.1.0), (new.0.0, new.1.0), "{plan}");
        assert_eq!(
            band(plan, "week", before),
            band(plan, "week", after),
            "{plan}"
        );
        let promoted = band(plan, "week", date(2026, 8, 19));
        let week = band(plan, "week", after);
        assert_eq!(
            (3 * week.0.0, 3 * week.1.0),
            (2 * promoted.0.0, 2 * promoted.1.0),
            "{plan}"
        );
        assert!(
            band(plan, "week", date(2026, 8, 20)).0 < promoted.0,
            "{plan}"
        );
    }
    assert_eq!(
        band("free", "session", date(2026, 5, 5)),
        band("free", "session", date(2026, 5, 6))
    );
}

#[test]
fn sizes_keep_the_measured_proportions() {
    let april = date(2026, 4, 1);
    assert_eq!(
        band("max-20x", "session", april),
        (Money::usd(200), Money::usd(363))
    );
    assert_eq!(
        band("max-20x", "week", april),
        (Money::usd(1300), Money::usd(1900))
    );
    let (low, high) = band("max-5x", "week", april);
    assert!(low <= Money::usd(523) && high >= Money::usd(550));
    for p in c().plans.iter().flatten() {
        if p.window("week").is_some() {
            let mid = |w: &str| {
                let (low, high) = band(&p.id, w, p.from);
                (low.to_f64() * high.to_f64()).sqrt()
            };
            let ratio = mid("week") / mid("session");
            assert!(
                (2.5..13.0).contains(&ratio),
                "{} from {}: {ratio}",
                p.id,
                p.from
            );
        }
    }
}

#[test]
fn model_windows_and_credit_only_models() {
    let on = date(2026, 11, 20);
    let max = c().plan("max-5x", on).unwrap();
    let fable = max.window("week-fable").unwrap();
    assert_eq!(
        fable.size,
        Size::ShareOf {
            window: "week".into(),
            share: Decimal::new(5, 1)
        }
    );
    assert!(fable.scope.covers("mythos-5.1", "fable") && !fable.scope.covers("opus-5.5", "opus"));
    assert_eq!(fable.provenance, Provenance::Official);
    assert!(max.needs_credits("fable-5.1", "fable", 1_000).is_none());
    let pro = c().plan("pro", on).unwrap();
    assert!(pro.window("week-fable").is_none());
    assert!(pro.needs_credits("fable-5.1", "fable", 1_000).is_some());
    assert!(pro.needs_credits("sonnet-4.6", "sonnet", 200_000).is_none());
    assert!(pro.needs_credits("sonnet-4.6", "sonnet", 200_001).is_some());
    assert!(pro.needs_credits("opus-5.5", "opus", 500_000).is_none());
    let earlier = c().plan("max-5x", date(2025, 10, 1)).unwrap();
    assert!(earlier.window("week-opus").is_some() && earlier.window("week-fable").is_none());
}

#[test]
fn session_and_week_open_as_observed() {
    let max = c().plan("max-20x", date(2026, 11, 20)).unwrap();
    let session = max.window("session").unwrap();
    assert_eq!(
        session.opens,
        Opens::FirstRequest {
            round: Span::minutes(10)
        }
    );
    assert_eq!(session.length, Span::hours(5));
    assert_eq!(session.label, "5-hour window");
    let week = max.window("week").unwrap();
    assert_eq!((week.opens, week.length), (Opens::Fixed, Span::days(7)));
}

#[test]
fn wallets_follow_the_help_pages() {
    let on = date(2026, 11, 20);
    let pro = c().plan("pro", on).unwrap();
    let w = &pro.wallet;
    assert_eq!(w.kind, WalletKind::Prepaid);
    assert_eq!(w.suggested_monthly_limit, Some(Money::usd(150)));
    assert_eq!(w.daily_redemption_limit, Some(Money::usd(2000)));
    assert_eq!(w.min_purchase, Some(Money::usd(5)));
    let reload = w.auto_reload.unwrap();
    assert_eq!(
        (reload.threshold, reload.reload_to, reload.min_gap),
        (Money::usd(5), Money::usd(15), Money::usd(10))
    );
    assert_eq!(w.bundles.len(), 3);
    assert_eq!(w.bundle_monthly_cap, Some(Money::usd(2000)));
    assert!(
        c().plan("pro", date(2026, 5, 17))
            .unwrap()
            .wallet
            .bundles
            .is_empty()
    );
    assert_eq!(
        c().plan("team-premium", on)
            .unwrap()
            .wallet
            .bundle_monthly_cap,
        Some(Money::usd(3000))
    );
    assert_eq!(
        c().plan("enterprise-seat", on).unwrap().wallet.kind,
        WalletKind::Arrears
    );
    assert_eq!(
        c().plan("api", on).unwrap().wallet.credit_expiry_months,
        Some(12)
    );
    assert_eq!(pro.cache_ttl.plan, Some(Span::hours(1)));
    assert_eq!(pro.cache_ttl.credits, Span::minutes(5));
    assert_eq!(
        c().plan("team-standard", date(2026, 3, 1)).unwrap().seats,
        (5, None)
    );
    assert_eq!(c().plan("team-standard", on).unwrap().seats, (2, Some(150)));
}

#[test]
fn lists_for_a_day() {
    let on = date(2026, 11, 20);
    let ids: Vec<_> = c()
        .prices_on(on)
        .iter()
        .map(|(m, _)| m.id.as_str())
        .collect();
    assert!(ids.contains(&"haiku-5.5") && !ids.contains(&"opus-4.1"));
    assert_eq!(c().plans_on(on).len(), 10);
    assert!(c().plans_on(date(2020, 1, 1)).is_empty());
}

/// Every slip that an editor of the tables can make is refused and named.
#[test]
fn spoilt_tables_are_refused() {
    for (from, to, part) in [
        (
            "input          = \"10\"",
            "input          = \"10.0000001\"",
            "not whole",
        ),
        (
            "input          = \"10\"",
            "input          = \"-10\"",
            "negative",
        ),
        ("input          = \"10\"", "input          = \"ten\"", "ten"),
        (
            "cache_read     = \"0.25\"",
            "cache_read     = \"1\"",
            "holds although",
        ),
        (
            "cache_write_5m = \"12.5\"",
            "cache_write_5m = \"12.25\"",
            "is broken",
        ),
        (
            "until          = 2026-10-07",
            "until          = 2026-10-08",
            "overlap",
        ),
        ("factor = \"2\"", "factor = \"3\"", "fast mode"),
        (
            "tokenizer      = \"claude-4.7\"",
            "tokenizer      = \"other\"",
            "other",
        ),
        (
            "id             = \"opus-5\"",
            "id             = \"opus-5.5\"",
            "taken",
        ),
        (
            "family         = \"opus\"",
            "familie        = \"opus\"",
            "familie",
        ),
        (
            "source         = \"pricing\"",
            "source         = \"hearsay\"",
            "hearsay",
        ),
        ("2026-09-01", "2026-09-01T00:00:00", "not a plain day"),
    ] {
        let spoilt = PRICES.replacen(from, to, 1);
        assert_ne!(spoilt, PRICES, "{from}");
        let e = Catalog::parse(&spoilt, PLANS).expect_err(to);
        assert!(e.0.contains(part), "{to}: {e}");
    }
    for (from, to, part) in [
        (
            "until         = 2025-11-24",
            "until         = 2025-11-25",
            "two sizes",
        ),
        (
            "low           = \"200\"",
            "low           = \"400\"",
            "low <= high",
        ),
        (
            "share_of      = \"week\"",
            "share_of      = \"month\"",
            "share of nothing",
        ),
        (
            "families      = [\"opus\"]",
            "families      = [\"opos\"]",
            "opos",
        ),
        (
            "until = 2026-05-18, id = \"consumer-2025\"",
            "until = 2026-05-19, id = \"consumer-2025\"",
            "more than one",
        ),
        (
            "{ from = 2025-07-01, monthly = \"20\"",
            "{ from = 2025-07-02, monthly = \"20\"",
            "has no fee",
        ),
        ("id = \"consumer\" }", "id = \"nobody\" }", "nobody"),
        ("reload_to = \"15\"", "reload_to = \"14\"", "min_gap"),
        ("round_minutes = 10\n", "", "round_minutes"),
    ] {
        let spoilt = PLANS.replacen(from, to, 1);
        assert_ne!(spoilt, PLANS, "{from}");
        let e = Catalog::parse(PRICES, &spoilt).expect_err(to);
        assert!(e.0.contains(part), "{to}: {e}");
    }
}
