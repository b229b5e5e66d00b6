use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::*;
use crate::base::money::Money;
use crate::base::time::Span;

fn c() -> &'static Catalog {
    Catalog::embedded()
}

/// Ends of a window's size in dollars.
fn band(plan: &str, window: &str, on: Date) -> (Money, Money) {
    let plan = c().plan(plan, on).unwrap_or_else(|e| panic!("{e}"));
    match plan.window(window).map(|w| &w.size) {
        Some(Size::Usd { low, high }) => (*low, *high),
        other => panic!("{window}: {other:?}"),
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
