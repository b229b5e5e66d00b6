//! Money that enters the wallet by itself or on a date: grants, purchases, bundles.

use super::calendar::Calendar;
use super::fields::Fields;
use super::format::CLIENTS;
use super::keys;
use super::plan::Plan;
use super::wallet::plain;
use crate::account::spec::{GrantSpec, Purchase};
use crate::base::money::Money;
use crate::base::time::Instant;

/// Most lots of money.
const GRANTS_MAX: usize = 32;

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

/// Reads the scenario's grants.
pub(super) fn grants(f: &Fields<'_>, calendar: &Calendar) -> (Vec<GrantSpec>, Vec<Vec<String>>) {
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

/// Reads the scenario's purchases.
pub(super) fn purchases(f: &Fields<'_>, plan: &Plan, calendar: &Calendar) -> Vec<Purchase> {
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
