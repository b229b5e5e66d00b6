//! `[wallet.auto_reload]`: what is bought when the balance falls.

use rust_decimal::prelude::ToPrimitive;

use super::draws::Wanted;
use super::fields::{At, Fields};
use super::plan::Plan;
use super::problems::Problem;
use super::wallet::plain;
use crate::account::spec::{AutoReload, ReloadAmount};
use crate::base::law::Draw;
use crate::base::money::Money;
use crate::base::time::Span;

/// Reads the scenario's auto-reload.
pub(super) fn auto_reload(f: &Fields<'_>, plan: &Plan) -> Option<AutoReload> {
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
