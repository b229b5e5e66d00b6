//! On which keys an observed quantity rests: where one of them is the preset's, a difference between
//! simulation and observation says nothing about the fit.

use super::keys::Key;
use super::keys::pooled::leans;

/// Keys that make a quantity, by groups of quantities.
const RESTS: [(&[&str], &[&str]); 17] = [
    (
        &["requests-per-session"],
        &["prompts", "requests_per_prompt"],
    ),
    (&["prompts-per-session"], &["prompts"]),
    (
        &["all-requests-per-session"],
        &[
            "prompts",
            "requests_per_prompt",
            "sub_agents.share",
            "sub_agents.per_session",
            "sub_agents.requests_per_prompt",
        ],
    ),
    (
        &["requests-per-prompt", "single-request-prompts"],
        &["requests_per_prompt"],
    ),
    (&["gap"], &["gap"]),
    (&["prompt-gap"], &["prompt_gap"]),
    (&["active-days", "active-after-active"], &["active"]),
    (&["sessions-per-day"], &["sessions_per_day"]),
    (
        &["requests-per-day", "hours-per-day"],
        &["sessions_per_day", "prompts", "requests_per_prompt"],
    ),
    (&["output"], &["output"]),
    (&["sub-agent-output"], &["sub_agents.output"]),
    (&["context-1"], &["first_context"]),
    (
        &[
            "context-10",
            "context-60",
            "context-200",
            "cache-read",
            "cache-write",
            "misses",
            "miss-cost",
            "usd-input-per-request",
            "usd-per-request",
        ],
        &[
            "prompts",
            "first_context",
            "growth",
            "cache.on_plan",
            "cache.miss_rate",
            "output",
        ],
    ),
    (
        &["compaction-at", "compaction-to"],
        &["compaction.at", "compaction.to"],
    ),
    (
        &["sub-agent-requests"],
        &[
            "prompts",
            "sub_agents.share",
            "sub_agents.per_session",
            "sub_agents.requests_per_prompt",
        ],
    ),
    (
        &[
            "sub-agent-cost",
            "usd-input-per-sub-agent-request",
            "usd-per-sub-agent-request",
        ],
        &[
            "prompts",
            "sub_agents.share",
            "sub_agents.per_session",
            "sub_agents.requests_per_prompt",
            "sub_agents.first_context",
            "sub_agents.growth",
            "sub_agents.input",
            "sub_agents.cache.miss_rate",
            "sub_agents.cache.shared",
            "sub_agents.output",
        ],
    ),
    (
        &["usd-per-session", "usd-per-hour", "usd-per-day"],
        &[
            "prompts",
            "requests_per_prompt",
            "sessions_per_day",
            "first_context",
            "growth",
            "output",
        ],
    ),
];

/// Quantities of input, which no output matters to.
const OF_INPUT: [&str; 10] = [
    "context-10",
    "context-60",
    "context-200",
    "cache-read",
    "cache-write",
    "misses",
    "miss-cost",
    "usd-input-per-request",
    "sub-agent-cost",
    "usd-input-per-sub-agent-request",
];

/// Which keys of a quantity are the preset's, wholly or in part, as a reason; `None` where all are fitted.
pub fn why(quantity: &str, keys: &[Key]) -> Option<String> {
    let rest = RESTS.iter().find(|r| r.0.contains(&quantity))?;
    let input = OF_INPUT.contains(&quantity);
    let named = |name: &&str| -> Option<String> {
        let key = keys.iter().find(|k| k.name == *name && leans(k))?;
        let part = if key.value.is_some() {
            " (in part)"
        } else {
            ""
        };
        (!(input && name.ends_with("output"))).then(|| format!("{name}{part}"))
    };
    let names: Vec<String> = rest.1.iter().filter_map(named).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is the preset's")),
        [many @ .., last] => Some(format!("{} and {last} are the preset's", many.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::observed::Observed;

    #[test]
    fn every_quantity_rests_on_something() {
        for q in &Observed::embedded().quantities {
            let listed = RESTS.iter().filter(|r| r.0.contains(&q.id.as_str()));
            assert_eq!(listed.count(), 1, "{}", q.id);
        }
    }

    #[test]
    fn keys_of_the_preset_are_named() {
        let keys = [
            Key::preset("growth", "", 3, "requests", 12),
            Key::preset("output", "", 3, "requests", 30),
        ];
        assert_eq!(why("gap", &keys), None);
        assert_eq!(
            why("cache-read", &keys).as_deref(),
            Some("growth is the preset's")
        );
        assert_eq!(
            why("usd-per-request", &keys).as_deref(),
            Some("growth and output are the preset's")
        );
    }
}
