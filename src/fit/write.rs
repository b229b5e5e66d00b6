//! The scenario file.

use super::keys::Key;
use super::limits::Limits;
use super::{Fitted, toml, words};
use crate::catalog::{Catalog, PriceEntry};

/// Columns of comments.
const WIDTH: usize = 100;

/// Keys of the actor by section, in the order of the file; one that a fit has and this list has not
/// would not be written, which a test forbids.
const SECTIONS: [(&str, &[&str]); 5] = [
    (
        "When it works",
        &[
            "hours",
            "active",
            "sessions_per_day",
            "volume",
            "drift",
            "crowding",
            "bunching",
            "bunch_gap",
        ],
    ),
    (
        "What a session is",
        &[
            "prompts",
            "requests_per_prompt",
            "first_prompt",
            "gap",
            "prompt_gap",
        ],
    ),
    (
        "Tokens",
        &[
            "first_context",
            "growth",
            "early_growth",
            "early_requests",
            "session_growth",
            "input",
            "output",
        ],
    ),
    (
        "Compaction and cache",
        &[
            "compaction.at",
            "compaction.to",
            "cache",
            "cache.on_plan",
            "cache.on_credits",
            "cache.miss_rate",
            "cache.shared",
        ],
    ),
    (
        "Sub-agents",
        &[
            "sub_agents",
            "sub_agents.share",
            "sub_agents.per_session",
            "sub_agents.at_once",
            "sub_agents.models",
            "sub_agents.requests_per_prompt",
            "sub_agents.gap",
            "sub_agents.first_context",
            "sub_agents.growth",
            "sub_agents.early_growth",
            "sub_agents.early_requests",
            "sub_agents.input",
            "sub_agents.output",
            "sub_agents.cache.on_plan",
            "sub_agents.cache.miss_rate",
            "sub_agents.cache.shared",
            "sub_agents.one_off.share",
            "sub_agents.one_off.models",
            "sub_agents.one_off.uncached",
            "sub_agents.one_off.input",
            "sub_agents.one_off.context",
            "sub_agents.one_off.read",
            "sub_agents.one_off.output",
        ],
    ),
];

/// Keys that say who works with which models, above all sections.
const FIRST: [&str; 2] = ["models", "model_per"];

impl Fitted {
    /// The scenario as a commented text.
    pub fn scenario(&self) -> String {
        let mut out = self.head();
        out.push_str(&self.run());
        out.push_str(&self.plan());
        out.push_str(&self.actor());
        out
    }

    fn head(&self) -> String {
        let f = &self.facts;
        let mut out = String::new();
        let mut say = |text: &str| comment(&mut out, text);
        let from = words::sources(f);
        say(&format!(
            "Fitted by burncast {} from {from}.",
            env!("CARGO_PKG_VERSION")
        ));
        say("");
        for text in self.sentences().iter().chain(&self.notes()) {
            say(text);
        }
        say("");
        say(
            "How to read it: above each key stands on how much it rests, how well the law fits (KS: the largest distance between the law's and the observed distribution), and 90 % intervals, from whole days with their sessions. What is not known of the person's mean is carried into the simulation by volume, the course of the level by drift; the other intervals are shown, not drawn.",
        );
        out.push('\n');
        let title = format!(
            "{}, as in the logs of {} to {}",
            self.options.actor, f.first, f.last
        );
        out.push_str(&format!("title    = {}\n", toml::text(&title)));
        out.push_str("question = \"What does the coming month cost, and does the plan last?\"\n");
        out.push_str(&format!("sources  = [{}]\n", toml::text(&from)));
        out
    }

    fn run(&self) -> String {
        format!(
            "start    = {}\nhorizon  = \"1 month\"\ntimezone = {}\n\n[run]\ntrials = 10_000\nseed   = 42\n\n",
            self.start,
            toml::text(&self.options.timezone)
        )
    }

    /// The plan and its money, with what was learned of its windows.
    fn plan(&self) -> String {
        match &self.options.plan {
            Some(plan) if plan != "api" => {
                let sizes = self.limits.as_ref().map(Limits::plan_lines);
                let sizes = sizes.unwrap_or_else(|| NO_SIZES.to_owned());
                format!(
                    "[plan]\nname = {}\n{sizes}\n# [wallet]\n# enabled = true\n# balance = 20.00\n\n",
                    toml::text(plan)
                )
            }
            given => {
                let note = if given.is_some() {
                    ""
                } else {
                    "# No plan was given: every token is paid at list price. Your plan: burncast fit --plan NAME\n"
                };
                format!(
                    "[plan]\n{note}name = \"api\"\n\n# Assumed: money never runs out.\n[wallet]\nbalance = 100.00\n[wallet.auto_reload]\nthreshold = 50.00\nreload_to = 500.00\n\n"
                )
            }
        }
    }

    fn actor(&self) -> String {
        let client = if self.by_token() {
            "api"
        } else {
            "claude-code"
        };
        let mut out = format!(
            "[[actor]]\nname   = {}\npreset = {}\nclient = \"{client}\"\n",
            toml::text(&self.options.actor),
            toml::text(&self.options.preset)
        );
        if self.main.used.is_empty() {
            out.push_str(NO_MODEL);
        }
        for name in FIRST {
            if let Some(key) = self.key(name) {
                write_key(&mut out, key);
            }
        }
        out.push_str("\nwhen_blocked = [\"wait 2h\", \"drop\"]\n");
        for (section, names) in SECTIONS {
            out.push_str(&format!("\n# ---- {section} ----\n"));
            for name in names {
                if let Some(key) = self.key(name) {
                    write_key(&mut out, key);
                }
                if *name == "compaction.to" {
                    out.push_str("# Longest context: the model's window.\n");
                    out.push_str(&format!(
                        "context_max = {}\n",
                        toml::number(self.context_max as f64)
                    ));
                }
            }
        }
        out.push_str("\n# Not in the logs, so the preset's: latency, speed, compaction.output.\n");
        out
    }

    /// A scenario in which nothing stops the person, with the models, prices and levels of the
    /// observed days: what a comparison simulates.
    pub fn alone(&self) -> String {
        let mut out = format!(
            "title = {}\nstart = {}\nhorizon = \"{}d\"\ntimezone = {}\n[run]\ntrials = 300\n",
            toml::text(&self.options.actor),
            self.facts.first,
            self.facts.days.clamp(28, 92),
            toml::text(&self.options.timezone)
        );
        out.push_str("[[plan.window]]\nid = \"all\"\nopens = \"fixed\"\nlength = \"31 days\"\nlimit = 1_000_000\n");
        let used = self.main.used.iter().chain(&self.sub.used);
        let mut seen: Vec<&str> = Vec::new();
        for u in used {
            if !seen.contains(&u.id.as_str()) {
                seen.push(&u.id);
                out.push_str(&own_model(&u.id, self.facts.last));
            }
        }
        out.push_str(&format!(
            "[[actor]]\nname = {}\npreset = {}\nclient = \"claude-code\"\n",
            toml::text(&self.options.actor),
            toml::text(&self.options.preset)
        ));
        let mix = |used: &[super::keys::models::Used]| {
            let all: Vec<(String, f64)> = used
                .iter()
                .map(|u| (seen_name(&u.id), u.share.value))
                .collect();
            toml::weights(&all)
        };
        if self.main.used.is_empty() {
            out.push_str("models = \"sonnet\"\n");
        } else {
            out.push_str(&format!("models = {}\n", mix(&self.main.used)));
        }
        if !self.sub.used.is_empty() && self.key("sub_agents").is_none() {
            out.push_str(&format!("sub_agents.models = {}\n", mix(&self.sub.used)));
        }
        out.push_str(&format!("context_max = {}\n", self.context_max));
        for key in &self.keys {
            let own = ["models", "sub_agents.models", "volume", "drift"].contains(&key.name);
            if let Some(value) = key.value.as_ref().filter(|_| !own) {
                out.push_str(&format!("{} = {value}\n", key.name));
            }
        }
        if self.path.is_empty() {
            out.push_str("volume = 1\n");
        } else {
            let path: Vec<String> = self.path.iter().map(|x| toml::number(*x)).collect();
            out.push_str(&format!("volume = {{ values = [{}] }}\n", path.join(", ")));
        }
        out
    }
}

const NO_SIZES: &str = "# Sizes of windows are not published. Your own percentages narrow them (burncast limits), or put\n# your own number in, if you know it:\n# [[plan.window]]\n# id    = \"week\"\n# limit = { usd = \"250 to 400\" }\n";

const NO_MODEL: &str = "# No model of the logs has a known price. Put yours in, with its prices in [[model]]:\nmodels = \"sonnet\"\n";

fn seen_name(id: &str) -> String {
    format!("{id} as seen")
}

/// A model with the price it had on a day, or the nearest one.
fn own_model(id: &str, day: jiff::civil::Date) -> String {
    let model = Catalog::embedded().model(id).ok();
    let Some((entry, _)) = model.and_then(|m| m.nearest_price(day)) else {
        return String::new();
    };
    let table = |entry: &PriceEntry| {
        let p = entry.rates.usd_per_million();
        let above = entry.above.as_ref().map_or_else(String::new, |a| {
            let q = a.rates.usd_per_million();
            format!(
                "above = {{ tokens = {}, input = {}, cache_write_5m = {}, cache_write_1h = {}, cache_read = {}, output = {} }}\n",
                a.tokens, q[0], q[1], q[2], q[3], q[4]
            )
        });
        format!(
            "[[model]]\nname = {}\ninput = {}\ncache_write_5m = {}\ncache_write_1h = {}\ncache_read = {}\noutput = {}\ntokenizer = {}\n{above}",
            toml::text(&seen_name(id)),
            p[0],
            p[1],
            p[2],
            p[3],
            p[4],
            entry.tokenizer.factor
        )
    };
    table(entry)
}

/// Appends a comment, filled to the width; an empty text is an empty comment line.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}

fn write_key(out: &mut String, key: &Key) {
    out.push('\n');
    match &key.value {
        Some(value) => {
            comment(out, &key.sentence());
            out.push_str(&format!("{} = {value}\n", key.name));
        }
        None => comment(out, &format!("{}: {}", key.name, key.words)),
    }
}
