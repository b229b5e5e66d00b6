//! The prompt cache: times to live, misses that nothing explains, the head that is always warm.

use super::super::laws::interval::share;
use super::super::laws::{Sample, fit};
use super::super::toml;
use super::super::view::{Turn, View};
use super::one_off::told;
use super::{FEW, Key, either};
use crate::base::law::Law;
use crate::stats::estimate::Estimate;

const FIVE_MS: i64 = 300_000;
const HOUR_MS: i64 = 3_600_000;
/// A request that reads less than this share of what was there has missed.
const MISS: f64 = 0.5;
/// Fewest sessions, and fewest requests within the time to live, of which a rate is made.
const SESSIONS_FEW: usize = 5;
const REQUESTS_FEW: usize = 60;

const LIVES: &str = "Time to live of cache entries";

/// Whether the logs tell writes for an hour from those for five minutes.
fn split(view: &View) -> bool {
    2 * view.receipt.unsplit_writes < view.requests.max(1)
}

/// What a chain shows of its cache.
#[derive(Default)]
pub struct Cache {
    /// Per session or sub-agent: day, and whether its writes live an hour.
    lives: Vec<(u32, f64, f64)>,
    /// Per request within its time to live: day, miss, 1.
    misses: Vec<(u32, f64, f64)>,
    /// What first requests, and those that missed, read all the same: of the model's tokens.
    head: Sample,
    /// Those that read nothing.
    bare: Vec<(u32, f64, f64)>,
    /// Requests that went past the cache.
    plain: Vec<(u32, f64, f64)>,
}

impl Cache {
    /// Of main chains.
    pub fn main(view: &View) -> Cache {
        let mut all = Cache::default();
        let split = split(view);
        for s in &view.sessions {
            all.chain_of(s.day, &s.main, split);
        }
        all
    }

    /// Of sub-agents. `apart`: without those of one request.
    pub fn agents(view: &View, apart: bool) -> Cache {
        let mut all = Cache::default();
        let split = split(view);
        for (s, a) in told(view, apart) {
            all.chain_of(s.day, &a.turns, split);
        }
        all
    }

    fn chain_of(&mut self, day: u32, turns: &[Turn], split: bool) {
        let wrote = |pick: fn(&Turn) -> u64| turns.iter().map(pick).any(|n| n > 0);
        let one_hour = if wrote(|t| t.tokens.cache_write_1h) {
            Some(true)
        } else if wrote(|t| t.tokens.cache_write_5m) {
            if split { Some(false) } else { by_reads(turns) }
        } else {
            None
        };
        if let Some(hour) = one_hour {
            self.lives.push((day, f64::from(u8::from(hour)), 1.0));
        }
        let life = if one_hour == Some(true) {
            HOUR_MS
        } else {
            FIVE_MS
        };
        self.chain(day, turns, life);
    }

    fn chain(&mut self, day: u32, turns: &[Turn], life: i64) {
        for t in turns {
            self.plain.push((day, f64::from(u8::from(t.plain)), 1.0));
        }
        if let Some(first) = turns.first().filter(|t| !t.plain) {
            self.read_anyway(day, first);
        }
        for pair in turns.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            if a.plain || b.plain || a.model != b.model || b.dropped.is_some() || a.context < 1.0 {
                continue;
            }
            let missed = (b.tokens.cache_read as f64) < MISS * a.context.min(b.context);
            if b.at - a.at <= life {
                self.misses.push((day, f64::from(u8::from(missed)), 1.0));
            }
            if missed {
                self.read_anyway(day, b);
            }
        }
    }

    fn read_anyway(&mut self, day: u32, t: &Turn) {
        let read = t.tokens.cache_read as f64 / t.tokenizer;
        self.head.add(read, day);
        self.bare.push((day, f64::from(u8::from(read <= 0.0)), 1.0));
    }

    /// Whether most requests went past the cache.
    pub fn unused(&self) -> bool {
        share(self.plain.iter().copied()).is_some_and(|s| s.value > 0.5)
    }

    /// Keys of the main chain.
    pub fn keys(&self) -> Vec<Key> {
        if self.unused() {
            let past = share(self.plain.iter().copied());
            return vec![Key {
                name: "cache",
                about: "The prompt cache",
                value: Some("\"none\"".to_owned()),
                shown: past.into_iter().map(|s| ("requests past it", s)).collect(),
                n: self.plain.len() as u64,
                of: "requests",
                words: "most requests do not use it".to_owned(),
            }];
        }
        let lives = self.lives("cache.on_plan", "sessions", "sessions with an hour");
        let need = format!(
            "{} sessions with writes only, {SESSIONS_FEW} are needed: the plan's",
            self.lives.len()
        );
        vec![
            lives.unwrap_or_else(|| Key::kept("cache.on_plan", LIVES, need)),
            self.miss_rate("cache.miss_rate"),
            self.shared("cache.shared"),
        ]
    }

    /// Keys of sub-agents.
    pub fn agent_keys(&self) -> Vec<Key> {
        if self.unused() {
            return Vec::new();
        }
        let lives = self.lives(
            "sub_agents.cache.on_plan",
            "sub-agents",
            "sub-agents with an hour",
        );
        let mut keys: Vec<Key> = lives.into_iter().collect();
        keys.push(self.miss_rate("sub_agents.cache.miss_rate"));
        keys.push(self.shared("sub_agents.cache.shared"));
        keys
    }

    /// Nothing with too few writes.
    fn lives(&self, name: &'static str, of: &'static str, label: &'static str) -> Option<Key> {
        let n = self.lives.len();
        let hour = share(self.lives.iter().copied()).filter(|_| n >= SESSIONS_FEW)?;
        let value = match hour.value {
            p if p < 0.01 => "\"5m\"".to_owned(),
            p if p > 0.99 => "\"1h\"".to_owned(),
            p => toml::weights(&[("5m".into(), 1.0 - p), ("1h".into(), p)]),
        };
        Some(Key {
            name,
            about: LIVES,
            value: Some(value),
            shown: vec![(label, hour)],
            n: n as u64,
            of,
            words: String::new(),
        })
    }

    fn miss_rate(&self, name: &'static str) -> Key {
        const ABOUT: &str = "Misses within the time to live";
        let n = self.misses.len();
        match share(self.misses.iter().copied()).filter(|_| n >= REQUESTS_FEW) {
            Some(rate) => Key {
                name,
                about: ABOUT,
                value: Some(toml::number(rate.value)),
                shown: vec![("rate", rate)],
                n: n as u64,
                of: "requests",
                words: String::new(),
            },
            None => Key::preset(name, ABOUT, n as u64, "requests", REQUESTS_FEW),
        }
    }

    fn shared(&self, name: &'static str) -> Key {
        const ABOUT: &str = "Head of the context that is warm all the same, reference tokens";
        let (n, bare) = (self.bare.len(), share(self.bare.iter().copied()));
        let (Some(bare), true) = (bare, n >= FEW) else {
            return Key::preset(name, ABOUT, n as u64, "cold requests", FEW);
        };
        let mut shown: Vec<(&'static str, Estimate)> = vec![("without any", bare)];
        let (value, words) = match fit(&self.head, false) {
            None => ("0".to_owned(), "none read anything".to_owned()),
            Some(m) if self.head.len() < FEW => {
                shown.push(("median of the others", m.median));
                let law = Law::Empirical(self.head.sorted());
                let law = either(bare.value, 0.0, law);
                let words = format!("the {} that were read", self.head.len());
                (toml::draw(&law, None), words)
            }
            Some(m) => {
                shown.push(("median of the others", m.median));
                let law = match m.law {
                    law if bare.value < 0.005 => law,
                    law => either(bare.value, 0.0, law),
                };
                let ends = matches!(law, Law::Constant(_) | Law::Empirical(_));
                let bound = (!ends).then(|| toml::round_up(1.2 * m.largest));
                (toml::draw(&law, bound), m.words)
            }
        };
        Key {
            name,
            about: ABOUT,
            value: Some(value),
            shown,
            n: n as u64,
            of: "cold requests",
            words,
        }
    }
}

/// Logs that do not tell writes apart show the time to live by what is still read after a pause of
/// 6 to 55 minutes.
fn by_reads(turns: &[Turn]) -> Option<bool> {
    let (mut warm, mut all) = (0u32, 0u32);
    for pair in turns.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let gap = b.at - a.at;
        if a.model == b.model && (360_000..=3_300_000).contains(&gap) && b.dropped.is_none() {
            all += 1;
            warm += u32::from(b.tokens.cache_read as f64 >= MISS * a.context);
        }
    }
    (all > 0).then(|| 2 * warm > all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(reads: &[f64]) -> Key {
        let mut cache = Cache::default();
        for (day, read) in (0..).zip(reads) {
            cache.head.add(*read, day);
            let bare = f64::from(u8::from(*read <= 0.0));
            cache.bare.push((day, bare, 1.0));
        }
        cache.shared("cache.shared")
    }

    /// A head that eleven of fifteen cold requests read is not "none", though eleven make no law.
    #[test]
    fn a_few_heads_stand_as_they_are() {
        let mut reads = vec![0.0; 4];
        reads.extend((0..11).map(|i| 9_600.0 + f64::from(i)));
        let key = heads(&reads);
        let value = key.value.unwrap();
        assert!(
            value.contains("0.2667") && value.contains("9604"),
            "{value}"
        );
        assert_eq!(key.words, "the 11 that were read");
    }

    /// Sub-agents write for an hour too, in the logs of some: it is the writes that say so.
    #[test]
    fn writes_say_how_long_they_live() {
        let turn = |at: i64, write_1h: u64, read: u64| Turn {
            at,
            prompt: 1,
            model: Default::default(),
            known: true,
            tokenizer: 1.0,
            context: (write_1h + read) as f64,
            input: 0.0,
            plain: false,
            tokens: crate::logs::Tokens {
                cache_write_1h: write_1h,
                cache_read: read,
                ..Default::default()
            },
            output: None,
            usd: None,
            dropped: None,
        };
        let mut cache = Cache::default();
        for day in 0..6 {
            // Half an hour later the context is written anew: a miss within the hour.
            let turns = [turn(0, 10_000, 0), turn(1_800_000, 12_000, 0)];
            cache.chain_of(day, &turns, true);
        }
        let keys = cache.agent_keys();
        let lives = keys.iter().find(|k| k.name == "sub_agents.cache.on_plan");
        assert_eq!(lives.and_then(|k| k.value.as_deref()), Some("\"1h\""));
        assert!(cache.misses.iter().all(|m| m.1 == 1.0) && cache.misses.len() == 6);
        assert!(Cache::default().agent_keys().len() == 2, "nothing is said");
    }

    #[test]
    fn no_head_is_none_and_too_few_requests_say_nothing() {
        assert_eq!(heads(&[0.0; 15]).value.as_deref(), Some("0"));
        assert_eq!(heads(&[9_600.0; 5]).value, None);
    }
}
