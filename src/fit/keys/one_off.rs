//! Sub-agents that make one request only: titles, warm-ups, forks of the main context.
//!
//! What: in the logs of nine of 21 people a tenth to four fifths of the sub-agents end after their first
//! request, with prompts unlike the others' first ones: a thousand tokens past the cache, or a copy of the
//! main context read from it. Symbols: D the largest distance between the distribution functions
//! of the tokens of n such prompts and of m first prompts of the others. Formula: they are set apart
//! where D > max(0.3, 1.95 √(1/n + 1/m)), which one like the others passes once in a thousand times.
//! Limits: others of which the law makes one request stay among them; a context and how much of it is
//! read are drawn apart, the latter weighted by tokens, so that the mean price is right. Source: N. Smirnov,
//! Ann. Math. Statist. 19 (1948) 279, for the distance. Example: 20 prompts of 800 tokens beside 30 of
//! 12,000 have D = 1.

use jiff::civil::Date;

use super::super::laws::Sample;
use super::super::laws::interval::share;
use super::super::toml;
use super::super::view::{Agent, Session, Turn, View};
use super::models::Mix;
use super::tokens::TokensSeen;
use super::{Drawn, Key};
use crate::base::law::Law;
use crate::logs::Names;

/// Least distance that is worth keys of its own.
const APART: f64 = 0.3;
/// What Smirnov's statistic exceeds by chance once in a thousand times.
const BY_CHANCE: f64 = 1.95;
/// Shares of contexts are written as so many equally likely values.
const READS: usize = 20;
/// Shares that are alike, and shares that are none.
const ALIKE: f64 = 0.005;

/// Whether a sub-agent makes one request only.
fn is_one(agent: &Agent) -> bool {
    agent.turns.len() == 1
}

/// Sub-agents that are told by the keys of sub-agents: all, or, where those of one request are `apart`,
/// the others.
pub fn told(view: &View, apart: bool) -> impl Iterator<Item = (&Session, &Agent)> {
    view.agents().filter(move |(_, a)| !apart || !is_one(a))
}

/// Whether those of one request are unlike the others.
pub fn apart(view: &View) -> bool {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for (_, a) in view.agents() {
        if let Some(first) = a.turns.first() {
            let of = if is_one(a) { &mut ones } else { &mut others };
            of.push(first.tokens.context() as f64 / first.tokenizer);
        }
    }
    // Of a few no distance is beyond chance, of none it is endless.
    let by_chance = libm::sqrt(1.0 / ones.len() as f64 + 1.0 / others.len() as f64);
    distance(ones, others) > APART.max(BY_CHANCE * by_chance)
}

/// The largest distance between two distribution functions.
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let below = |all: &[f64], x: f64| all.partition_point(|y| *y <= x) as f64 / all.len() as f64;
    let at = a.iter().chain(&b);
    at.map(|x| (below(&a, *x) - below(&b, *x)).abs())
        .fold(0.0, f64::max)
}

/// What they show.
#[derive(Default)]
pub struct OneOffs {
    /// Of all sub-agents: day, whether it is one, 1.
    kinds: Vec<(u32, f64, f64)>,
    /// Of those: day, whether its whole prompt went past the cache, 1.
    uncached: Vec<(u32, f64, f64)>,
    /// Input of these.
    input: Sample,
    /// Contexts of the others.
    context: Sample,
    /// Share of a context that was read, and the context.
    reads: Vec<(f64, f64)>,
    tokens: TokensSeen,
}

impl OneOffs {
    pub fn of(view: &View) -> OneOffs {
        let mut all = OneOffs::default();
        for (s, a) in view.agents() {
            let one = a.turns.first().filter(|_| is_one(a));
            let is = f64::from(u8::from(one.is_some()));
            all.kinds.push((s.day, is, 1.0));
            if let Some(t) = one {
                all.add(s.day, t);
            }
        }
        all
    }

    fn add(&mut self, day: u32, t: &Turn) {
        let read = t.tokens.cache_read as f64;
        let context = read + t.tokens.cache_write() as f64;
        let uncached = f64::from(u8::from(context <= 0.0));
        self.uncached.push((day, uncached, 1.0));
        if context > 0.0 {
            self.context.add(context / t.tokenizer, day);
            self.reads.push((read / context, context));
        } else {
            self.input.add(t.tokens.input as f64, day);
        }
        self.tokens.add(day, t);
    }

    pub fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            chance(
                "sub_agents.one_off.share",
                "Share of the sub-agents that make one request only and are unlike the others",
                &self.kinds,
                "sub-agents",
            ),
            chance(
                "sub_agents.one_off.uncached",
                "Share of them whose whole prompt goes past the cache",
                &self.uncached,
                "of them",
            ),
        ];
        keys.extend(law(
            "sub_agents.one_off.input",
            "Uncached input of these",
            &self.input,
        ));
        keys.extend(law(
            "sub_agents.one_off.context",
            "Context of the others of them, reference tokens",
            &self.context,
        ));
        keys.extend(self.read());
        let output = self.tokens.output_key("sub_agents.one_off.output");
        keys.extend(Some(output).filter(|k| k.value.is_some()));
        keys
    }

    /// Nothing where none is read.
    fn read(&self) -> Option<Key> {
        let mut all = self.reads.clone();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = all.iter().map(|r| r.1).sum();
        let mut below = 0.0;
        let mut values: Vec<f64> = Vec::with_capacity(READS);
        for (part, tokens) in &all {
            below += tokens;
            while values.len() < READS
                && (values.len() as f64 + 0.5) / READS as f64 * total <= below
            {
                values.push(libm::round(1e3 * part) / 1e3);
            }
        }
        let (first, last) = (*values.first()?, *values.last()?);
        if last < ALIKE {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let law = if last - first < ALIKE {
            Law::Constant(first)
        } else {
            Law::Empirical(values)
        };
        Some(Key {
            value: Some(toml::draw(&law, None)),
            words: format!("{:.0} % of the tokens, as observed", 100.0 * mean),
            ..Key::preset(
                "sub_agents.one_off.read",
                "Share of their context that is read from the cache",
                self.reads.len() as u64,
                "contexts",
                0,
            )
        })
    }
}

fn chance(
    name: &'static str,
    about: &'static str,
    counts: &[(u32, f64, f64)],
    of: &'static str,
) -> Key {
    let seen = share(counts.iter().copied());
    Key {
        value: seen.map(|s| toml::number(s.value)),
        shown: seen.into_iter().map(|s| ("share", s)).collect(),
        words: String::new(),
        ..Key::preset(name, about, counts.len() as u64, of, 0)
    }
}

/// Tokens of a prompt; of a few as they were seen, nothing without any.
fn law(name: &'static str, about: &'static str, sample: &Sample) -> Option<Key> {
    let drawn = Drawn {
        name,
        about,
        of: "of them",
        sample,
        counts: false,
        most: 1e6,
    };
    if sample.is_empty() {
        return None;
    }
    let (key, fitted) = drawn.key();
    if fitted.is_some() {
        return Some(key);
    }
    let seen = Law::Empirical(sample.sorted());
    Some(Key {
        value: Some(toml::draw(&seen, None)),
        words: "as they were seen".to_owned(),
        ..key
    })
}

/// Their models.
pub fn models(view: &View, names: &Names, start: Date) -> Option<Key> {
    let ones = view.agents().filter(|(_, a)| is_one(a));
    let turns = ones.flat_map(|(s, a)| a.turns.iter().map(|t| (s.day, t)));
    Mix::of(turns, names, start).key("sub_agents.one_off.models")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Tokens;

    fn turn(input: u64, write: u64, read: u64) -> Turn {
        let context = (write + read) as f64;
        Turn {
            at: 0,
            prompt: 1,
            model: Default::default(),
            known: true,
            tokenizer: 1.0,
            context,
            input: input as f64,
            plain: false,
            tokens: Tokens {
                input,
                cache_write_5m: write,
                cache_read: read,
                ..Tokens::default()
            },
            output: None,
            usd: None,
            dropped: None,
        }
    }

    #[test]
    fn kinds_are_told_apart_by_their_distance() {
        let few = vec![800.0; 20];
        assert_eq!(distance(few.clone(), vec![12_000.0; 30]), 1.0);
        assert_eq!(distance(few.clone(), few), 0.0);
        let half: Vec<f64> = (0..10).map(f64::from).collect();
        let more: Vec<f64> = (5..15).map(f64::from).collect();
        assert!((distance(half, more) - 0.5).abs() < 1e-9);
    }

    /// Warm-ups past the cache, and forks that read most of a context: the tokens read are right.
    #[test]
    fn what_is_read_is_weighted_by_tokens() {
        let mut all = OneOffs::default();
        for day in 0..15 {
            all.kinds.extend([(day, 1.0, 1.0), (day, 0.0, 1.0)]);
            all.add(day, &turn(850 + u64::from(day), 0, 0));
            all.add(day, &turn(3, 4_000, 96_000));
            all.add(day, &turn(3, 4_000, 0));
        }
        let keys = all.keys();
        let value = |name: &str| {
            let key = keys.iter().find(|k| k.name == name);
            key.and_then(|k| k.value.clone()).unwrap_or_default()
        };
        assert_eq!(value("sub_agents.one_off.share"), "0.5");
        assert_eq!(value("sub_agents.one_off.uncached"), "0.3333");
        assert!(value("sub_agents.one_off.context").contains("100_000"));
        let read = value("sub_agents.one_off.read");
        assert_eq!(read.matches("0.96").count(), 19, "{read}");
        assert!(!value("sub_agents.one_off.input").is_empty());
        assert!(value("sub_agents.one_off.output").is_empty());
    }
}
