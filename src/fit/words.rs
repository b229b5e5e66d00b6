//! What a fit says in sentences: on the screen and at the head of the file.

use super::{Facts, Fitted, toml};
use crate::base::money::{Money, group_thousands};

impl Fitted {
    /// What was seen and what came of it, the most important first.
    pub fn sentences(&self) -> Vec<String> {
        let f = &self.facts;
        let fitted = self.keys.iter().filter(|k| k.value.is_some()).count();
        let kept = self.keys.len() - fitted;
        let mut first = format!(
            "{} sessions on {} of {} days, {} to {} ({}).",
            group_thousands(f.sessions),
            f.active_days,
            f.days,
            f.first,
            f.last,
            self.options.timezone
        );
        first.push(' ');
        first.push_str(&usage(f));
        let second = match kept {
            0 => format!("All {fitted} keys are fitted."),
            _ => format!(
                "{fitted} keys are fitted, {kept} {} left to the preset \"{}\".",
                if kept == 1 { "is" } else { "are" },
                self.options.preset
            ),
        };
        vec![first, second]
    }

    /// What was left out and what to mind, one sentence or two each.
    pub fn notes(&self) -> Vec<String> {
        let f = &self.facts;
        let mut all = left_out(f);
        if f.receipt.placeholders > 0 {
            all.push(format!(
                "{} requests hold a placeholder instead of their output: output and dollars of the logs are too low.",
                group_thousands(f.receipt.placeholders)
            ));
        }
        if !f.prompts_known {
            all.push(
                "These logs do not say when a prompt began: a pause of more than two minutes stands for one."
                    .to_owned(),
            );
        }
        if self.by_token() && self.options.plan.is_none() {
            all.push(
                "No plan was given, so every token is paid at list price; --plan NAME takes yours."
                    .to_owned(),
            );
        }
        all
    }

    /// Whether requests are paid one by one.
    pub fn by_token(&self) -> bool {
        self.options.plan.as_deref().is_none_or(|p| p == "api")
    }
}

/// What thirty days of the period amount to.
pub fn usage(f: &Facts) -> String {
    let month = 30.0 / f64::from(f.days.max(1));
    let millions = |n: u64| toml::short(n as f64 * month / 1e6);
    let cost = (f.total.cost as f64 * month) as i64;
    format!(
        "In 30 days of them: {} million tokens, of which {} million output; {} at list price.",
        millions(f.total.tokens.total()),
        millions(f.total.tokens.output),
        Money(cost)
    )
}

/// `63 files of logs, 993 requests, 2025-12-29 to 2026-02-01`.
pub fn sources(f: &Facts) -> String {
    format!(
        "{} {} of logs, {} requests, {} to {}",
        group_thousands(f.files),
        if f.files == 1 { "file" } else { "files" },
        group_thousands(f.requests),
        f.first,
        f.last
    )
}

fn left_out(f: &Facts) -> Vec<String> {
    let mut all = Vec::new();
    let (l, n) = (&f.left_out, group_thousands);
    let share = |part: u64| format!("{:.0} %", 100.0 * part as f64 / f.requests.max(1) as f64);
    if !f.unknown.is_empty() {
        let total: u64 = f.unknown.iter().map(|u| u.1).sum();
        let names: Vec<String> = f
            .unknown
            .iter()
            .take(5)
            .map(|u| format!("{} ({})", u.0, n(u.1)))
            .collect();
        all.push(format!(
            "{} of the requests come from models without a known price, which are not in the mix and not in the dollars: {}.",
            share(total),
            names.join(", ")
        ));
    }
    if l.headless > 0 {
        all.push(format!(
            "Left out: {} sessions of which only sub-agents' requests are there ({}, {} of all).",
            n(l.headless),
            n(l.headless_requests),
            share(l.headless_requests)
        ));
    }
    if let Some(thin) = f.thin_from {
        all.push(format!(
            "Left out: {} sessions of the days from {thin} on, when most others seem to be deleted already.",
            n(l.early)
        ));
    }
    if l.homeless > 0 {
        all.push(format!(
            "Left out: {} requests without a session.",
            n(l.homeless)
        ));
    }
    if l.aggregates > 0 {
        all.push(format!(
            "Left out: {} rows that sum up a period.",
            n(l.aggregates)
        ));
    }
    all
}
