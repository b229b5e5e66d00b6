//! The document of a history: `history.json`, and what `--json` prints. It holds no time of day.

use serde::Serialize;
use serde_json::{Value, json};

use crate::account::spec::ReloadAmount;
use crate::analysis::history::middle::StopFinding;
use crate::analysis::history::plan::{DayFinding, Off, On, WindowFinding, WorkFinding};
use crate::analysis::history::sentences::sentences;
use crate::analysis::history::{HistoryFindings, PlanFinding};
use crate::base::civil::{WEEKDAYS, Zone};
use crate::base::time::Instant;
use crate::report::json::{estimate, number, spread};

/// The version of the document; it grows when a reader of the old one would misunderstand the new.
pub const FORMAT: u32 = 1;

/// Fields stand in the order in which they are written.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    burncast: &'static str,
    sentences: Vec<String>,
    history: Value,
    plans: Vec<Value>,
    left_out: Value,
    files: &'a [String],
}

/// The document as text, with a newline at the end.
///
/// # Errors
/// Never in practice: the document holds only text, numbers and lists.
pub fn document(f: &HistoryFindings, files: &[String]) -> std::io::Result<String> {
    let l = &f.left_out;
    let document = Document {
        format: FORMAT,
        burncast: env!("CARGO_PKG_VERSION"),
        sentences: sentences(f),
        history: json!({
            "start": at(f, f.start),
            "end": at(f, f.end),
            "days": f.days,
            "timezone": f.timezone,
            "requests": f.requests,
            "sessions": f.sessions,
            "list_price_usd": number(f.value.to_f64()),
            "trials": f.trials,
            "seed": f.seed,
        }),
        plans: f.plans.iter().map(|p| plan(f, p)).collect(),
        left_out: json!({
            "requests_without_price": l.unpriced,
            "requests_outside_price_dates": l.outside,
            "requests_before_plan_records": l.before,
            "requests_with_placeholder_output": l.placeholders,
        }),
        files,
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn at(f: &HistoryFindings, at: Instant) -> String {
    Zone(&f.zone).local(at).iso()
}

fn plan(f: &HistoryFindings, p: &PlanFinding) -> Value {
    let weekdays: serde_json::Map<String, Value> = WEEKDAYS
        .iter()
        .zip(&p.weekdays)
        .map(|(day, n)| ((*day).to_owned(), number(*n)))
        .collect();
    json!({
        "plan": p.id,
        "name": p.label,
        "meter": p.meter.name(),
        "fee_usd": p.fee.map(|m| number(m.to_f64())),
        "months": p.months,
        "sizes_are_certain": p.certain,
        "windows": p.windows.iter().map(window).collect::<Vec<_>>(),
        "without_extra_usage": p.off.as_ref().map(off),
        "with_extra_usage": p.on.as_ref().map(|o| on(p, o)),
        "assumed_auto_reload": p.assumed_reload.as_ref().map(|a| json!({
            "threshold_usd": number(a.threshold.to_f64()),
            "reload_to_usd": match a.amount {
                ReloadAmount::To(to) => number(to.to_f64()),
                ReloadAmount::Add(_) => Value::Null,
            },
            "add_usd": match a.amount {
                ReloadAmount::To(_) => Value::Null,
                ReloadAmount::Add(add) => number(add.to_f64()),
            },
        })),
        "refused_by_weekday": weekdays,
        "days": p.days.iter().map(|d| day(f, d)).collect::<Vec<_>>(),
        "work": p.work.iter().map(|w| work(f, w)).collect::<Vec<_>>(),
        "stops_in_the_middle_of_the_bands":
            p.stops.iter().map(|s| stop(f, s)).collect::<Vec<_>>(),
        "warnings": p.warnings,
    })
}

fn window(w: &WindowFinding) -> Value {
    json!({
        "window": w.name,
        "label": w.label,
        "provenance": w.provenance.name(),
        "limit_usd": spread(&w.limit_usd),
        "p_stops": estimate(&w.p_stops),
        "stops": spread(&w.stops),
        "stopped_h": spread(&w.stopped_h),
        "refused_requests": spread(&w.refused),
        "fullest_period": spread(&w.peak),
    })
}

fn off(o: &Off) -> Value {
    json!({
        "p_never_stopped": estimate(&o.never),
        "stops": spread(&o.stops),
        "stopped_h": spread(&o.stopped_h),
        "hours_with_refusals": spread(&o.hours_hit),
        "refused_requests": spread(&o.refused),
        "refused_usd": spread(&o.refused_usd),
        "covered_by_plan_usd": spread(&o.covered_usd),
        "never_covered_requests": o.uncovered,
        "never_covered_usd": number(o.uncovered_usd.to_f64()),
    })
}

fn on(p: &PlanFinding, o: &On) -> Value {
    json!({
        "extra_usage_usd": spread(&o.overflow_usd),
        "p_nothing_charged": estimate(&o.never),
        "card_charges_usd": spread(&o.card_usd),
        "tax_usd": spread(&o.tax_usd),
        "reloads": spread(&o.reloads),
        "refused_requests": spread(&o.refused),
        "stopped_h": spread(&o.stopped_h),
        "fee_and_extra_usage_usd": p.fee.map(|_| spread(&o.total_usd)),
    })
}

fn day(f: &HistoryFindings, d: &DayFinding) -> Value {
    json!({
        "day": at(f, d.at).chars().take(10).collect::<String>(),
        "p_stopped": number(d.p),
        "mean_refused_requests": number(d.refused),
        "mean_stopped_h": number(d.stopped_h),
    })
}

fn work(f: &HistoryFindings, w: &WorkFinding) -> Value {
    json!({
        "session": w.session,
        "project": w.project,
        "first_request": at(f, w.at),
        "requests": w.requests,
        "mean_refused_requests": number(w.refused),
        "mean_refused_usd": number(w.refused_usd),
    })
}

fn stop(f: &HistoryFindings, s: &StopFinding) -> Value {
    json!({
        "window": s.window,
        "from": at(f, s.from),
        "until": at(f, s.until),
        "refused_requests": s.refused,
        "sessions": s.sessions,
        "first_refused": { "session": s.session, "project": s.project },
        "used_up_by": s.eater.as_ref().map(|(session, project, share)| json!({
            "session": session, "project": project, "share": number(*share),
        })),
    })
}
