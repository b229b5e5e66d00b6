//! Response headers `anthropic-ratelimit-unified-…`, as lines of text or as an object. Shares are 0 to 1
//! here, not 0 to 100, and resets are seconds since 1970.

use std::collections::BTreeMap;

use super::fields::{Notes, epoch, short};
use super::{Draft, Form, Reader, TextReader, WalletState, WindowKind};
use crate::base::money::Money;

pub const FORM: Form = Form {
    name: "rate-limit headers",
    about: "response headers anthropic-ratelimit-unified-5h-utilization, … as lines or an object",
    object: Some(Reader {
        applies: |o| o.map.keys().any(|k| suffix(k).is_some()),
        read: |o, draft, notes| {
            let pairs = o.map.iter().filter_map(|(key, value)| {
                let text = match value {
                    serde_json::Value::String(s) => s.clone(),
                    serde_json::Value::Array(all) => all.first()?.as_str()?.to_owned(),
                    other => other.to_string(),
                };
                Some((suffix(key)?, text))
            });
            headers(pairs.collect(), draft, notes);
        },
    }),
    text: Some(TextReader {
        applies: |text| text.lines().any(|line| pair(line).is_some()),
        read: |text, _, draft, notes| {
            headers(text.lines().filter_map(pair).collect(), draft, notes);
        },
    }),
};

/// Windows by the part of the name that tells them apart.
const WINDOWS: &[(&str, WindowName)] = &[
    ("5h", || WindowKind::Session),
    ("7d", || WindowKind::Week),
    ("7d_oi", || WindowKind::WeekModel("Fable".into())),
    ("7d_opus", || WindowKind::WeekModel("Opus".into())),
    ("7d_sonnet", || WindowKind::WeekModel("Sonnet".into())),
];

type WindowName = fn() -> WindowKind;

/// Why the wallet does not pay, where it is switched off rather than empty.
const OFF: &[&str] = &[
    "overage_not_provisioned",
    "org_level_disabled",
    "seat_tier_level_disabled",
    "member_level_disabled",
    "org_service_level_disabled",
];

/// A line `name: value`, as `curl -v` prints them too.
fn pair(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let name = suffix(name.trim().trim_start_matches("< "))?;
    Some((name, value.trim().to_owned()))
}

fn suffix(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("anthropic-ratelimit-unified-")
        .map(str::to_owned)
}

fn headers(all: BTreeMap<String, String>, draft: &mut Draft, notes: &mut Notes) {
    for (name, kind) in WINDOWS {
        let value = |what: &str| {
            let dashed = format!("{}-{what}", name.replace('_', "-"));
            let key = format!("{name}-{what}");
            all.get_key_value(&key)
                .or_else(|| all.get_key_value(&dashed))
        };
        let Some((key, share)) = value("utilization") else {
            continue;
        };
        let Some(percent) = percent(key, share, notes) else {
            continue;
        };
        let resets = value("reset").and_then(|(key, text)| {
            let at = text.parse::<f64>().ok().and_then(epoch);
            if at.is_none() {
                let name = format!("…-{key}");
                notes.wrong(&name, &short(text), "expected seconds since 1970", "");
            }
            at
        });
        draft.window(kind(), percent, resets);
    }
    let mut wallet = WalletState::default();
    let reason = all.get("overage-disabled-reason").map(String::as_str);
    match (all.get("overage-status").map(String::as_str), reason) {
        (_, Some("out_of_credits")) => wallet.balance = Some(Money::ZERO),
        (_, Some(reason)) if OFF.contains(&reason) => wallet.enabled = Some(false),
        (Some("allowed" | "allowed_warning"), None) => wallet.enabled = Some(true),
        _ => {}
    }
    draft.pay(wallet);
}

fn percent(key: &str, text: &str, notes: &mut Notes) -> Option<f64> {
    let share = text.parse::<f64>().ok().filter(|s| (0.0..=1.0).contains(s));
    if share.is_none() {
        let is_percent = text.parse::<f64>().is_ok_and(|n| n > 1.0 && n <= 100.0);
        let help = if is_percent {
            "headers hold shares: 0.37 for 37 %"
        } else {
            ""
        };
        let name = format!("…-{key}");
        notes.wrong(&name, &short(text), "expected a share from 0 to 1", help);
    }
    // 0.29 times 100 is 28.999999999999996.
    share.map(|s| (s * 1e8).round() / 1e6)
}
