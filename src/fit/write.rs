//! The scenario file.

use super::keys::Key;
use super::{Facts, Fitted, toml};
use crate::base::money::{Money, group_thousands};
use crate::catalog::{Catalog, PriceEntry};
use crate::logs::Tokens;

/// Columns of comments.
const WIDTH: usize = 100;

/// Keys of the actor by section, in the order of the file; one that a fit has and this list has not
/// would not be written, which a test forbids.
const SECTIONS: [(&str, &[&str]); 5] = [
    (
        "When it works",
        &["hours", "active", "sessions_per_day", "volume", "drift"],
    ),
    (
        "What a session is",
        &["prompts", "requests_per_prompt", "gap", "prompt_gap"],
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
            "sub_agents.input",
            "sub_agents.output",
            "sub_agents.cache.miss_rate",
            "sub_agents.cache.shared",
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
        say(&format!(
            "{} Fitted by burncast {}.",
            sources(f),
            env!("CARGO_PKG_VERSION")
        ));
        say("");
        say(&observed(f));
        for text in left_out(f) {
            say(&text);
        }
        say("");
        say(
            "How to read it: brackets are 90 % intervals, from days and their sessions as a whole. KS is the largest distance between the law and what was observed. What is not known of the person's mean is carried into the simulation by volume, the level's course by drift; the other intervals are shown, not drawn.",
        );
        say(&format!(
            "What is left to the preset \"{}\" says so.",
            self.options.preset
        ));
        out.push('\n');
        let title = format!(
            "{}, as in the logs of {} to {}",
            self.options.actor, f.first, f.last
        );
        out.push_str(&format!("title    = {}\n", toml::text(&title)));
        out.push_str("question = \"What does the coming month cost, and does the plan last?\"\n");
        out.push_str(&format!("sources  = [{}]\n", toml::text(&sources(f))));
        out
    }

    fn run(&self) -> String {
        format!(
            "start    = {}\nhorizon  = \"1 month\"\ntimezone = {}\n\n[run]\ntrials = 10_000\nseed   = 42\n\n",
            self.start,
            toml::text(&self.options.timezone)
        )
    }

    /// The plan and its money. What is learned of window limits, and a state to start from, belong
    /// here: as `[[plan.window]]` tables behind the plan's name.
    fn plan(&self) -> String {
        match &self.options.plan {
            Some(plan) if plan != "api" => format!(
                "[plan]\nname = {}\n# Sizes of windows are not published. Put your own number in, if you know it:\n# [[plan.window]]\n# id    = \"week\"\n# limit = {{ usd = \"250 to 400\" }}\n\n# [wallet]\n# enabled = true\n# balance = 20.00\n\n",
                toml::text(plan)
            ),
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

    fn by_token(&self) -> bool {
        self.options.plan.as_deref().is_none_or(|p| p == "api")
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

const NO_MODEL: &str = "# No model of the logs has a known price. Put yours in, with its prices in [[model]]:\nmodels = \"sonnet\"\n";

fn seen_name(id: &str) -> String {
    format!("{id} as seen")
}

/// A model with the price it had on a day, or the last one before it was retired.
fn own_model(id: &str, day: jiff::civil::Date) -> String {
    let catalog = Catalog::embedded();
    let newest = || catalog.model(id).ok().and_then(|m| m.prices.last());
    let Some(entry) = catalog.price(id, day).ok().or_else(newest) else {
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

fn sources(f: &Facts) -> String {
    format!(
        "{} {} of logs, {} requests, {} to {}.",
        f.files,
        if f.files == 1 { "file" } else { "files" },
        group_thousands(f.requests),
        f.first,
        f.last
    )
}

fn observed(f: &Facts) -> String {
    let month = 30.0 / f64::from(f.days.max(1));
    let tokens = |t: &Tokens| {
        (
            t.total() as f64 * month / 1e6,
            t.output as f64 * month / 1e6,
        )
    };
    let (all, output) = tokens(&f.total.tokens);
    let cost = (f.total.cost as f64 * month) as i64;
    let mut text = format!(
        "Observed: {} days, {} of them active, {} sessions. In 30 days of them: {} million tokens, of which {} million output; {} at list price.",
        f.days,
        f.active_days,
        f.sessions,
        toml::number(all),
        toml::number(output),
        Money(cost)
    );
    let r = &f.receipt;
    if r.placeholders > 0 {
        text.push_str(&format!(
            " {} requests hold a placeholder instead of their output, so the output and the dollars are too low.",
            group_thousands(r.placeholders)
        ));
    }
    text
}

/// What was left out, one sentence each.
fn left_out(f: &Facts) -> Vec<String> {
    let mut all = Vec::new();
    let l = &f.left_out;
    let n = group_thousands;
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
            "Without a known price, so not in the mix of models: {} of the requests, by {}.",
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
            "Left out: {} sessions of the days from {thin} on, of which the others seem to be deleted.",
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
    if !f.prompts_known {
        all.push("These logs do not say when a prompt began: a pause of more than two minutes stands for one.".to_owned());
    }
    all
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
