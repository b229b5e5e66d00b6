//! The wallet: its switches, its money, its reloads.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::calendar::Calendar;
use super::draws::Wanted;
use super::fields::{Cx, Fields};
use super::grants;
use super::plan::Plan;
use super::reload;
use crate::account::spec::{Access, Funding, WalletSpec};
use crate::base::law::{Draw, lognormal_from_median_p90};
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::catalog::WalletKind;

/// Where months and days of spend limits begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boundary {
    Utc,
    Local,
    BillingDay,
}

/// The wallet and what belongs to it elsewhere.
pub(super) struct Wallet {
    pub spec: WalletSpec,
    /// Clients of each grant; empty = all.
    pub grant_clients: Vec<Vec<String>>,
    pub boundary: Boundary,
}

/// Reads `[wallet]`; without one, the plan's wallet with its switch off (on for a plan without
/// windows: there is nothing else that could pay).
pub(super) fn read(
    cx: &Cx,
    fields: Option<Fields<'_>>,
    plan: &Plan,
    calendar: &Calendar,
) -> Wallet {
    let Some(f) = fields else {
        return without(plan);
    };
    let (grants, grant_clients) = grants::grants(&f, calendar);
    let daily = f.money_or("daily_limit").map(|m| m.value);
    let spec = WalletSpec {
        access: access(&f, plan),
        funding: funding(&f, plan),
        label: f
            .text("label")
            .map_or_else(|| default_label(plan), |t| t.value.to_owned()),
        balance: f.money("balance").map_or(Money::ZERO, |m| m.value),
        grants,
        monthly_limit: limit(&f, "monthly_limit"),
        member_limit: limit(&f, "member_limit"),
        daily_limit: match daily {
            Some(limit) => {
                zero_limit(&f, "daily_limit", limit);
                limit
            }
            None => plan.entry.and_then(|e| e.wallet.daily_redemption_limit),
        },
        spent_before: f.money("spent").map_or(Money::ZERO, |m| m.value),
        auto_reload: reload::auto_reload(&f, plan),
        purchases: grants::purchases(&f, plan, calendar),
        tax_ppm: tax(&f),
        bought_life: match f.length("expires_after") {
            Some(l) => {
                if l.value.span() <= Span::ZERO {
                    f.bad(
                        l.at,
                        "money that expires at once",
                        "expected more than 0",
                        "",
                    );
                }
                Some(l.value.span())
            }
            None => bought_life(plan),
        },
        top_up_delay: f
            .draw_or("top_up_delay", Wanted::each().seconds(), top_up_delay())
            .unwrap_or_else(top_up_delay),
    };
    check(cx, &f, &spec, plan);
    let boundary = match f.choice("month").map(|c| c.value) {
        Some("local") => Boundary::Local,
        Some("billing-day") => Boundary::BillingDay,
        _ => Boundary::Utc,
    };
    Wallet {
        spec,
        grant_clients,
        boundary,
    }
}

fn without(plan: &Plan) -> Wallet {
    let access = match plan.wallet_kind() {
        WalletKind::None => Access::Impossible,
        WalletKind::Arrears if !plan.has_windows() => Access::On,
        _ if plan.has_windows() => Access::Off,
        _ => Access::On,
    };
    let funding = match plan.wallet_kind() {
        WalletKind::Arrears => Funding::Arrears,
        _ => Funding::Prepaid,
    };
    Wallet {
        spec: WalletSpec {
            access,
            funding,
            label: default_label(plan),
            balance: Money::ZERO,
            grants: Vec::new(),
            monthly_limit: None,
            member_limit: None,
            daily_limit: plan.entry.and_then(|e| e.wallet.daily_redemption_limit),
            spent_before: Money::ZERO,
            auto_reload: None,
            purchases: Vec::new(),
            tax_ppm: 0,
            bought_life: bought_life(plan),
            top_up_delay: top_up_delay(),
        },
        grant_clients: Vec::new(),
        boundary: Boundary::Utc,
    }
}

fn default_label(plan: &Plan) -> String {
    match plan.entry.map(|e| e.id.as_str()) {
        Some("api") => "API credits".into(),
        Some("enterprise-usage") => "Organisation pool".into(),
        Some(_) => "Extra usage".into(),
        None => "Wallet".into(),
    }
}

fn bought_life(plan: &Plan) -> Option<Span> {
    let months = plan.entry?.wallet.credit_expiry_months?;
    Some(Span::days(i64::from(months) * 365 / 12))
}

/// Seconds from a purchase by hand to money: mostly a minute, sometimes several.
fn top_up_delay() -> Draw {
    lognormal_from_median_p90(60.0, 420.0).map_or_else(|_| Draw::constant(60.0), Draw::of)
}

fn access(f: &Fields<'_>, plan: &Plan) -> Access {
    let enabled = f.flag("enabled");
    let word = f.choice("access");
    if let (Some(e), Some(w)) = (enabled, word)
        && e != (w.value == "on")
    {
        let what = format!("enabled = {e} contradicts access = \"{}\"", w.value);
        f.bad(w.at, what, "", "keep one of the two");
    }
    let wanted = match word.map(|w| w.value) {
        Some("off") => Access::Off,
        Some("organisation-off") => Access::OrganisationOff,
        Some("seat-tier-off") => Access::SeatTierOff,
        Some("member-off") => Access::MemberOff,
        Some(_) => Access::On,
        None if enabled == Some(false) => Access::Off,
        None => Access::On,
    };
    if plan.wallet_kind() == WalletKind::None {
        if wanted == Access::On {
            let at = if enabled.is_some() {
                f.place("enabled")
            } else {
                f.at
            };
            let what = format!("the plan {} has no wallet", plan.label);
            let help = "remove [wallet], or choose a plan with one: pro, max-5x, …";
            f.bad(at, what, "nothing can be bought on it", help);
        }
        return Access::Impossible;
    }
    wanted
}

fn funding(f: &Fields<'_>, plan: &Plan) -> Funding {
    match f.choice("funding").map(|c| c.value) {
        Some("arrears") => Funding::Arrears,
        Some(_) => Funding::Prepaid,
        None if plan.wallet_kind() == WalletKind::Arrears => Funding::Arrears,
        None => Funding::Prepaid,
    }
}

fn limit(f: &Fields<'_>, name: &'static str) -> Option<Money> {
    let limit = f.money_or(name).and_then(|m| m.value);
    zero_limit(f, name, limit);
    limit
}

fn zero_limit(f: &Fields<'_>, name: &'static str, limit: Option<Money>) {
    if limit == Some(Money::ZERO) {
        let help = format!(
            "to switch the wallet off: enabled = false; without limit: {name} = \"unlimited\""
        );
        f.bad(
            f.place(name),
            format!("{name} is 0"),
            "nothing could ever be charged",
            &help,
        );
    }
}

/// Tax in millionths.
fn tax(f: &Fields<'_>) -> i64 {
    let Some(tax) = f.share("tax") else {
        return 0;
    };
    let ppm = tax.value * Decimal::from(1_000_000);
    if !ppm.fract().is_zero() {
        f.bad(
            tax.at,
            "tax has too many decimals",
            "expected at most four of a per cent",
            "",
        );
    }
    ppm.to_i64().unwrap_or(0)
}

/// An amount as people type it: `25.00`.
pub(super) fn plain(m: Money) -> String {
    let d = m.to_decimal();
    if d.scale() <= 2 {
        format!("{d:.2}")
    } else {
        d.to_string()
    }
}

fn check(cx: &Cx, f: &Fields<'_>, spec: &WalletSpec, plan: &Plan) {
    let limits = plan.entry.map(|e| &e.wallet);
    if spec.funding == Funding::Arrears {
        for key in ["balance", "auto_reload", "purchase"] {
            let set = match key {
                "balance" => spec.balance > Money::ZERO,
                "auto_reload" => spec.auto_reload.is_some(),
                _ => !spec.purchases.is_empty(),
            };
            if set {
                let what = format!("{key} on a wallet that is invoiced in arrears");
                f.bad(
                    f.place(key),
                    what,
                    "there is no balance to fill",
                    "remove it, or set funding = \"prepaid\"",
                );
            }
        }
    }
    if let Some(least) = limits.and_then(|l| l.min_purchase) {
        for p in spec.purchases.iter().filter(|p| p.pay < least) {
            cx.warn(format!(
                "A purchase of {} is below the vendor's least of {}.",
                p.pay, least
            ));
        }
    }
    if let (Some(month), spent) = (spec.monthly_limit, spec.spent_before)
        && spent >= month
        && spent > Money::ZERO
    {
        cx.warn("The monthly limit is already reached at the start.".to_owned());
    }
    let empty = spec.balance == Money::ZERO
        && spec.grants.is_empty()
        && spec.purchases.is_empty()
        && spec.auto_reload.is_none();
    if spec.access == Access::On && spec.funding == Funding::Prepaid && empty {
        cx.warn("The wallet is on but has no money and no auto-reload: it never pays.".to_owned());
    }
}

/// Where months of spend limits begin, inside the horizon.
pub(super) fn month_starts(wallet: &Wallet, calendar: &Calendar, billing_day: i8) -> Vec<Instant> {
    match wallet.boundary {
        Boundary::Utc => calendar.utc(false),
        Boundary::Local => calendar.monthly(1),
        Boundary::BillingDay => calendar.monthly(billing_day),
    }
}

/// Where days of the daily limit begin, inside the horizon; none without such a limit.
pub(super) fn day_starts(wallet: &Wallet, calendar: &Calendar) -> Vec<Instant> {
    match (wallet.spec.daily_limit, wallet.boundary) {
        (None, _) => Vec::new(),
        (Some(_), Boundary::Utc) => calendar.utc(true),
        (Some(_), _) => calendar.midnights(),
    }
}
