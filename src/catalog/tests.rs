use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::*;
use crate::base::money::Money;

fn c() -> &'static Catalog {
    Catalog::embedded()
}

fn rates(model: &str, on: Date) -> Rates {
    c().price(model, on).unwrap_or_else(|e| panic!("{e}")).rates
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
