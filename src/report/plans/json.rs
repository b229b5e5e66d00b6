//! The versioned document. No time of day, no duration: the same input, the same bytes.

use serde_json::{Value, json};

use crate::analysis::plans::growth::Growth;
use crate::analysis::plans::judge::{Entry, Verdict};
use crate::analysis::plans::sentences::{name, sentences};
use crate::analysis::plans::{Hour, PlansFinding};
use crate::report::json::{estimate, number, spread};

use super::files::{standing, way};

/// The version of the document.
const FORMAT: u32 = 1;

/// The document as text; `files` are the files of the folder.
///
/// # Errors
/// Never in practice: it holds only text, numbers and lists.
pub fn document(f: &PlansFinding, files: &[String]) -> std::io::Result<String> {
    let h = &f.header;
    let limit = |m: Option<crate::base::money::Money>| m.map(|m| number(m.to_f64()));
    let mut document = json!({
        "format": FORMAT,
        "kind": "plans",
        "burncast": env!("CARGO_PKG_VERSION"),
        "scenario": { "name": h.name, "title": h.title, "hash": h.hash, "timezone": h.timezone, "horizon": h.horizon,
            "price_date": h.price_date, "plan_date": h.plan_date },
        "run": { "seed": h.seed, "trials": h.trials, "use_trials": f.growth.trials, "trial_word": h.trial_word },
        "per": { "word": f.per.word, "in_horizon": number(f.per.number) },
        "assumed": {
            "extra_usage_monthly_limit_usd": limit(f.limits.monthly),
            "extra_usage_member_limit_usd": limit(f.limits.member),
            "tax": number(f.tax_ppm as f64 / 1e6),
        },
        "sentences": sentences(f),
        "work_list_price_usd": spread(&f.value_usd),
        "use": growth(f, &f.growth),
        "left_out": f.left_out.iter().map(|(plan, why)| json!({ "plan": plan, "why": why })).collect::<Vec<_>>(),
        "notes": f.notes,
        "warnings": f.warnings,
        "files": files,
    });
    if let (Some(all), Value::Object(more)) =
        (document.as_object_mut(), verdict(&f.verdict, f.hour))
    {
        all.extend(more);
    }
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// What simulated and logged months have in common. Amounts are per `per.word`.
pub(super) fn verdict(v: &Verdict, hour: Hour) -> Value {
    json!({
        "hour": { "price_usd": number(hour.price.to_f64()), "given": hour.given },
        "best": name(v.best()),
        "contenders": v.entries.iter().map(entry).collect::<Vec<_>>(),
        "plans": v.shares.iter().map(|s| json!({
            "plan": s.label,
            "p_cheapest": estimate(&s.cheapest),
        })).collect::<Vec<_>>(),
        "hour_prices": v.hours.iter().filter_map(|s| Some(json!({
            "from_usd": estimate(&s.from),
            "costs_least": name(v.entries.get(s.entry)?),
        }))).collect::<Vec<_>>(),
    })
}

fn entry(e: &Entry) -> Value {
    json!({
        "plan": e.id,
        "name": name(e),
        "way": way(e.way),
        "today": e.today,
        "standing": standing(e.standing),
        "incomplete": e.incomplete,
        "fee_usd": number(e.fee_usd),
        "extra_usage_usd": number(e.extra_usd),
        "elsewhere_usd": number(e.elsewhere_usd),
        "tax_usd": number(e.tax_usd),
        "cost_usd": spread(&e.cost_usd),
        "stopped_h": spread(&e.stopped_h),
        "p_stopped": estimate(&e.p_stopped),
        "p_extra_usage": estimate(&e.p_extra),
        "total_usd": spread(&e.total_usd),
        "p_cheapest": estimate(&e.cheapest),
        "p_cheapest_tied": number(e.tied),
        "dearer_than_best_usd": estimate(&e.against_best.mean),
        "limits_assumed": e.assumed,
        "demand_hash": e.demand_hash.map(|x| format!("{x:016x}")),
    })
}

fn growth(f: &PlansFinding, g: &Growth) -> Value {
    let entry = |i: usize| f.verdict.entries.get(i).map(name);
    json!({
        "list_price_today_usd": number(g.value_usd),
        "cheapest_at_least_use": entry(g.first),
        "switches": g.switches.iter().map(|s| json!({
            "use_factor": number(s.at),
            "low": if s.low > 0.0 { number(s.low) } else { Value::Null },
            "high": number(s.high),
            "from": entry(s.from),
            "to": entry(s.to),
        })).collect::<Vec<_>>(),
        "points": g.points.iter().map(|p| json!({
            "use_factor": number(p.factor),
            "contenders": f.verdict.entries.iter().zip(&p.cells).filter_map(|(e, c)| {
                let c = c.as_ref()?;
                Some(json!({
                    "name": name(e),
                    "cost_mean_usd": number(c.cost_usd),
                    "stopped_mean_h": number(c.stopped_h),
                    "total_usd": estimate(&c.total_usd),
                    "p_cheapest": c.cheapest.as_ref().map(estimate),
                }))
            }).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
