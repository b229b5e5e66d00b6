//! One session out of its requests: which prompt each belongs to, what its context was.

use std::collections::BTreeMap;

use crate::fit::prices::{Prices, tokenizer, utc_day};
use crate::logs::{Logs, Name, OutputCount, Request, Tokens};

/// Without logged prompts, a pause longer than this begins a new one.
const PAUSE_MS: i64 = 120_000;
/// A context that falls below this share of the one before was replaced.
const DROP: f64 = 0.6;
/// The same where a compaction is logged.
const LOGGED_DROP: f64 = 0.9;
/// Smaller contexts are those of helpers, not of a conversation that is compacted.
const DROP_MIN: f64 = 20_000.0;
/// Smaller contexts are not those of a conversation.
const CONTEXT_MIN: f64 = 1_000.0;
/// A request with more uncached input than this, and more than all that passed the cache, did not use it.
const PLAIN_MIN: u64 = 1_000;
/// A sub-agent without a name ends with a pause of this length.
const AGENT_PAUSE_MS: i64 = 600_000;

/// One conversation.
#[derive(Clone, Debug)]
pub struct Session {
    /// Day of its start, from the first day of the period.
    pub day: u32,
    /// Start of its first and of its last main request (ms).
    pub at: i64,
    pub until: i64,
    pub main: Vec<Turn>,
    pub agents: Vec<Agent>,
}

/// A sub-agent at work.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Number of the prompt under which it began, from 1.
    pub prompt: u32,
    pub turns: Vec<Turn>,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub at: i64,
    /// Number of its prompt in the session, from 1.
    pub prompt: u32,
    pub model: Name,
    /// Whether the price of its model is known.
    pub known: bool,
    /// Tokens of its model per token of the reference tokenizer.
    pub tokenizer: f64,
    /// What passed the cache, or the whole prompt where nothing did: the context, in the model's
    /// own tokens.
    pub context: f64,
    /// Uncached input beside it.
    pub input: f64,
    /// Whether the whole prompt went past the cache.
    pub plain: bool,
    pub tokens: Tokens,
    /// Output, where the logged number can be trusted.
    pub output: Option<f64>,
    /// Dollars at list price, of all and of output.
    pub usd: Option<(f64, f64)>,
    /// Its context replaced a larger one.
    pub dropped: Option<Drop>,
}

/// A context that was replaced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drop {
    /// Context that was replaced, the model's own tokens.
    pub before: f64,
}

impl Turn {
    /// The context in tokens of the reference tokenizer.
    pub fn reference(&self) -> f64 {
        self.context / self.tokenizer
    }
}

/// Times (ms) of the prompts of each session.
pub fn prompts(logs: &Logs) -> BTreeMap<Name, Vec<i64>> {
    let mut all: BTreeMap<Name, Vec<i64>> = BTreeMap::new();
    for p in &logs.prompts {
        all.entry(p.session).or_default().push(p.at.0);
    }
    all
}

/// Times (ms) of the compactions of each session, with the context before.
pub fn compactions(logs: &Logs) -> BTreeMap<Name, Vec<(i64, u64)>> {
    let mut all: BTreeMap<Name, Vec<(i64, u64)>> = BTreeMap::new();
    for c in &logs.compactions {
        all.entry(c.session).or_default().push((c.at.0, c.before));
    }
    all
}

/// Puts a session together from its requests, which are in order of time. `prompts`: `None` where
/// none is logged.
pub fn session(
    requests: &[&Request],
    prompts: Option<&[i64]>,
    drops: &[(i64, u64)],
    prices: &mut Prices<'_>,
) -> Session {
    let mut main: Vec<Turn> = Vec::new();
    let mut agents: BTreeMap<Name, Vec<Turn>> = BTreeMap::new();
    for r in requests {
        let turn = turn(r, prices);
        if r.sidechain {
            agents.entry(r.agent).or_default().push(turn);
        } else {
            main.push(turn);
        }
    }
    number(&mut main, prompts);
    mark_drops(&mut main, drops);
    let mut parts: Vec<Vec<Turn>> = Vec::new();
    for (name, turns) in agents {
        if name.is_none() {
            parts.extend(apart(turns));
        } else {
            parts.push(turns);
        }
    }
    let mut agents: Vec<Agent> = parts.into_iter().map(|turns| agent(turns, &main)).collect();
    agents.sort_by_key(|a| (a.turns.first().map(|t| t.at), a.turns.len()));
    Session {
        day: 0,
        at: main.first().map_or(0, |t| t.at),
        until: main.last().map_or(0, |t| t.at),
        main,
        agents,
    }
}

fn turn(r: &Request, prices: &mut Prices<'_>) -> Turn {
    let known = prices.find(r.model, utc_day(r.at));
    let cached = r.tokens.cache_write() + r.tokens.cache_read;
    let plain = r.tokens.input > PLAIN_MIN && r.tokens.input > cached;
    let (context, input) = if plain {
        (r.tokens.context(), 0)
    } else {
        (cached, r.tokens.input)
    };
    let usd = |pico: i128| pico as f64 / crate::base::money::PICO_PER_USD as f64;
    Turn {
        at: r.at.0,
        prompt: 1,
        model: r.model,
        known: known.is_some(),
        tokenizer: tokenizer(known.as_ref()),
        context: context as f64,
        input: input as f64,
        plain,
        tokens: r.tokens,
        output: (r.output == OutputCount::Final).then_some(r.tokens.output as f64),
        usd: prices.cost(r).map(|c| (usd(c.all), usd(c.output))),
        dropped: None,
    }
}

/// Numbers prompts: a prompt without a request of its own does not count.
fn number(main: &mut [Turn], prompts: Option<&[i64]>) {
    let (mut prompt, mut seen, mut last) = (0u32, usize::MAX, i64::MIN);
    for t in main {
        let new = match prompts {
            Some(times) => {
                let before = times.partition_point(|p| *p <= t.at);
                std::mem::replace(&mut seen, before) != before
            }
            None => t.at.saturating_sub(last) > PAUSE_MS,
        };
        if new || prompt == 0 {
            prompt += 1;
        }
        last = t.at;
        t.prompt = prompt;
    }
}

fn mark_drops(main: &mut [Turn], logged: &[(i64, u64)]) {
    for i in 1..main.len() {
        let (before, t) = (main[i - 1], main[i]);
        let found = logged
            .iter()
            .find(|(at, _)| (before.at..=t.at).contains(at));
        // What was replaced may be far larger than what the request before had: a large step often
        // is what fills a context.
        let logged = found.map_or(0.0, |f| f.1 as f64);
        let replaced = logged.max(before.context);
        if t.model != before.model || replaced < DROP_MIN || t.context < CONTEXT_MIN {
            continue;
        }
        let limit = if found.is_some() { LOGGED_DROP } else { DROP };
        if t.context < limit * replaced {
            main[i].dropped = Some(Drop { before: replaced });
        }
    }
}

/// Sub-agents without a name, told apart by pauses, by their model and by contexts that begin anew.
fn apart(turns: Vec<Turn>) -> Vec<Vec<Turn>> {
    let mut all: Vec<Vec<Turn>> = Vec::new();
    for t in turns {
        match all.last_mut() {
            Some(open)
                if open.last().is_some_and(|b| {
                    b.model == t.model
                        && t.at - b.at <= AGENT_PAUSE_MS
                        && t.context >= DROP * b.context
                }) =>
            {
                open.push(t);
            }
            _ => all.push(vec![t]),
        }
    }
    all
}

fn agent(turns: Vec<Turn>, main: &[Turn]) -> Agent {
    let at = turns.first().map_or(0, |t| t.at);
    let before = main.partition_point(|m| m.at <= at);
    let prompt = before.checked_sub(1).and_then(|i| main.get(i));
    Agent {
        prompt: prompt.map_or(1, |m| m.prompt),
        turns,
    }
}
