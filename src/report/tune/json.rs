//! The document of a search.

use std::io;

use serde_json::{Value, json};

use crate::account::spec::ReloadAmount;
use crate::analysis::tune::{Aim, Causes, Entry, Setting, Tuned, sentences};
use crate::base::money::Money;
use crate::stats::estimate::Estimate;

/// The version of the document.
const FORMAT: u32 = 1;

/// The document; `files` are the files of the folder.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn document(t: &Tuned, files: &[String]) -> io::Result<String> {
    let document = json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "scenario": {
            "name": t.about.name,
            "title": t.about.title,
            "hash": t.about.hash,
            "plan": t.about.plan,
            "timezone": t.about.timezone,
            "horizon": t.about.horizon,
        },
        "seed": t.seed,
        "fresh_seed": t.fresh_seed,
        "trials": t.trials,
        "most_trials": t.most_trials,
        "partial": t.partial,
        "accept": t.accept.as_ref().map(ToString::to_string),
        "accept_is_usual": t.accept_is_usual,
        "minimise": aim(&t.aim),
        "delta": t.delta,
        "sentences": sentences(t),
        "recommended": t.recommended().map(|e| setting(e.candidate.setting.as_ref())),
        "settings": t.entries.iter().map(entry).collect::<Vec<_>>(),
        "causes": t.causes.as_ref().map(causes),
        "needed_p99_usd": t.needed.to_f64(),
        "warnings": t.about.warnings,
        "files": files,
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn aim(aim: &Aim) -> Value {
    match aim {
        Aim::Metric(metric) => json!(metric.to_string()),
        Aim::Dollars(p) => json!({
            "charges": p.charges,
            "idle_rate": p.idle_rate,
            "reload_fee_usd": decimal(p.reload_fee),
            "stopped_hour_usd": decimal(p.stopped_hour),
            "blocked_request_usd": decimal(p.blocked_request),
        }),
    }
}

/// An exact amount as decimal text.
fn decimal(amount: Money) -> String {
    amount.to_decimal().to_string()
}

fn setting(s: Option<&Setting>) -> Value {
    let Some(s) = s else {
        return Value::Null;
    };
    let (to, add) = match s.amount {
        ReloadAmount::To(to) => (Some(decimal(to)), None),
        ReloadAmount::Add(add) => (None, Some(decimal(add))),
    };
    json!({
        "threshold_usd": decimal(s.threshold),
        "reload_to_usd": to,
        "add_usd": add,
        "cap_usd": s.cap.map(decimal),
        "monthly_limit_usd": s.monthly_limit.map(decimal),
    })
}

fn entry(e: &Entry) -> Value {
    json!({
        "setting": setting(e.candidate.setting.as_ref()),
        "listed": e.candidate.origin.listed,
        "today": e.candidate.origin.today,
        "published": e.candidate.origin.published.as_ref().map(|p| &p.0),
        "standing": e.standing.name(),
        "requirement": e.state.name(),
        "searched_trials": e.searched,
        "trials": e.trials,
        "required": e.required.as_ref().map(estimate),
        "minimised": estimate(&e.aim),
        "difference": e.apart.as_ref().map(estimate),
        "p_stopped_by_wallet": estimate(&e.stopped),
        "stopped_h": e.stopped_h,
        "refused_requests": e.blocked,
        "reloads": e.reloads,
        "idle_usd": e.idle_usd,
        "paid_p50_usd": e.paid_p50_usd,
        "paid_p95_usd": e.paid_p95_usd,
    })
}

fn causes(c: &Causes) -> Value {
    json!({
        "risk": estimate(&c.risk),
        "without_declined_payments": c.without_declines.as_ref().map(estimate),
        "without_cap_and_limit": c.without_limits.as_ref().map(estimate),
    })
}

/// JSON has no infinity.
fn estimate(e: &Estimate) -> Value {
    let finite = |x: f64| x.is_finite().then_some(x);
    json!({ "value": finite(e.value), "low": finite(e.low), "high": finite(e.high) })
}
