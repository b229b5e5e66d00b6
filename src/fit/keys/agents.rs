//! Sub-agents: who uses them, how many, and what each does.

use super::super::laws::interval::share;
use super::super::laws::{Marginal, Sample, scaled};
use super::super::toml;
use super::super::view::View;
use super::cache::Cache;
use super::context::{self, Run};
use super::one_off::told;
use super::pooled::{self, Usual};
use super::tokens::TokensSeen;
use super::{Drawn, FEW, Key};
use crate::base::law::{Draw, Law};
use crate::base::stream::{Purpose, Stream};
use crate::base::table::Sampler;

/// Fewest sessions of which a share is made.
const SESSIONS_FEW: usize = 12;
/// The engine starts at most so many in a session.
const MOST: f64 = 128.0;
/// Sub-agents that must get started, as a share of those that sessions should have.
const STARTED: f64 = 0.96;
/// Sessions that are tried to see how many get started.
const TRIED: u64 = 4_000;

/// What sub-agents show.
#[derive(Default)]
pub struct Agents {
    any: Vec<(u32, f64, f64)>,
    per_session: Sample,
    per_prompt: Sample,
    /// Prompts of each session.
    prompts: Vec<u32>,
    requests: Sample,
    gap: Sample,
    first_context: Sample,
    growth: Vec<Run>,
    no_growth: Vec<(u32, f64, f64)>,
    tokens: TokensSeen,
}

impl Agents {
    /// `apart`: those of one request are a kind of their own, with keys of their own.
    pub fn of(view: &View, apart: bool) -> Agents {
        let mut all = Agents::default();
        for s in &view.sessions {
            let n = s.agents.len();
            all.any.push((s.day, f64::from(u8::from(n > 0)), 1.0));
            all.per_session.add(n as f64, s.day);
            all.prompts.push(s.main.last().map_or(1, |t| t.prompt));
            let mut at: std::collections::BTreeMap<u32, u32> = std::collections::BTreeMap::new();
            for a in &s.agents {
                *at.entry(a.prompt).or_default() += 1;
            }
            at.values()
                .for_each(|n| all.per_prompt.add(f64::from(*n), s.day));
        }
        for (s, a) in told(view, apart) {
            all.requests.add(a.turns.len() as f64, s.day);
            a.turns.iter().for_each(|t| all.tokens.add(s.day, t));
            let mut run = Run {
                day: s.day,
                logs: Vec::new(),
                lost: 0.0,
            };
            for (i, pair) in a.turns.windows(2).enumerate() {
                let (before, after) = (&pair[0], &pair[1]);
                all.gap
                    .add((after.at - before.at).max(1) as f64 / 1000.0, s.day);
                if before.model == after.model && after.context > 0.6 * before.context {
                    let grown = after.reference() - before.reference();
                    all.no_growth
                        .push((s.day, f64::from(u8::from(grown <= 0.0)), 1.0));
                    if grown > 0.0 {
                        run.logs.push((i + 1, libm::log(grown)));
                    } else {
                        run.lost -= grown;
                    }
                }
            }
            if !run.logs.is_empty() {
                all.growth.push(run);
            }
        }
        all.first_context = by_requests(view, apart);
        all
    }

    /// Whether enough sessions were seen and none used any.
    pub fn none(&self) -> bool {
        self.any.len() >= SESSIONS_FEW && self.per_session.is_empty()
    }

    /// `preset`: the sub-agents of the preset, toward which few observations are drawn.
    pub fn keys(&self, cache: &Cache, preset: Option<&Usual>) -> Vec<Key> {
        if self.none() {
            return vec![Key {
                name: "sub_agents",
                about: "Sub-agents that prompts start",
                value: Some("false".to_owned()),
                shown: share(self.any.iter().copied())
                    .into_iter()
                    .map(|s| ("share of sessions", s))
                    .collect(),
                n: self.any.len() as u64,
                of: "sessions",
                words: "none used any".to_owned(),
            }];
        }
        let mut keys = vec![self.share(preset)];
        let pooled = |name, sample, law: fn(&Usual) -> &Draw| {
            let drawn = self.drawn(name, sample);
            let (mut key, marginal) = drawn.key();
            let moved = preset
                .map(law)
                .filter(|_| marginal.is_none())
                .and_then(|draw| pooled::value(draw, sample, drawn.counts, drawn.most));
            if let Some((value, factor)) = moved {
                key.value = Some(value);
                key.words = pooled::words(sample.len(), drawn.of, factor);
            }
            (key, marginal)
        };
        let (per_session, law) = pooled("sub_agents.per_session", &self.per_session, |s| {
            &s.per_session
        });
        keys.push(per_session);
        keys.extend(law.map(|m| self.at_once(&m)));
        let requests = pooled("sub_agents.requests_per_prompt", &self.requests, |s| {
            &s.requests
        });
        let first = pooled("sub_agents.first_context", &self.first_context, |s| {
            &s.first_context
        });
        let gap = self.drawn("sub_agents.gap", &self.gap).key().0;
        keys.extend([requests.0, gap, first.0]);
        keys.extend(context::of_agents(&self.growth, &self.no_growth));
        keys.push(self.tokens.input_key("sub_agents.input"));
        keys.push(self.tokens.output_key("sub_agents.output"));
        keys.extend(cache.agent_keys());
        keys
    }

    fn share(&self, preset: Option<&Usual>) -> Key {
        const NAME: &str = "sub_agents.share";
        const ABOUT: &str = "Share of sessions that use sub-agents";
        let n = self.any.len();
        let seen = share(self.any.iter().copied());
        if let (Some(seen), Some(preset)) = (seen.filter(|_| n < SESSIONS_FEW), preset) {
            let (value, words) = pooled::share(&seen, preset.share);
            return Key {
                value: Some(toml::number(value)),
                words,
                ..Key::preset(NAME, ABOUT, n as u64, "sessions", SESSIONS_FEW)
            };
        }
        match seen.filter(|_| n >= SESSIONS_FEW) {
            Some(s) => Key {
                name: NAME,
                about: ABOUT,
                value: Some(toml::number(s.value)),
                shown: vec![("share", s)],
                n: n as u64,
                of: "sessions",
                words: String::new(),
            },
            None => Key::preset(NAME, ABOUT, n as u64, "sessions", SESSIONS_FEW),
        }
    }

    fn drawn<'a>(&self, name: &'static str, sample: &'a Sample) -> Drawn<'a> {
        let (about, of, counts, most) = match name {
            "sub_agents.per_session" => (
                "Sub-agents of a session that uses any",
                "sessions",
                true,
                MOST,
            ),
            "sub_agents.requests_per_prompt" => {
                ("Requests of a sub-agent", "sub-agents", true, 1e5)
            }
            "sub_agents.gap" => (
                "Seconds between a sub-agent's requests",
                "gaps",
                false,
                86_400.0,
            ),
            _ => (
                "Context of a first request, reference tokens, by the requests that follow",
                "sub-agents",
                false,
                1e6,
            ),
        };
        Drawn {
            name,
            about,
            of,
            sample,
            counts,
            most,
        }
    }

    /// Most that start at one prompt. In the engine prompts start them from the first one on until
    /// none is left, so short sessions must start many at once to have as many as they had.
    fn at_once(&self, per_session: &Marginal) -> Key {
        const NAME: &str = "sub_agents.at_once";
        const ABOUT: &str = "Most that start at the same prompt";
        let seen = (self.per_prompt.len() >= FEW)
            .then(|| super::super::laws::fit(&self.per_prompt, true))
            .flatten();
        let Some(seen) = seen else {
            return Key::preset(
                NAME,
                ABOUT,
                self.per_prompt.len() as u64,
                "prompts with any",
                FEW,
            );
        };
        let factors = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0];
        let enough = factors
            .iter()
            .find(|f| self.started(per_session, &seen, **f) >= STARTED);
        let factor = enough.copied().unwrap_or(40.0);
        let law = scaled(&seen.law, factor);
        let ends = matches!(law, Law::Constant(_) | Law::Empirical(_));
        let bound = (!ends).then(|| toml::round_up(1.2 * factor * seen.largest).clamp(2.0, MOST));
        let words = if factor > 1.0 {
            format!(
                "{}; times {factor}, or short sessions would not get to start theirs",
                seen.words
            )
        } else {
            seen.words.clone()
        };
        Key {
            name: NAME,
            about: ABOUT,
            value: Some(toml::draw(&law, bound)),
            shown: vec![("seen, median", seen.median), ("seen, p90", seen.p90)],
            n: seen.n,
            of: "prompts with any",
            words,
        }
    }

    /// The share of a session's sub-agents that get started.
    fn started(&self, per_session: &Marginal, at_once: &Marginal, factor: f64) -> f64 {
        let sampler = |m: &Marginal, law: Law| {
            let bound = toml::round_up(1.2 * factor.max(1.0) * m.largest);
            Sampler::compile(&Draw {
                max: Some(bound),
                ..Draw::of(law)
            })
        };
        let many = sampler(per_session, per_session.law.clone());
        let once = sampler(at_once, scaled(&at_once.law, factor));
        let mut rng = Stream::open(1, Purpose::SubAgent, 0, 0, 0);
        let (mut wanted, mut started) = (0i64, 0i64);
        for _ in 0..TRIED {
            let n = many.sample_int(rng.word()).clamp(1, MOST as i64);
            let pick = rng.below(self.prompts.len().max(1) as u64) as usize;
            let mut left = n;
            for _ in 0..self.prompts.get(pick).copied().unwrap_or(1) {
                left -= once.sample_int(rng.word()).clamp(0, left);
                if left == 0 {
                    break;
                }
            }
            wanted += n;
            started += n - left;
        }
        started as f64 / wanted.max(1) as f64
    }
}

/// First contexts, each as often as requests build on it: the engine draws a sub-agent's length and
/// its first context apart, but in the logs short ones (titles, warm-ups) begin small. As many as there are
/// sub-agents, evenly out of all requests.
fn by_requests(view: &View, apart: bool) -> Sample {
    let agents = || told(view, apart);
    let total: usize = agents().map(|a| a.1.turns.len()).sum();
    let count = agents().count();
    let mut all = Sample::default();
    let mut seen = 0usize;
    for (s, a) in agents() {
        let before = (2 * seen * count + total) / (2 * total.max(1));
        seen += a.turns.len();
        let after = (2 * seen * count + total) / (2 * total.max(1));
        if let Some(first) = a.turns.first() {
            (before..after).for_each(|_| all.add(first.reference(), s.day));
        }
    }
    all
}
