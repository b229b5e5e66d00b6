//! Presets: actors whose keys are fitted to real usage, and the scenario that `init` writes.

use std::sync::OnceLock;

use super::doc::{self, Node, Table};
use crate::catalog::observed::Observed;

/// An actor's defaults.
#[derive(Clone, Debug)]
pub struct Preset {
    pub name: &'static str,
    /// One line.
    pub description: String,
    /// Where its numbers come from.
    pub source: String,
    /// The TOML text, in the keys of `[[actor]]`.
    pub text: &'static str,
}

/// Every preset, in the order of lists; one line adds one.
const FILES: &[(&str, &str)] = &[
    (
        "claude-code-heavy",
        include_str!("../catalog/presets/claude-code-heavy.toml"),
    ),
    (
        "claude-code-moderate",
        include_str!("../catalog/presets/claude-code-moderate.toml"),
    ),
    (
        "casual-chat",
        include_str!("../catalog/presets/casual-chat.toml"),
    ),
    (
        "active-coding",
        include_str!("../catalog/presets/active-coding.toml"),
    ),
    (
        "long-sessions",
        include_str!("../catalog/presets/long-sessions.toml"),
    ),
    (
        "background-agent",
        include_str!("../catalog/presets/background-agent.toml"),
    ),
    (
        "batch-job",
        include_str!("../catalog/presets/batch-job.toml"),
    ),
    (
        "team-seat",
        include_str!("../catalog/presets/team-seat.toml"),
    ),
];

/// The presets that come with the program.
pub fn presets() -> &'static [Preset] {
    static PRESETS: OnceLock<Vec<Preset>> = OnceLock::new();
    PRESETS.get_or_init(|| {
        FILES
            .iter()
            .map(|(name, text)| {
                let (doc, _) = doc::parse(text, 0);
                let about = |key: &str| {
                    let entry = doc.get("preset")?.item.table()?.get(key)?;
                    match &entry.item.node {
                        Node::Text(s) => Some(s.clone()),
                        _ => None,
                    }
                };
                Preset {
                    name,
                    description: about("description").unwrap_or_default(),
                    source: about("source").unwrap_or_default(),
                    text,
                }
            })
            .collect()
    })
}

/// Presets as tables, with the places of their texts; the first text is number `first`.
pub(super) fn tables(first: usize) -> Vec<(&'static str, Table)> {
    FILES
        .iter()
        .enumerate()
        .map(|(i, (name, text))| {
            let (doc, _) = doc::parse(text, first + i);
            let actor = doc.get("actor").and_then(|e| e.item.table().cloned());
            (*name, actor.unwrap_or_default())
        })
        .collect()
}

/// A scenario in which nothing stops the preset: what is observed of people, without the plan. The
/// models, their prices and the lives of cache entries are those of the observed time.
pub fn alone(preset: &str, observed: &Observed) -> String {
    let weights = |all: &std::collections::BTreeMap<String, f64>| {
        let parts: Vec<String> = all
            .iter()
            .map(|(m, w)| format!("\"{m}\" = {w:?}"))
            .collect();
        format!("{{ {} }}", parts.join(", "))
    };
    let Some(found) = presets().iter().find(|p| p.name == preset) else {
        return String::new();
    };
    let (doc, _) = doc::parse(found.text, 0);
    let actor = doc.get("actor").and_then(|e| e.item.table().cloned());
    let has = |key: &str| actor.as_ref().and_then(|a| a.get(key));
    let cached = has("cache").is_some_and(|e| e.item.table().is_some());
    let mut text = ALONE
        .replace("{start}", &observed.start.to_string())
        .replace("{preset}", preset)
        .replace("{models}", &weights(&observed.models));
    if cached {
        let lives = weights(&observed.cache_on_plan);
        text.push_str(&format!("cache.on_plan = {lives}\n"));
    }
    if has("sub_agents").is_some() {
        let models = weights(&observed.sub_agents);
        text.push_str(&format!("sub_agents.models = {models}\n"));
    }
    text
}

/// One window that nothing can use up, and a client that it covers.
const ALONE: &str = r#"title   = "{preset} alone"
start   = {start}
horizon = "1 month"
[run]
trials = 300
[[plan.window]]
id     = "all"
opens  = "fixed"
length = "31 days"
limit  = 1_000_000
[[actor]]
name   = "me"
preset = "{preset}"
client = "claude-code"
models = {models}
"#;

/// A commented scenario with this preset and plan, ready to run.
///
/// Names that do not exist are written as given; the check then reports them with a hint.
pub fn init(preset: &str, plan: &str) -> String {
    let wallet = match plan {
        "free" => INIT_NO_WALLET.to_owned(),
        "api" | "enterprise-usage" => {
            INIT_WALLET.replace("balance       = 20.00", "balance       = 100.00")
        }
        "enterprise-seat" | "enterprise-seat-premium" => INIT_ARREARS.to_owned(),
        _ => INIT_WALLET.to_owned(),
    };
    let client = match plan {
        "api" | "enterprise-usage" => {
            "client           = \"api\"             # pays with an API key: the cache lives 5 minutes\n"
        }
        _ => "",
    };
    let seats = if plan.starts_with("team") {
        "count            = 5                  # seats, each with windows of its own\n"
    } else {
        ""
    };
    let rhythm = if preset == "batch-job" || preset == "background-agent" {
        "every            = \"day 02:00\"        # also \"weekday 07:30\", \"hour\", \"30m\"\n"
    } else {
        "hours            = \"mon-fri 09:00-18:30, sat 10:00-14:00\"\n# sessions_per_day = { median = 4, p90 = 12 }\n"
    };
    INIT.replace("{preset}", preset)
        .replace("{plan}", plan)
        .replace("{wallet}", &wallet)
        .replace("{client}", client)
        .replace("{seats}", seats)
        .replace("{rhythm}", rhythm)
}

const INIT: &str = include_str!("init.toml");
const INIT_WALLET: &str = include_str!("init_wallet.toml");
const INIT_NO_WALLET: &str =
    "# This plan has no wallet: what its windows do not cover is refused.\n";
const INIT_ARREARS: &str = "[wallet]\nenabled       = true           # invoiced at the end of the month: only limits can stop it\nmonthly_limit = 500            # spend limit a month, or \"unlimited\"\ntax           = \"0 %\"\n";
