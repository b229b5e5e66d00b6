//! The versioned document of a comparison. No time of day, no duration: the same input, the same
//! bytes.

use serde_json::{Value, json};

use crate::analysis::compare::break_even::{BreakEven, Meeting};
use crate::analysis::compare::pairs::Difference;
use crate::analysis::compare::sentences::sentences;
use crate::analysis::compare::{Comparison, Entry, Pair};
use crate::report::json::{estimate, number, spread};

use super::files::quantity;

/// The version of the document.
const FORMAT: u32 = 1;

/// The document as text; `files` are the files of the folder.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn document(c: &Comparison, files: &[String]) -> std::io::Result<String> {
    let h = &c.header;
    let document = json!({
        "format": FORMAT,
        "kind": "comparison",
        "burncast": env!("CARGO_PKG_VERSION"),
        "scenario": { "name": h.name, "title": h.title, "hash": h.hash, "timezone": h.timezone, "horizon": h.horizon,
            "price_date": h.price_date, "plan_date": h.plan_date },
        "run": { "seed": h.seed, "trials": h.trials, "work_trials": c.work_trials, "trial_word": h.trial_word },
        "per": { "word": c.per.word, "in_horizon": number(c.per.number) },
        "sentences": sentences(c),
        "contenders": c.entries.iter().map(entry).collect::<Vec<_>>(),
        "differences": c.pairs.iter().map(|p| pair(c, p)).collect::<Vec<_>>(),
        "break_even": c.break_evens.iter().map(|b| break_even(c, b)).collect::<Vec<_>>(),
        "notes": c.notes,
        "warnings": c.warnings,
        "files": files,
    });
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// Amounts are over the horizon.
fn entry(e: &Entry) -> Value {
    json!({
        "name": e.name,
        "plan": e.plan,
        "cost_usd": spread(&e.cost_usd),
        "subscription_usd": number(e.subscription_usd),
        "extra_usage_usd": number(e.extra_usd),
        "elsewhere_usd": number(e.elsewhere_usd),
        "tax_usd": number(e.tax_usd),
        "card_total_usd": number(e.cash_usd),
        "stopped_h": spread(&e.stopped_h),
        "p_stopped": estimate(&e.p_stopped),
        "p_cheapest": estimate(&e.cheapest.0),
        "p_cheapest_tied": number(e.cheapest.1.value),
        "p_least_stopped": estimate(&e.least_stopped.0),
        "p_least_stopped_tied": number(e.least_stopped.1.value),
        "work": {
            "list_price_usd": spread(&e.value_usd),
            "requests": number(e.requests),
            "tokens": number(e.tokens),
        },
        "windows": e.windows.iter().map(|w| json!({
            "window": w.name,
            "label": w.label,
            "used_share": spread(&w.used),
            "needed_share": spread(&w.needed),
        })).collect::<Vec<_>>(),
        "pools": e.pools.iter().map(|p| json!({
            "pool": p.name,
            "label": p.label,
            "provenance": p.provenance.map(|p| p.name()),
            "p_drains": estimate(&p.p_drains),
            "stopped_h_mean": number(p.stopped_h.mean),
        })).collect::<Vec<_>>(),
        "models": e.models.iter().map(|m| json!({
            "model": m.model,
            "main": m.main,
            "sub_agents": m.sub_agents,
            "tokenizer_factor": number(m.tokenizer),
            "requests_factor": number(m.requests),
            "output_factor": number(m.output),
            "effort_from_scenario": m.given,
        })).collect::<Vec<_>>(),
        "demand_hash": format!("{:016x}", e.demand_hash),
    })
}

/// Amounts are per `per.word`.
fn pair(c: &Comparison, p: &Pair) -> Value {
    let name = |i: usize| c.entries.get(i).map(|e| e.name.as_str());
    json!({
        "contender": name(p.other),
        "against": name(p.base),
        "same_demand": p.same_demand,
        "cost_usd": difference(&p.cost_usd),
        "stopped_h": difference(&p.stopped_h),
        "work_list_price_usd": difference(&p.value_usd),
        "needed_share": p.needed.iter().map(|(label, d)| json!({
            "window": label,
            "difference": difference(d),
        })).collect::<Vec<_>>(),
    })
}

fn difference(d: &Difference) -> Value {
    json!({
        "mean": estimate(&d.mean),
        "unpaired_half_width": number(d.unpaired_half),
        "spread": spread(&d.spread),
        "p_less": estimate(&d.less),
        "p_same": estimate(&d.same),
        "p_more": estimate(&d.more),
    })
}

fn break_even(c: &Comparison, b: &BreakEven) -> Value {
    let name = |i: usize| c.entries.get(i).map(|e| e.name.as_str());
    let meetings = b.quantities.iter().zip(&b.meetings).map(|(q, m)| {
        let (state, at) = match m {
            Meeting::At { value, low, high } => (
                "at",
                json!({ "value": number(*value), "low": number(*low), "high": number(*high) }),
            ),
            Meeting::Beyond => ("beyond", Value::Null),
            Meeting::Same => ("same", Value::Null),
            Meeting::NotCheaper => ("not cheaper", Value::Null),
        };
        json!({ "quantity": quantity(q), "state": state, "requests_relative": at })
    });
    json!({
        "cheaper": name(b.cheaper),
        "dearer": name(b.dearer),
        "models": b.models,
        "requests_assumed": number(b.assumed),
        "break_even": meetings.collect::<Vec<_>>(),
    })
}
