//! What was observed, in the quantities that a simulation is compared by.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::view::{Session, Turn, View};
use crate::catalog::observed::{Observed, Quantity};
use crate::stats::quantile::quantile;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
const SLOT_MS: i64 = 600_000;
/// A quantity with fewer observations is not compared.
const FEW: usize = 10;
/// Dollars of sessions, hours and days are compared when at least this share of the requests has a
/// final output and a price.
const COMPLETE: f64 = 0.95;
/// The same for dollars of single requests: where fewer have one, they are not those of the average.
const MOSTLY: f64 = 0.8;

/// Observations by the name of their quantity.
#[derive(Default)]
struct Series {
    values: BTreeMap<&'static str, Vec<f64>>,
    shares: BTreeMap<&'static str, f64>,
}

/// What a day (UTC) saw.
#[derive(Default)]
struct Day {
    requests: u32,
    sessions: BTreeSet<usize>,
    slots: BTreeSet<i64>,
    usd: f64,
}

/// Sums behind the shares.
#[derive(Default)]
struct Sums {
    prompts: f64,
    single: f64,
    main: f64,
    sub: f64,
    misses: f64,
    usd: f64,
    miss_usd: f64,
    sub_usd: f64,
    /// Whether the dollars of requests of main chains and of sub-agents are known for most.
    main_whole: bool,
    sub_whole: bool,
}

impl Series {
    fn put(&mut self, id: &'static str, value: f64) {
        self.values.entry(id).or_default().push(value);
    }

    fn quantity(&self, like: &Quantity) -> Option<Quantity> {
        let mut q = Quantity {
            id: like.id.clone(),
            label: like.label.clone(),
            p10: None,
            median: None,
            p90: None,
            share: None,
            why: None,
        };
        if let Some(share) = self.shares.get(like.id.as_str()) {
            q.share = Some(*share);
            return Some(q);
        }
        let mut values = self.values.get(like.id.as_str())?.clone();
        if values.len() < FEW {
            return None;
        }
        values.sort_by(f64::total_cmp);
        q.p10 = quantile(&values, 0.1);
        q.median = quantile(&values, 0.5);
        q.p90 = quantile(&values, 0.9);
        Some(q)
    }
}

/// The observed figures of a view.
pub fn observe(view: &View, source: String, start: Date) -> Observed {
    let mut all = Series::default();
    let mut sums = Sums {
        main_whole: whole(view.main().map(|m| m.1)) >= MOSTLY,
        sub_whole: whole(view.agents().flat_map(|a| &a.1.turns)) >= MOSTLY,
        ..Sums::default()
    };
    let (mut days, mut hours) = (BTreeMap::new(), BTreeMap::new());
    for (number, s) in view.sessions.iter().enumerate() {
        session(s, &mut all, &mut sums);
        let turns = s.main.iter().chain(s.agents.iter().flat_map(|a| &a.turns));
        for t in turns {
            let day: &mut Day = days.entry(t.at.div_euclid(DAY_MS)).or_default();
            let usd = t.usd.map_or(0.0, |u| u.0);
            day.requests += 1;
            day.sessions.insert(number);
            day.slots.insert(t.at.div_euclid(SLOT_MS));
            day.usd += usd;
            *hours.entry(t.at.div_euclid(HOUR_MS)).or_insert(0.0) += usd;
        }
    }
    calendar(&days, &mut all);
    let every = view.main().map(|m| m.1);
    if whole(every.chain(view.agents().flat_map(|a| &a.1.turns))) >= COMPLETE {
        days.values().for_each(|d| all.put("usd-per-day", d.usd));
        hours.values().for_each(|usd| all.put("usd-per-hour", *usd));
    }
    shares(&sums, &mut all);
    let like = Observed::embedded();
    Observed {
        source,
        preset: String::new(),
        start,
        models: BTreeMap::new(),
        sub_agents: BTreeMap::new(),
        cache_on_plan: BTreeMap::new(),
        quantities: like
            .quantities
            .iter()
            .filter_map(|q| all.quantity(q))
            .collect(),
    }
}

/// Share of the requests with a final output and a price.
fn whole<'a>(turns: impl Iterator<Item = &'a Turn>) -> f64 {
    let (mut whole, mut all) = (0u64, 0u64);
    for t in turns {
        all += 1;
        whole += u64::from(t.output.is_some() && t.usd.is_some());
    }
    whole as f64 / all.max(1) as f64
}

fn session(s: &Session, all: &mut Series, sums: &mut Sums) {
    let subs: usize = s.agents.iter().map(|a| a.turns.len()).sum();
    all.put("requests-per-session", s.main.len() as f64);
    all.put("all-requests-per-session", (s.main.len() + subs) as f64);
    all.put(
        "prompts-per-session",
        f64::from(s.main.last().map_or(0, |t| t.prompt)),
    );
    let mut in_prompt = 0.0;
    for (i, t) in s.main.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|b| s.main.get(b));
        if before.is_some_and(|b| b.prompt != t.prompt) {
            end_prompt(in_prompt, all, sums);
            in_prompt = 0.0;
        }
        in_prompt += 1.0;
        request(i, before, t, all, sums);
    }
    end_prompt(in_prompt, all, sums);
    for t in s.agents.iter().flat_map(|a| &a.turns) {
        sums.sub += 1.0;
        if let Some(output) = t.output {
            all.put("sub-agent-output", output);
        }
        if let Some((usd, output)) = t.usd {
            sums.sub_usd += usd - output;
            all.put("usd-input-per-sub-agent-request", usd - output);
            if t.output.is_some() && sums.sub_whole {
                all.put("usd-per-sub-agent-request", usd);
            }
        }
    }
    let turns = || s.main.iter().chain(s.agents.iter().flat_map(|a| &a.turns));
    if whole(turns()) >= COMPLETE {
        let usd = turns().filter_map(|t| t.usd).map(|u| u.0).sum();
        all.put("usd-per-session", usd);
    }
}

fn end_prompt(requests: f64, all: &mut Series, sums: &mut Sums) {
    all.put("requests-per-prompt", requests);
    sums.prompts += 1.0;
    sums.single += f64::from(u8::from(requests == 1.0));
}

/// A request of a main chain; `i` counts from 0.
fn request(i: usize, before: Option<&Turn>, t: &Turn, all: &mut Series, sums: &mut Sums) {
    let prompt = t.tokens.context() as f64;
    match i {
        0 => all.put("context-1", prompt),
        9 => all.put("context-10", prompt),
        59 => all.put("context-60", prompt),
        199 => all.put("context-200", prompt),
        _ => {}
    }
    let mut missed = false;
    if let Some(b) = before {
        let clock = if b.prompt == t.prompt {
            "gap"
        } else {
            "prompt-gap"
        };
        all.put(clock, (t.at - b.at) as f64 / 1000.0);
        let read = t.tokens.cache_read as f64;
        missed = t.dropped.is_none() && !b.plain && read < 0.5 * b.context.min(t.context);
        if let Some(drop) = t.dropped {
            all.put("compaction-at", drop.before);
            all.put("compaction-to", prompt);
        }
    }
    all.put("cache-read", t.tokens.cache_read as f64);
    all.put("cache-write", t.tokens.cache_write() as f64);
    sums.main += 1.0;
    sums.misses += f64::from(u8::from(missed));
    if let Some(output) = t.output {
        all.put("output", output);
    }
    if let Some((usd, output)) = t.usd {
        all.put("usd-input-per-request", usd - output);
        // Shares are of the input, which is known whether or not the output is.
        sums.usd += usd - output;
        sums.miss_usd += if missed { usd - output } else { 0.0 };
        if t.output.is_some() && sums.main_whole {
            all.put("usd-per-request", usd);
        }
    }
}

fn calendar(days: &BTreeMap<i64, Day>, all: &mut Series) {
    for d in days.values() {
        all.put("requests-per-day", f64::from(d.requests));
        all.put("sessions-per-day", d.sessions.len() as f64);
        all.put("hours-per-day", d.slots.len() as f64 / 6.0);
    }
    let (Some(first), Some(last)) = (days.keys().next(), days.keys().next_back()) else {
        return;
    };
    if last - first + 1 < FEW as i64 {
        return;
    }
    let (mut after, mut both) = (0.0, 0.0);
    for day in *first..*last {
        if days.contains_key(&day) {
            after += 1.0;
            both += f64::from(u8::from(days.contains_key(&(day + 1))));
        }
    }
    all.shares
        .insert("active-days", days.len() as f64 / (last - first + 1) as f64);
    if after > 0.0 {
        all.shares.insert("active-after-active", both / after);
    }
}

fn shares(s: &Sums, all: &mut Series) {
    let mut put = |id, part: f64, of: f64, least: f64| {
        if of >= least && of > 0.0 {
            all.shares.insert(id, part / of);
        }
    };
    let few = FEW as f64;
    put("single-request-prompts", s.single, s.prompts, few);
    put("misses", s.misses, s.main, 10.0 * few);
    put("miss-cost", s.miss_usd, s.usd, 0.0);
    put("sub-agent-requests", s.sub, s.main + s.sub, few);
    put("sub-agent-cost", s.sub_usd, s.usd + s.sub_usd, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every quantity of the catalogue can be observed: none would be left out of a comparison.
    #[test]
    fn every_quantity_has_a_name_here() {
        let text = include_str!("observed.rs");
        for q in &Observed::embedded().quantities {
            assert!(text.contains(&format!("\"{}\"", q.id)), "{}", q.id);
        }
    }
}
