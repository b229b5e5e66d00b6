//! The versioned document of a run: `run.json`, and what `--json` prints.
//!
//! It holds no time of day and no duration: the same scenario and seed give the same bytes.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::account::rates::ALL_KINDS;
use crate::analysis::findings::{Findings, LeftPoint, PoolFinding, Spread};
use crate::analysis::sentences::sentences;
use crate::base::civil::{WEEKDAYS, Zone};
use crate::base::time::Instant;
use crate::stats::estimate::Estimate;

/// The version of the document; it grows when a reader of the old one would misunderstand the new.
pub const FORMAT: u32 = 1;

/// The document. Fields stand in the order in which they are written.
#[derive(Serialize)]
pub struct Document {
    format: u32,
    burncast: &'static str,
    scenario: Value,
    run: Value,
    sentences: Vec<String>,
    headline: Value,
    limits: Vec<Value>,
    pools: Vec<Value>,
    months: Vec<Value>,
    cost: Value,
    spend: Vec<Value>,
    blocked: Value,
    typical: Value,
    warnings: Vec<String>,
    files: Vec<String>,
}

/// Lays findings out as a document; `files` are the files of the run's folder.
pub fn document(f: &Findings, files: &[String]) -> Document {
    Document {
        format: FORMAT,
        burncast: env!("CARGO_PKG_VERSION"),
        scenario: scenario(f),
        run: json!({
            "seed": f.header.seed,
            "trials": f.header.trials,
            "partial": f.header.partial,
            "trial_word": f.header.trial_word,
        }),
        sentences: sentences(f),
        headline: headline(f),
        limits: f.pools.iter().filter(|p| !p.is_wallet).map(limit).collect(),
        pools: f.pools.iter().map(|pool| self::pool(f, pool)).collect(),
        months: f.months.iter().map(month).collect(),
        cost: cost(f),
        spend: f.spend.iter().map(spend).collect(),
        blocked: blocked(f),
        typical: json!({
            "trial": f.typical.trial,
            "why": f.typical.why,
            "total_usd": number(f.typical.total.to_f64()),
        }),
        warnings: f.warnings.clone(),
        files: files.to_vec(),
    }
}

impl Document {
    /// The document as text, with a newline at the end.
    ///
    /// # Errors
    /// Never in practice: the document holds only text, numbers and lists.
    pub fn to_text(&self) -> std::io::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

fn scenario(f: &Findings) -> Value {
    let h = &f.header;
    json!({
        "name": h.name,
        "title": h.title,
        "question": h.question,
        "hash": h.hash,
        "plan": h.plan,
        "timezone": h.timezone,
        "start": at(f, Some(h.start)),
        "end": at(f, Some(h.end)),
        "horizon": h.horizon,
        "budget_usd": h.budget.map(|b| number(b.to_f64())),
        "price_date": h.price_date,
        "plan_date": h.plan_date,
        "begins": h.begins,
    })
}

/// The numbers people quote, each with its Monte Carlo error.
fn headline(f: &Findings) -> Value {
    let (limit, over) = &f.cost.over;
    let mut drains = Map::new();
    for pool in &f.pools {
        drains.insert(pool.name.clone(), estimate(&pool.p_drains));
    }
    json!({
        "p_blocked": estimate(&f.p_blocked),
        "p_blocked_by_wallet": estimate(&f.p_blocked_by_wallet),
        "p_drains": drains,
        "cost_median_usd": estimate(&f.cost.median),
        "cost_mean_usd": mean(&f.cost.total_usd),
        "p_cost_over": { "limit_usd": number(limit.to_f64()), "p": estimate(over) },
        "blocked_hours_mean": mean(&f.blocked.hours),
    })
}

fn limit(pool: &PoolFinding) -> Value {
    json!({
        "pool": pool.name,
        "label": pool.label,
        "provenance": pool.provenance.map(|p| p.name()),
        "drawn_usd": pool.limit_usd.as_ref().map(|s| json!({
            "p05": number(s.p05), "p50": number(s.p50), "p95": number(s.p95),
        })),
    })
}

fn pool(f: &Findings, pool: &PoolFinding) -> Value {
    let first: Vec<Value> = pool
        .first
        .iter()
        .map(|q| {
            let hours = |at: Option<Instant>| at.map(|at| number((at - f.header.start).as_hours()));
            json!({
                "p": q.p,
                "at": at(f, q.at), "low": at(f, q.low), "high": at(f, q.high),
                "at_h": hours(q.at), "low_h": hours(q.low), "high_h": hours(q.high),
            })
        })
        .collect();
    json!({
        "name": pool.name,
        "label": pool.label,
        "kind": if pool.is_wallet { "wallet" } else { "window" },
        "rule": pool.rule,
        "p_drains": estimate(&pool.p_drains),
        "first_drain": first,
        "drains": spread(&pool.drains),
        "empty_h": spread(&pool.empty_h),
        "stopped_h": spread(&pool.stopped_h),
        "peak_use": pool.peak_use.as_ref().map(spread),
        "left_unit": if pool.is_wallet { "usd" } else { "pct" },
        "left_at_end": pool.left.last().map(left),
    })
}

fn left(point: &LeftPoint) -> Value {
    json!({
        "mean": number(point.mean), "p05": number(point.p05), "p25": number(point.p25),
        "p50": number(point.p50), "p75": number(point.p75), "p95": number(point.p95),
        "p_empty": number(point.empty),
    })
}

fn month(m: &crate::analysis::findings::MonthFinding) -> Value {
    json!({
        "month": m.name,
        "subscription_usd": spread(&m.subscription_usd),
        "covered_by_plan_usd": spread(&m.covered_usd),
        "extra_usage_usd": spread(&m.extra_usd),
        "card_charges_usd": spread(&m.card_usd),
        "tax_usd": spread(&m.tax_usd),
        "paid_elsewhere_usd": spread(&m.api_usd),
        "wallet_left_usd": spread(&m.left_usd),
        "total_paid_usd": spread(&m.total_usd),
    })
}

fn cost(f: &Findings) -> Value {
    let c = &f.cost;
    json!({
        "total_usd": spread(&c.total_usd),
        "subscription_usd": number(c.subscription_usd),
        "card_charges_mean_usd": number(c.extra_mean_usd),
        "tax_mean_usd": number(c.tax_mean_usd),
        "paid_elsewhere_mean_usd": number(c.api_mean_usd),
        "idle_mean_usd": number(f.idle_usd),
        "expired_usd": spread(&f.expired),
        "reloads": spread(&f.reloads),
        "declined_payments_mean": number(f.declines_mean),
    })
}

fn spend(row: &crate::analysis::findings::SpendRow) -> Value {
    let mut kinds = Map::new();
    for kind in ALL_KINDS {
        let k = kind as usize;
        kinds.insert(
            kind.name().to_owned(),
            json!({ "tokens": number(row.tokens[k]), "usd": number(row.usd[k]) }),
        );
    }
    json!({
        "actor": row.actor,
        "sub_agents": row.sub_agent,
        "model": row.model,
        "share": number(row.share),
        "requests": number(row.requests),
        "kinds": kinds,
        "misses": number(row.misses),
        "miss_usd": number(row.miss_usd),
        "paid_usd": {
            "plan": number(row.paid_usd[0]),
            "wallet": number(row.paid_usd[1]),
            "elsewhere": number(row.paid_usd[2]),
        },
    })
}

fn blocked(f: &Findings) -> Value {
    let rows: Vec<Value> = f
        .blocked
        .rows
        .iter()
        .map(|row| {
            json!({
                "actor": row.actor,
                "reason": row.reason,
                "label": row.label,
                "http_status": row.status,
                "message": row.message,
                "requests_mean": number(row.requests_mean),
                "hours_mean": number(row.hours_mean),
                "probability": estimate(&row.probability),
            })
        })
        .collect();
    let mut week = Map::new();
    for (day, hours) in WEEKDAYS.iter().zip(&f.blocked.heat) {
        week.insert(
            (*day).to_owned(),
            hours.iter().map(|h| number(*h)).collect(),
        );
    }
    json!({
        "hours": spread(&f.blocked.hours),
        "refused_requests": spread(&f.blocked_requests),
        "lost_requests": spread(&f.lost_requests),
        "requests": spread(&f.requests),
        "mostly": f.blocked.mostly,
        "by": f.blocked.by,
        "reasons": rows,
        "stopped_share_by_hour": week,
    })
}

/// A spread with all its quantiles.
pub fn spread(s: &Spread) -> Value {
    json!({
        "mean": number(s.mean), "se": number(s.se),
        "p05": number(s.p05), "p10": number(s.p10), "p25": number(s.p25), "p50": number(s.p50),
        "p75": number(s.p75), "p80": number(s.p80), "p90": number(s.p90), "p95": number(s.p95),
        "p99": number(s.p99), "max": number(s.max),
    })
}

fn mean(s: &Spread) -> Value {
    json!({
        "value": number(s.mean),
        "low": number(s.mean - 1.96 * s.se),
        "high": number(s.mean + 1.96 * s.se),
    })
}

/// An estimate with its interval.
pub fn estimate(e: &Estimate) -> Value {
    json!({ "value": number(e.value), "low": number(e.low), "high": number(e.high) })
}

fn at(f: &Findings, at: Option<Instant>) -> Option<String> {
    at.map(|at| Zone(&f.header.zone).local(at).iso())
}

/// A number with at most six decimals; null when it is none.
pub fn number(x: f64) -> Value {
    let rounded = (x * 1e6).round() / 1e6;
    let shown = if x.is_finite() && rounded.is_finite() {
        rounded + 0.0
    } else {
        x
    };
    if shown.is_finite() && shown.fract() == 0.0 && shown.abs() < 1e15 {
        return json!(shown as i64);
    }
    serde_json::Number::from_f64(shown).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::sample;

    #[test]
    fn the_document_is_stable_and_versioned() {
        let files = vec!["drains.csv".to_owned(), "run.json".to_owned()];
        let text = document(&sample(), &files).to_text().unwrap();
        assert_eq!(text, document(&sample(), &files).to_text().unwrap());
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["format"], 1);
        assert_eq!(value["pools"][1]["first_drain"][6]["at"], Value::Null);
        assert_eq!(value["limits"][0]["provenance"], "assumed");
        assert_eq!(value["headline"]["p_drains"]["wallet"]["value"], 0.34);
        assert_eq!(value["files"][1], "run.json");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.1 + 0.2), json!(0.3));
        assert_eq!(number(20.0).to_string(), "20");
        assert_eq!(number(f64::INFINITY), Value::Null);
    }
}
