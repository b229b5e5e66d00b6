//! The wallet: its switches, its money, its reloads.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::calendar::Calendar;
use super::draws::Wanted;
use super::fields::{At, Cx, Fields};
use super::format::CLIENTS;
use super::keys;
use super::plan::Plan;
use super::problems::Problem;
use crate::account::spec::{
    Access, AutoReload, Funding, GrantSpec, Purchase, ReloadAmount, WalletSpec,
};
use crate::base::law::{Draw, lognormal_from_median_p90};
use crate::base::money::Money;
use crate::base::time::{Instant, Span};
use crate::catalog::WalletKind;

/// Most lots of money.
const GRANTS_MAX: usize = 32;

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
    let (grants, grant_clients) = grants(&f, calendar);
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
        auto_reload: auto_reload(&f, plan),
        purchases: purchases(&f, plan, calendar),
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

fn auto_reload(f: &Fields<'_>, plan: &Plan) -> Option<AutoReload> {
    let r = f.sub_or_off("auto_reload")?;
    let threshold = r.money("threshold");
    if !r.has("threshold") {
        r.missing("threshold", "");
    }
    let (to, add) = (r.money("reload_to"), r.money("add"));
    let amount = match (to, add) {
        (Some(_), Some(add)) => {
            r.bad(
                add.at,
                "reload_to and add do not go together",
                "",
                "keep one of the two",
            );
            None
        }
        (Some(to), None) => Some(At {
            value: ReloadAmount::To(to.value),
            at: to.at,
        }),
        (None, Some(add)) => Some(At {
            value: ReloadAmount::Add(add.value),
            at: add.at,
        }),
        (None, None) => {
            if !r.has("reload_to") && !r.has("add") {
                r.missing("reload_to", "");
            }
            None
        }
    };
    let cap = r.money_or("cap");
    let delay = r.draw_or("delay", Wanted::each().seconds(), Draw::constant(60.0));
    let decline = r
        .share("decline")
        .map_or(0.0, |s| s.value.to_f64().unwrap_or(0.0));
    let retry = r.length("retry").map_or(Span::hours(1), |l| l.value.span());
    let off_after = r.count("off_after").map(|n| n.value as u32);
    let (threshold, amount) = (threshold?, amount?);
    check_reload(&r, threshold, amount, cap.and_then(|c| c.value), plan);
    Some(AutoReload {
        threshold: threshold.value,
        amount: amount.value,
        cap: cap.and_then(|c| c.value),
        delay: delay?,
        decline,
        retry,
        off_after,
    })
}

fn check_reload(
    r: &Fields<'_>,
    threshold: At<Money>,
    amount: At<ReloadAmount>,
    cap: Option<Money>,
    plan: &Plan,
) {
    let gap = plan
        .entry
        .and_then(|e| e.wallet.auto_reload)
        .map(|a| a.min_gap);
    let reload = match amount.value {
        ReloadAmount::To(to) if to <= threshold.value => {
            let least = Money(threshold.value.0 + gap.unwrap_or(Money::usd(1)).0);
            let margin = gap.map_or(String::new(), |g| {
                format!(" ({} above the threshold)", plain(g))
            });
            r.cx.report(
                Problem::new(
                    threshold.at,
                    format!(
                        "threshold {} is not below reload_to {}",
                        plain(threshold.value),
                        plain(to)
                    ),
                )
                .expected("a reload would not lift the balance over the threshold")
                .also(amount.at)
                .help(format!(
                    "raise reload_to to at least {}{margin} or lower the threshold",
                    plain(least)
                )),
            );
            return;
        }
        ReloadAmount::To(to) => Money(to.0 - threshold.value.0),
        ReloadAmount::Add(add) => add,
    };
    if reload == Money::ZERO {
        r.bad(amount.at, "a reload of nothing", "expected more than 0", "");
    }
    if let Some(gap) = gap
        && matches!(amount.value, ReloadAmount::To(_))
        && reload < gap
    {
        r.cx.warn(format!(
            "reload_to is {} above the threshold; the vendor's dialog asks for at least {}.",
            plain(reload),
            plain(gap)
        ));
    }
    if let Some(cap) = cap
        && cap < reload
    {
        let what = format!(
            "cap {} is smaller than one reload of {}",
            plain(cap),
            plain(reload)
        );
        let help = "raise the cap, or set auto_reload = false";
        r.bad(r.place("cap"), what, "no reload could ever happen", help);
    }
}

/// An amount as people type it: `25.00`.
fn plain(m: Money) -> String {
    let d = m.to_decimal();
    if d.scale() <= 2 {
        format!("{d:.2}")
    } else {
        d.to_string()
    }
}

fn clients(f: &Fields<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for (name, item) in f.texts("clients") {
        if name == "all" {
            return Vec::new();
        }
        if !CLIENTS.contains(&name) {
            let what = format!("unknown client \"{name}\"");
            f.bad(
                item.at,
                what,
                "",
                &keys::hint(name, CLIENTS.iter().copied()),
            );
        }
        all.push(name.to_owned());
    }
    all
}

fn grants(f: &Fields<'_>, calendar: &Calendar) -> (Vec<GrantSpec>, Vec<Vec<String>>) {
    let mut all = Vec::new();
    let mut eligible = Vec::new();
    let tables = f.subs("grant");
    if tables.len() > GRANTS_MAX {
        let what = format!("{} grants", tables.len());
        f.bad(
            f.place("grant"),
            what,
            &format!("at most {GRANTS_MAX} are possible"),
            "",
        );
    }
    for g in tables.iter().take(GRANTS_MAX) {
        let amount = g.money("amount");
        if !g.has("amount") {
            g.missing("amount", "");
        }
        if amount.is_some_and(|a| a.value == Money::ZERO) {
            g.bad(
                g.place("amount"),
                "a grant of nothing",
                "expected more than 0",
                "",
            );
        }
        let promotional = g.choice("kind").is_none_or(|c| c.value == "promotional");
        let starts = g.moment("starts").map(|m| (calendar.instant(m.value), m));
        let expires = g.moment("expires").map(|m| (calendar.instant(m.value), m));
        let begin = starts.and_then(|(t, _)| t).unwrap_or(calendar.start);
        if let Some((Some(end), m)) = expires
            && end <= begin.max(calendar.start)
        {
            let what = format!("the grant expires on {}, before it starts", m.value.date());
            let help = "remove the grant, or move its expires behind the start";
            g.bad(m.at, what, "it could never be spent", help);
        }
        let label = g.text("label").map_or_else(
            || {
                if promotional {
                    "Promotional credit".into()
                } else {
                    "Credit".into()
                }
            },
            |t| t.value.to_owned(),
        );
        eligible.push(clients(g));
        all.push(GrantSpec {
            label,
            amount: amount.map_or(Money::ZERO, |a| a.value),
            promotional,
            starts: starts.and_then(|(t, _)| t).filter(|t| *t > calendar.start),
            expires: expires.and_then(|(t, _)| t),
        });
    }
    (all, eligible)
}

fn purchases(f: &Fields<'_>, plan: &Plan, calendar: &Calendar) -> Vec<Purchase> {
    let mut all: Vec<Purchase> = f
        .subs("purchase")
        .iter()
        .filter_map(|p| {
            let at = p.moment("at");
            if !p.has("at") {
                p.missing("at", "");
            }
            let (pay, get) = payment(p, plan)?;
            let at = at?;
            let instant: Instant = calendar.instant(at.value)?;
            if !(calendar.start..calendar.end).contains(&instant) {
                let what = format!("the purchase of {} is outside the horizon", at.value.date());
                p.bad(at.at, what, "", "move it inside, or add it to the balance");
            }
            Some(Purchase {
                at: instant,
                pay,
                get,
            })
        })
        .collect();
    all.sort_by_key(|p| p.at);
    all
}

fn payment(p: &Fields<'_>, plan: &Plan) -> Option<(Money, Money)> {
    let (pay, get, bundle) = (p.money("pay"), p.money("get"), p.money("bundle"));
    if let Some(bundle) = bundle {
        if pay.is_some() || get.is_some() {
            let help = "keep bundle, or pay and get";
            p.bad(
                bundle.at,
                "bundle does not go together with pay and get",
                "",
                help,
            );
            return None;
        }
        return match find_bundle(plan, bundle.value) {
            Ok(found) => Some(found),
            Err(known) => {
                let what = format!("no bundle gives {}", plain(bundle.value));
                p.bad(bundle.at, what, &known, "write pay = … and get = … instead");
                None
            }
        };
    }
    if pay.is_none() && !p.has("pay") {
        p.missing("pay", "");
    }
    let pay = pay?.value;
    if pay == Money::ZERO {
        p.bad(
            p.place("pay"),
            "a purchase of nothing",
            "",
            "money for nothing is a [[wallet.grant]]",
        );
    }
    Some((pay, get.map_or(pay, |g| g.value)))
}

/// What a bundle of the plan costs and gives, by what it gives.
///
/// # Errors
/// The bundles that there are, in words.
pub(super) fn find_bundle(plan: &Plan, get: Money) -> Result<(Money, Money), String> {
    let bundles = plan.entry.map_or(&[][..], |e| &e.wallet.bundles);
    bundles
        .iter()
        .find(|b| b.get == get)
        .map(|b| (b.pay, b.get))
        .ok_or_else(|| {
            let all: Vec<String> = bundles.iter().map(|b| plain(b.get)).collect();
            if all.is_empty() {
                "this plan has no bundles".into()
            } else {
                format!("its bundles give {}", all.join(", "))
            }
        })
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
