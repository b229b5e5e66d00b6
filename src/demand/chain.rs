//! One session or sub-agent at work: a chain of requests with a context and a cache.
//!
//! All draws of a chain come from its own stream, in an order that does not depend on who pays or
//! what is refused, so that two policies meet the same demand.

use super::crowd;
use super::kernel::{ChainKernel, Factors, HELD, Held};
use crate::base::law::Level;
use crate::base::stream::Stream;
use crate::base::table::nearest;

const FIVE_MINUTES_MS: i64 = 300_000;

/// The tokens of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Uncached input.
    pub input: i64,
    /// Written to the cache.
    pub write: i64,
    /// Read from the cache.
    pub read: i64,
    pub output: i64,
    /// Part of `write` that was in the context before and had to be written again.
    pub rewritten: i64,
    /// Whether the writes live one hour (else five minutes).
    pub one_hour: bool,
    pub compaction: bool,
}

impl Tokens {
    /// Tokens of the prompt: input, written and read.
    #[inline(always)]
    pub fn prompt(&self) -> i64 {
        self.input + self.write + self.read
    }
}

/// What follows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next request of the same prompt, after so many milliseconds.
    Request(i64),
    /// The first request of the next prompt.
    Prompt(i64),
    /// Nothing: the chain ends.
    End,
}

impl Next {
    /// Milliseconds to the next request, at least 1; `i64::MAX` at the end.
    #[inline(always)]
    pub fn gap(self) -> i64 {
        match self {
            Next::Request(gap) | Next::Prompt(gap) => gap.max(1),
            Next::End => i64::MAX,
        }
    }
}

/// The state of a chain.
#[derive(Clone, Debug)]
pub struct Chain {
    rng: Stream,
    /// Tokens that the next request starts from.
    context: i64,
    /// Tokens that the cache holds.
    cached: i64,
    /// Tokens at the head of the context that are warm whatever this chain does.
    shared: i64,
    /// Until when (ms) the cache can be read.
    warm_until: i64,
    /// Context at which it compacts.
    compact_at: i64,
    /// Number of the last compaction among the requests, from 1; the largest number: none yet.
    compacted: u32,
    plan_ttl_ms: i64,
    /// Factors of the session and its model on growth and output.
    growth_factor: f64,
    output_factor: f64,
    session_growth: f64,
    requests_factor: f64,
    held: [u32; HELD],
    /// Number of the next request, from 0.
    pub n: u32,
    in_prompt_left: i32,
    prompts_left: i32,
    pub in_prompt: u32,
    pub prompt: u32,
}

impl Chain {
    /// Opens a chain. `person` are the words of quantities that hold for a trial or an actor;
    /// `prompts` is a factor on their number.
    pub fn open(
        mut rng: Stream,
        k: &ChainKernel,
        person: &[u32; HELD],
        model: Factors,
        prompts: f64,
    ) -> Chain {
        let mut held = *person;
        for (i, h) in held.iter_mut().enumerate() {
            let word = rng.word();
            if k.levels[i] > Level::Actor {
                *h = word;
            }
        }
        let prompts = crowd::prompts(k.prompts.sample(rng.word()), prompts);
        let first = k.first_context.sample_int(rng.word()).max(0);
        let session_growth = k.session_growth.sample(rng.word());
        let compact_word = rng.word();
        let ttl_word = rng.word();
        let compact_at = k
            .compaction
            .as_ref()
            .map_or(i64::MAX, |c| c.at.sample_int(compact_word).max(1));
        // Drawn only where there is such a head, so that other chains keep their numbers.
        let shared = match &k.shared {
            Some(shared) => shared.sample_int(rng.word()).max(0),
            None => 0,
        };
        let mut chain = Chain {
            rng,
            context: 0,
            cached: 0,
            shared: 0,
            warm_until: i64::MIN,
            compact_at,
            compacted: u32::MAX,
            plan_ttl_ms: k
                .on_plan
                .iter()
                .find(|p| ttl_word <= p.0)
                .map_or(0, |p| p.1),
            growth_factor: 1.0,
            output_factor: 1.0,
            session_growth,
            requests_factor: 1.0,
            held,
            n: 0,
            in_prompt_left: 1,
            prompts_left: prompts.min(1_000_000) as i32,
            in_prompt: 0,
            prompt: 0,
        };
        chain.use_model(model);
        chain.context = ((first as f64 * model.tokenizer + 0.5) as i64).min(k.context_max);
        chain.shared = ((shared as f64 * model.tokenizer + 0.5) as i64).min(chain.context);
        chain.start_prompt::<false>(k);
        chain
    }

    /// A chain that has just begun finds this share of its context in the cache, if it has one.
    pub fn find_cached(&mut self, k: &ChainKernel, share: f64) {
        if !k.cacheless {
            self.shared = (self.context as f64 * share.clamp(0.0, 1.0) + 0.5) as i64;
        }
    }

    /// Goes on with another model: its tokenizer and effort apply from here, the cache is lost.
    pub fn switch_model(&mut self, model: Factors) {
        self.use_model(model);
        self.cached = 0;
    }

    fn use_model(&mut self, model: Factors) {
        self.growth_factor = self.session_growth * model.tokenizer;
        self.output_factor = model.effort_output * model.tokenizer;
        self.requests_factor = model.effort_requests;
    }

    /// Makes the current prompt go on for `requests` requests.
    pub fn run_away(&mut self, requests: f64) {
        self.in_prompt_left = requests.clamp(1.0, 1e8) as i32;
    }

    /// 1 if cache entries live an hour while the plan pays, else 0.
    pub fn one_hour_on_plan(&self) -> usize {
        usize::from(self.plan_ttl_ms > FIVE_MINUTES_MS)
    }

    /// The chain's stream, for choices that belong to it (models, sub-agents).
    pub fn rng(&mut self) -> &mut Stream {
        &mut self.rng
    }

    #[inline(always)]
    fn start_prompt<const PLAIN: bool>(&mut self, k: &ChainKernel) {
        self.prompt += 1;
        self.in_prompt = 0;
        let bits = self.rng.bits();
        let what = Held::PerPrompt as usize;
        if !PLAIN {
            // The number of requests has a word of its own in `bits`: a chain must draw as many words
            // here as a plain one, whoever runs it.
            for (held, level) in self.held[..what].iter_mut().zip(k.levels) {
                if level == Level::Prompt {
                    *held = self.rng.word();
                }
            }
        }
        let fresh = PLAIN || k.levels[what] >= Level::Prompt;
        let word = if fresh {
            (bits >> 32) as u32
        } else {
            self.held[what]
        };
        let requests = match &k.first_prompt {
            Some(first) if self.prompt == 1 => first.sample((bits >> 32) as u32),
            _ => k.requests_per_prompt.sample(word),
        };
        // A dithered rounding keeps the mean of a product such as 1.3 × 1.
        let dither = if self.requests_factor == 1.0 {
            0.5
        } else {
            f64::from(bits as u32) / 4_294_967_296.0
        };
        let requests = requests * self.requests_factor + dither;
        self.in_prompt_left = requests.clamp(1.0, 1e6) as i32;
    }

    #[inline(always)]
    fn word<const PLAIN: bool>(&self, k: &ChainKernel, what: Held, fresh: u32) -> u32 {
        if PLAIN {
            return fresh;
        }
        let live = k.live[what as usize];
        (fresh & live) | (self.held[what as usize] & !live)
    }

    /// Makes the next request at `now`: its tokens, and what follows. `credits`: the wallet pays
    /// (the cache then lives as long as credits allow).
    #[inline(always)]
    pub fn request<const PLAIN: bool>(
        &mut self,
        k: &ChainKernel,
        now: i64,
        credits: bool,
    ) -> (Tokens, Next) {
        let (a, b) = (self.rng.bits(), self.rng.bits());
        let grown = k
            .growth
            .sample(self.word::<PLAIN>(k, Held::Growth, (a >> 32) as u32));
        let output = k
            .output
            .sample(self.word::<PLAIN>(k, Held::Output, a as u32));
        let output = nearest(output * self.output_factor);
        // The low half of b serves two coarse draws: 16 bits decide a miss, 16 the uncached input.
        let low = b as u32;
        let input = match k.input_fixed {
            Some(input) => input,
            None => k
                .input
                .sample_int(self.word::<PLAIN>(k, Held::Input, (low << 16) | 0x8000)),
        };
        let boost = k.boost[(self.n as usize).min(k.boost.len() - 1)];
        let new = nearest(grown * boost * self.growth_factor);
        let context = (self.context + new).min(k.context_max);
        let ttl = if credits {
            k.on_credits_ms
        } else {
            self.plan_ttl_ms
        };
        let warm = now <= self.warm_until && (low >> 16) >= k.miss_below;
        let read = if warm { self.cached } else { self.shared };
        let mut tokens = Tokens {
            input,
            write: context - read,
            read,
            output,
            rewritten: if warm {
                0
            } else {
                (self.cached - self.shared).max(0)
            },
            one_hour: ttl > FIVE_MINUTES_MS,
            compaction: false,
        };
        self.n += 1;
        if k.cacheless {
            tokens.input += context;
            tokens.write = 0;
        } else {
            self.cached = context;
            self.warm_until = now + ttl;
        }
        self.context = context;
        let gap_word = (b >> 32) as u32;
        if context > self.compact_at {
            // By value, so that the hot loop may keep the chain in registers.
            let (chain, output, next) = self.clone().compact::<PLAIN>(k, gap_word);
            *self = chain;
            tokens.output = output;
            tokens.compaction = true;
            return (tokens, next);
        }
        self.in_prompt += 1;
        self.in_prompt_left -= 1;
        if self.in_prompt_left > 0 {
            let gap = k
                .gap_ms
                .sample_int(self.word::<PLAIN>(k, Held::Gap, gap_word));
            return (tokens, Next::Request(gap));
        }
        (tokens, self.next_prompt::<PLAIN>(k, gap_word))
    }

    #[inline(always)]
    fn next_prompt<const PLAIN: bool>(&mut self, k: &ChainKernel, gap_word: u32) -> Next {
        self.prompts_left -= 1;
        if self.prompts_left <= 0 {
            return Next::End;
        }
        let gap = k
            .prompt_gap_ms
            .sample_int(self.word::<PLAIN>(k, Held::PromptGap, gap_word));
        self.start_prompt::<PLAIN>(k);
        Next::Prompt(gap)
    }

    /// The request becomes a compaction: the same prompt, a summary as output, a smaller context
    /// and a cold cache after it. It does not count as one of the prompt's requests, unless it
    /// follows upon another compaction: a chain that grows by more than a compaction frees would
    /// never end.
    #[cold]
    #[inline(never)]
    fn compact<const PLAIN: bool>(mut self, k: &ChainKernel, gap_word: u32) -> (Chain, i64, Next) {
        let bits = self.rng.bits();
        let mut output = 0;
        if let Some(c) = &k.compaction {
            output = c.output.sample_int((bits >> 32) as u32).max(0);
            let to = c.to.sample_int(bits as u32).max(0);
            self.context = to.min(self.compact_at / 10 * 9);
        }
        // The summary stands behind the same head.
        self.shared = self.shared.min(self.context);
        self.cached = self.shared;
        let again = self.n.wrapping_sub(self.compacted) == 1;
        self.compacted = self.n;
        if again {
            self.in_prompt += 1;
            self.in_prompt_left -= 1;
            if self.in_prompt_left <= 0 {
                let next = self.next_prompt::<PLAIN>(k, gap_word);
                return (self, output, next);
            }
        }
        let gap = k
            .gap_ms
            .sample_int(self.word::<PLAIN>(k, Held::Gap, gap_word));
        (self, output, Next::Request(gap))
    }

    /// Loses the next request: the draws are made and the context grows as if it had been, but
    /// nothing reaches the cache.
    pub fn lose(&mut self, k: &ChainKernel, now: i64) -> Next {
        let (cached, warm_until) = (self.cached, self.warm_until);
        let (tokens, next) = self.request::<false>(k, now, false);
        if !tokens.compaction {
            self.cached = cached;
        }
        self.warm_until = warm_until;
        next
    }

    /// Plays the rest of the chain without making its requests: how many there are and how long
    /// they take, in milliseconds, no gap longer than `gap_max`.
    pub fn rest(self, k: &ChainKernel, gap_max: i64) -> (u64, i64) {
        match k.plain {
            true => self.rest_of::<true>(k, gap_max),
            false => self.rest_of::<false>(k, gap_max),
        }
    }

    fn rest_of<const PLAIN: bool>(mut self, k: &ChainKernel, gap_max: i64) -> (u64, i64) {
        let (mut requests, mut ms) = (0u64, 0i64);
        while requests < 1_000_000 {
            requests += 1;
            match self.request::<PLAIN>(k, 0, false).1 {
                Next::Request(gap) | Next::Prompt(gap) => ms += gap.min(gap_max),
                Next::End => break,
            }
        }
        (requests, ms)
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
