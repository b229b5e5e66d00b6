//! The document of learned limits: `run.json`, and what `--json` prints. It holds no time of day.

use serde_json::{Value, json};

use super::sentences::sentences;
use super::tables::verdict;
use crate::account::meter::METERS;
use crate::fit::limits::prior::Band;
use crate::fit::limits::{Fit, Limits, Window};
use crate::report::json::number;

/// The version of the document; it grows when a reader of the old one would misunderstand the new.
pub const FORMAT: u32 = 1;

/// The document as text, with a newline at the end.
///
/// # Errors
/// Never in practice: the document holds only text, numbers and lists.
pub fn document(l: &Limits, files: &[String]) -> std::io::Result<String> {
    let mut document = value(l);
    document["files"] = json!(files);
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// What was learned.
pub fn value(l: &Limits) -> Value {
    let weights: serde_json::Map<String, Value> = METERS
        .iter()
        .zip(l.weights)
        .map(|(m, w)| (m.name().to_owned(), number(w)))
        .collect();
    let r = &l.left.requests;
    json!({
        "format": FORMAT,
        "burncast": env!("CARGO_PKG_VERSION"),
        "sentences": sentences(l),
        "plan": l.plan,
        "meter": l.meter.name(),
        "meter_weights": weights,
        "windows": l.windows.iter().map(|w| window(l, w)).collect::<Vec<_>>(),
        "scenario": l.toml(),
        "left_out": {
            "readings_of_unknown_windows": l.left.unknown,
            "requests_without_price": r.unpriced,
            "requests_on_extra_usage": r.on_credits,
            "requests_with_placeholder_output": r.placeholders,
            "sums_of_requests": r.aggregates,
        },
        "refusals_as_readings": l.left.hits,
    })
}

fn band(b: &Band) -> Value {
    json!({ "p05_usd": number(b.low), "p50_usd": number(b.median), "p95_usd": number(b.high) })
}

fn window(l: &Limits, w: &Window) -> Value {
    let s = &w.sorted;
    json!({
        "window": w.id,
        "label": w.label,
        "verdict": if w.chains.is_empty() { "no readings" } else { verdict(w.verdict) },
        "limit": w.verdict.holds().then(|| band(&w.fit(l.meter).band)),
        "weight_unrelated": number(w.unrelated),
        "catalogue": w.known.map(|k| json!({
            "low_usd": number(k.band.low),
            "high_usd": number(k.band.high),
            "provenance": k.provenance.to_string(),
        })),
        "meters": w.fits.iter().map(fit).collect::<Vec<_>>(),
        "readings": w.used(),
        "periods": w.chains.len(),
        "readings_left_out": {
            "outside_the_logs": s.outside,
            "of_an_earlier_size": w.other_size,
            "window_not_open": s.closed,
            "alone": s.alone,
            "after_a_window_was_used_up": s.full,
            "say_the_same": s.spare,
        },
    })
}

fn fit(f: &Fit) -> Value {
    json!({
        "meter": f.meter.name(),
        "weight": number(f.weight),
        "limit": band(&f.band),
        "before": band(&f.prior),
        "predicted": f.checks.predicted,
        "predicted_inside_90": f.checks.inside,
        "explained_share": f.checks.explained().map(number),
    })
}
