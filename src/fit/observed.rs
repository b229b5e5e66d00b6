//! What was observed, in the quantities that a simulation is compared by.
//!
//! Each has the interval in which it may be, seen so often: days with all that belongs to them count
//! as one observation, or sessions where there is only one day (`laws::interval`). Shares of requests
//! and dollars weigh sessions by their requests and dollars, and count as many of them as would say as
//! much if they were equal.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::keys::tokens::OUTPUT_FEW;
use super::laws::interval::{quantile_of, share};
use super::laws::sample::effective;
use super::view::{Session, Turn, View};
use crate::catalog::observed::{Doubt, Observed, Quantity};
use crate::stats::quantile::quantile;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
const SLOT_MS: i64 = 600_000;
/// A quantity with fewer observations is not compared.
const FEW: usize = 10;
/// Dollars of sessions, hours and days are compared when at least this share of the requests has a
/// price, and a final output or others of the person whose mean stands in for it.
const COMPLETE: f64 = 0.95;
/// Dollars of single requests are compared when this share of them has a final output and a price: where
/// fewer have, they are not those of the average (versions that log outputs whole are used at times of
/// their own).
const MOSTLY: f64 = 0.8;

/// Observations by the name of their quantity, each with what it belongs to.
#[derive(Default)]
struct Series {
    values: BTreeMap<&'static str, Vec<(f64, u32)>>,
    /// Part and whole.
    shares: BTreeMap<&'static str, Vec<(u32, f64, f64)>>,
    /// The day, or the session where there is only one day.
    within: u32,
}

/// What a day (UTC) saw.
#[derive(Default)]
struct Day {
    requests: u32,
    sessions: BTreeSet<usize>,
    slots: BTreeSet<i64>,
    usd: f64,
}

/// Sums of a session behind the shares.
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
}

/// What is known of the dollars.
struct Whole {
    /// Whether those of most requests of main chains, and of sub-agents, are known.
    main: bool,
    sub: bool,
    /// Mean output of a request of either, where enough are final: what stands in for the others in sums.
    outputs: [Option<f64>; 2],
}

impl Whole {
    fn of(view: &View) -> Whole {
        let agents = || view.agents().flat_map(|a| &a.1.turns);
        Whole {
            main: whole(view.main().map(|m| m.1)) >= MOSTLY,
            sub: whole(agents()) >= MOSTLY,
            outputs: [mean_output(view.main().map(|m| m.1)), mean_output(agents())],
        }
    }

    /// Dollars of a request as a part of a sum.
    fn dollars(&self, t: &Turn, sub: bool) -> Option<f64> {
        let (all, output) = t.usd?;
        if t.output.is_some() {
            return Some(all);
        }
        let mean = self.outputs[usize::from(sub)]?;
        let logged = t.tokens.output as f64;
        (logged > 0.0).then(|| all + output * (mean / logged - 1.0))
    }

    /// Dollars of some requests, and the share of them that is known.
    fn sum<'a>(&self, turns: impl Iterator<Item = (&'a Turn, bool)>) -> (f64, f64) {
        let (mut sum, mut known, mut all) = (0.0, 0.0, 0.0);
        for (t, sub) in turns {
            let usd = self.dollars(t, sub);
            sum += usd.unwrap_or(0.0);
            known += f64::from(u8::from(usd.is_some()));
            all += 1.0;
        }
        (sum, known / f64::max(all, 1.0))
    }
}

/// Mean of the outputs that are final, where there are enough.
fn mean_output<'a>(turns: impl Iterator<Item = &'a Turn>) -> Option<f64> {
    let all: Vec<f64> = turns.filter_map(|t| t.output).collect();
    (all.len() >= OUTPUT_FEW).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// Requests of a session, each with whether a sub-agent made it.
fn every(s: &Session) -> impl Iterator<Item = (&Turn, bool)> {
    let subs = s.agents.iter().flat_map(|a| &a.turns);
    s.main
        .iter()
        .map(|t| (t, false))
        .chain(subs.map(|t| (t, true)))
}

impl Series {
    fn put(&mut self, id: &'static str, value: f64) {
        let within = self.within;
        self.values.entry(id).or_default().push((value, within));
    }

    fn put_share(&mut self, id: &'static str, part: f64, of: f64) {
        let within = self.within;
        let all = self.shares.entry(id).or_default();
        all.push((within, part, of));
    }

    fn quantity(&self, like: &Quantity) -> Option<Quantity> {
        let mut q = Quantity {
            id: like.id.clone(),
            label: like.label.clone(),
            p10: None,
            median: None,
            p90: None,
            share: None,
            doubt: Doubt::default(),
            mean: None,
            why: None,
        };
        if let Some(all) = self.shares.get(like.id.as_str()) {
            let of: f64 = all.iter().map(|x| x.2).sum();
            if of <= 0.0 || of < least(&like.id) {
                return None;
            }
            let by = effective(all.iter().map(|x| x.2)) / of;
            let e = share(all.iter().map(|(d, part, of)| (*d, by * part, by * of)))?;
            q.share = Some(e.value);
            q.doubt.median = Some((e.low, e.high));
            return Some(q);
        }
        let values = self.values.get(like.id.as_str())?;
        if values.len() < FEW {
            return None;
        }
        let mut sorted: Vec<f64> = values.iter().map(|v| v.0).collect();
        sorted.sort_by(f64::total_cmp);
        let [median, p90] = [0.5, 0.9].map(|p| quantile_of(values, p));
        q.p10 = quantile(&sorted, 0.1);
        q.median = median.map(|e| e.value);
        q.p90 = p90.map(|e| e.value);
        q.doubt = Doubt {
            median: median.map(|e| (e.low, e.high)),
            p90: p90.map(|e| (e.low, e.high)),
        };
        q.mean = Some(sorted.iter().sum::<f64>() / sorted.len() as f64);
        Some(q)
    }
}

/// Of how many prompts, requests or dollars a share is made.
fn least(id: &str) -> f64 {
    match id {
        "single-request-prompts" | "sub-agent-requests" => FEW as f64,
        "misses" => 10.0 * FEW as f64,
        _ => 0.0,
    }
}

/// The observed figures of a view.
pub fn observe(view: &View, source: String, start: Date) -> Observed {
    let mut all = Series::default();
    let known = Whole::of(view);
    let one_day = view.sessions.first().map(|s| s.day) == view.sessions.last().map(|s| s.day);
    let (mut days, mut hours) = (BTreeMap::new(), BTreeMap::new());
    for (number, s) in view.sessions.iter().enumerate() {
        all.within = if one_day { number as u32 } else { s.day };
        session(s, &known, &mut all);
        for (t, sub) in every(s) {
            let date = t.at.div_euclid(DAY_MS);
            let day: &mut Day = days.entry(date).or_default();
            let usd = known.dollars(t, sub).unwrap_or(0.0);
            day.requests += 1;
            day.sessions.insert(number);
            day.slots.insert(t.at.div_euclid(SLOT_MS));
            day.usd += usd;
            let hour = hours.entry(t.at.div_euclid(HOUR_MS));
            hour.or_insert((0.0, date)).0 += usd;
        }
    }
    let complete = known.sum(view.sessions.iter().flat_map(every)).1 >= COMPLETE;
    calendar(&days, complete, &mut all);
    if complete {
        for (usd, date) in hours.values() {
            all.within = place(&days, *date);
            all.put("usd-per-hour", *usd);
        }
    }
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

/// The number of a day from the first one.
fn place(days: &BTreeMap<i64, Day>, date: i64) -> u32 {
    days.keys().next().map_or(0, |first| (date - first) as u32)
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

fn session(s: &Session, known: &Whole, all: &mut Series) {
    let mut sums = Sums::default();
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
            end_prompt(in_prompt, all, &mut sums);
            in_prompt = 0.0;
        }
        in_prompt += 1.0;
        request(i, before, t, known, all, &mut sums);
    }
    end_prompt(in_prompt, all, &mut sums);
    for t in s.agents.iter().flat_map(|a| &a.turns) {
        sums.sub += 1.0;
        if let Some(output) = t.output {
            all.put("sub-agent-output", output);
        }
        if let Some((usd, output)) = t.usd {
            sums.sub_usd += usd - output;
            all.put("usd-input-per-sub-agent-request", usd - output);
            if t.output.is_some() && known.sub {
                all.put("usd-per-sub-agent-request", usd);
            }
        }
    }
    let (usd, share) = known.sum(every(s));
    if share >= COMPLETE {
        all.put("usd-per-session", usd);
    }
    shares(&sums, all);
}

fn end_prompt(requests: f64, all: &mut Series, sums: &mut Sums) {
    all.put("requests-per-prompt", requests);
    sums.prompts += 1.0;
    sums.single += f64::from(u8::from(requests == 1.0));
}

/// A request of a main chain; `i` counts from 0.
fn request(
    i: usize,
    before: Option<&Turn>,
    t: &Turn,
    known: &Whole,
    all: &mut Series,
    sums: &mut Sums,
) {
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
        if t.output.is_some() && known.main {
            all.put("usd-per-request", usd);
        }
    }
}

fn calendar(days: &BTreeMap<i64, Day>, complete: bool, all: &mut Series) {
    for (date, d) in days {
        all.within = place(days, *date);
        all.put("requests-per-day", f64::from(d.requests));
        all.put("sessions-per-day", d.sessions.len() as f64);
        all.put("hours-per-day", d.slots.len() as f64 / 6.0);
        if complete {
            all.put("usd-per-day", d.usd);
        }
    }
    let (Some(first), Some(last)) = (days.keys().next(), days.keys().next_back()) else {
        return;
    };
    if last - first + 1 < FEW as i64 {
        return;
    }
    let active = |day: i64| f64::from(u8::from(days.contains_key(&day)));
    for day in *first..=*last {
        all.within = place(days, day);
        all.put_share("active-days", active(day), 1.0);
        if day < *last && days.contains_key(&day) {
            all.put_share("active-after-active", active(day + 1), 1.0);
        }
    }
}

/// Adds a session to the shares.
fn shares(s: &Sums, all: &mut Series) {
    all.put_share("single-request-prompts", s.single, s.prompts);
    all.put_share("misses", s.misses, s.main);
    all.put_share("miss-cost", s.miss_usd, s.usd);
    all.put_share("sub-agent-requests", s.sub, s.main + s.sub);
    all.put_share("sub-agent-cost", s.sub_usd, s.usd + s.sub_usd);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A placeholder stands for the mean of the outputs that are final, in sums only.
    #[test]
    fn placeholders_count_as_the_mean_of_the_others() {
        let turn = |output: Option<f64>, logged: u64| Turn {
            at: 0,
            prompt: 1,
            model: Default::default(),
            known: true,
            tokenizer: 1.0,
            context: 0.0,
            input: 0.0,
            plain: false,
            tokens: crate::logs::Tokens {
                output: logged,
                ..Default::default()
            },
            output,
            usd: Some((1.0 + 0.01 * logged as f64, 0.01 * logged as f64)),
            dropped: None,
        };
        let own = vec![turn(Some(300.0), 300); OUTPUT_FEW];
        let known = Whole {
            main: true,
            sub: true,
            outputs: [mean_output(own.iter()), mean_output(own.iter().take(3))],
        };
        let placeholder = turn(None, 2);
        let dollars = |sub| known.dollars(&placeholder, sub);
        assert!((dollars(false).unwrap() - 4.0).abs() < 1e-9);
        assert_eq!(dollars(true), None, "too few of its own");
        let all = [
            (&own[0], false),
            (&placeholder, false),
            (&placeholder, true),
        ];
        let (sum, share) = known.sum(all.into_iter());
        assert!((sum - 8.0).abs() < 1e-9 && (share - 2.0 / 3.0).abs() < 1e-9);
    }

    /// Every quantity of the catalogue can be observed: none would be left out of a comparison.
    #[test]
    fn every_quantity_has_a_name_here() {
        let text = include_str!("observed.rs");
        for q in &Observed::embedded().quantities {
            assert!(text.contains(&format!("\"{}\"", q.id)), "{}", q.id);
        }
    }
}
