//! What a status line is given: `rate_limits` with percentages and resets in seconds since 1970; behind
//! a gateway `spend_limit` in dollars. Both are left out before the first answer of a session, and for
//! accounts without a plan.

use super::fields::{Notes, Object};
use super::usage::kind;
use super::{Draft, Form, Reader, SpendLimit, WalletState};

pub const FORM: Form = Form {
    name: "status line",
    about: "what Claude Code gives a status line: rate_limits.five_hour.used_percentage, …",
    object: Some(Reader {
        applies: |o| {
            let limited = o.object("rate_limits").is_some_and(|r| {
                let below = r.below();
                below.iter().any(|w| w.has("used_percentage"))
            });
            let empty = o.has("model") && (o.has("workspace") || o.has("context_window"));
            limited || empty || o.has("spend_limit")
        },
        read,
    }),
    text: None,
};

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    if let Some(limits) = o.object("rate_limits") {
        for (key, value) in limits.map {
            let Some(window) = limits.object(key).filter(|_| value.is_object()) else {
                continue;
            };
            let resets = window.instant("resets_at", notes);
            if let Some(percent) = window.percent("used_percentage", notes) {
                draft.window(kind(key), percent, resets);
            }
        }
    }
    let Some(limit) = o.object("spend_limit") else {
        return;
    };
    match limit.text("period") {
        None | Some("monthly" | "month") => draft.pay(WalletState {
            spent: limit.dollars("used_usd", notes),
            monthly_limit: limit.dollars("limit_usd", notes).map(SpendLimit::Amount),
            ..WalletState::default()
        }),
        Some(period) => notes.warn(format!(
            "The state has a {period} spend limit; only monthly ones are simulated, so it is left out."
        )),
    }
}
