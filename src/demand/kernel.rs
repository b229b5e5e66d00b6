//! A chain's description compiled once into sampler tables, so that a request costs a few
//! nanoseconds.

use super::spec::{CacheSpec, ChainSpec, ModelUse, Ttl};
use crate::base::law::{Draw, Law, Level};
use crate::base::stream::Stream;
use crate::base::table::{Sampler, Table};

/// Requests over which early growth is tabulated; after them it has faded.
const BOOSTS: usize = 64;

/// Quantities of a chain whose draw may hold for longer than one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Growth = 0,
    Output = 1,
    Gap = 2,
    PromptGap = 3,
    Input = 4,
    PerPrompt = 5,
}

/// Number of [`Held`] quantities.
pub const HELD: usize = 6;

/// Milliseconds of the two lives a cache entry can have.
pub fn ttl_ms(ttl: Ttl) -> i64 {
    match ttl {
        Ttl::FiveMinutes => 300_000,
        Ttl::OneHour => 3_600_000,
    }
}

/// Tables of one kind of chain.
#[derive(Clone, Debug)]
pub struct ChainKernel {
    pub gap_ms: Table,
    pub prompt_gap_ms: Table,
    pub growth: Table,
    pub input: Table,
    /// The uncached input when it is always the same.
    pub input_fixed: Option<i64>,
    pub output: Table,
    /// All ones where the quantity is drawn anew at each request, else zero.
    pub live: [u32; HELD],
    /// Whether every quantity is drawn anew at each request (or, per prompt, at each prompt).
    pub plain: bool,
    /// The level at which each quantity is drawn.
    pub levels: [Level; HELD],
    /// Factor on growth at request n (index n − 1, the last one holds from there on).
    pub boost: [f64; BOOSTS],
    pub prompts: Sampler,
    pub requests_per_prompt: Sampler,
    pub first_context: Sampler,
    pub session_growth: Sampler,
    pub compaction: Option<CompactionKernel>,
    pub cacheless: bool,
    /// Time to live while the plan pays: (upper end of the share as a word, ms).
    pub on_plan: Vec<(u32, i64)>,
    pub on_credits_ms: i64,
    /// Tokens of the head that other sessions keep warm.
    pub shared: Option<Sampler>,
    /// A request misses for no reason of time when its 16 bits are below this.
    pub miss_below: u32,
    pub context_max: i64,
    pub latency_ms: i64,
    /// Milliseconds per output token, in 1/1024.
    pub ms_per_token_q10: i64,
    /// Mean gap inside a prompt, for run-aways.
    pub mean_gap_ms: f64,
}

/// Tables of compaction.
#[derive(Clone, Debug)]
pub struct CompactionKernel {
    pub at: Sampler,
    pub to: Sampler,
    pub output: Sampler,
}

impl ChainKernel {
    /// Compiles a checked description.
    pub fn new(spec: &ChainSpec) -> ChainKernel {
        let held: [&Draw; HELD] = [
            &spec.growth,
            &spec.output,
            &spec.gap_s,
            &spec.prompt_gap_s,
            &spec.input,
            &spec.requests_per_prompt,
        ];
        let levels = held.map(|d| d.per);
        let mut boost = [1.0; BOOSTS];
        for (i, b) in boost.iter_mut().enumerate() {
            if spec.early_growth != 0.0 && spec.early_requests > 0.0 {
                *b = 1.0 + spec.early_growth * libm::exp(-(i as f64) / spec.early_requests);
            }
        }
        // The first request starts from the first context as it is.
        boost[0] = 0.0;
        let (cacheless, on_plan, on_credits_ms, miss_below, shared) = match &spec.cache {
            CacheSpec::None => (true, vec![(u32::MAX, 0)], 0, 0, None),
            CacheSpec::Ttl {
                on_plan,
                on_credits,
                miss_rate,
                shared,
            } => {
                let weights: Vec<f64> = on_plan.iter().map(|p| p.1).collect();
                let ends = shares(&weights);
                let lives = on_plan
                    .iter()
                    .zip(ends)
                    .map(|(p, e)| (e, ttl_ms(p.0)))
                    .collect();
                let miss = (miss_rate * 65_536.0) as u32;
                let shared = shared.as_ref().map(Sampler::compile);
                (false, lives, ttl_ms(*on_credits), miss, shared)
            }
        };
        ChainKernel {
            gap_ms: Table::with_scale(&not_negative(&spec.gap_s), 1000.0),
            prompt_gap_ms: Table::with_scale(&not_negative(&spec.prompt_gap_s), 1000.0),
            growth: Table::new(&not_negative(&spec.growth)),
            input: Table::new(&not_negative(&spec.input)),
            input_fixed: match spec.input.law {
                Law::Constant(x) => Some(x as i64),
                _ => None,
            },
            plain: levels[..Held::PerPrompt as usize]
                .iter()
                .all(|l| *l == Level::Request)
                && levels[Held::PerPrompt as usize] >= Level::Prompt,
            output: Table::new(&not_negative(&spec.output)),
            live: levels.map(|l| if l == Level::Request { u32::MAX } else { 0 }),
            levels,
            boost,
            prompts: Sampler::compile(&spec.prompts),
            requests_per_prompt: Sampler::compile(&spec.requests_per_prompt),
            first_context: Sampler::compile(&spec.first_context),
            session_growth: Sampler::compile(&spec.session_growth),
            compaction: spec.compaction.as_ref().map(|c| CompactionKernel {
                at: Sampler::compile(&c.at),
                to: Sampler::compile(&c.to),
                output: Sampler::compile(&c.output),
            }),
            cacheless,
            on_plan,
            on_credits_ms,
            shared,
            miss_below,
            context_max: spec.context_max,
            latency_ms: spec.latency.0,
            ms_per_token_q10: spec.output_us_per_token * 1024 / 1000,
            mean_gap_ms: (spec.gap_s.mean_estimate() * 1000.0).max(1.0),
        }
    }

    /// Milliseconds that a request of `output` tokens takes.
    #[inline(always)]
    pub fn duration_ms(&self, output: i64) -> i64 {
        self.latency_ms + ((output * self.ms_per_token_q10) >> 10)
    }
}

/// The draw without values below zero, which tokens and spans cannot have.
fn not_negative(draw: &Draw) -> Draw {
    let low = draw.min.unwrap_or(draw.law.support().0);
    Draw {
        min: if low < 0.0 { Some(0.0) } else { draw.min },
        ..draw.clone()
    }
}

/// Upper ends of shares as 32-bit words, so that a uniform word picks by weight.
pub fn shares(weights: &[f64]) -> Vec<u32> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let mut ends: Vec<u32> = weights
        .iter()
        .map(|w| {
            sum += w;
            (sum / total.max(f64::MIN_POSITIVE) * 4_294_967_295.0) as u32
        })
        .collect();
    // The last positive weight takes the rest, so that rounding never picks a weight of zero.
    if let Some(last) = weights.iter().rposition(|w| *w > 0.0) {
        ends[last..].fill(u32::MAX);
    }
    ends
}

/// The index that a uniform word picks.
#[inline]
pub fn pick(ends: &[u32], word: u32) -> usize {
    ends.iter().position(|e| word <= *e).unwrap_or(0)
}

/// What of a model matters to demand.
#[derive(Clone, Copy, Debug)]
pub struct Factors {
    pub tokenizer: f64,
    pub effort_requests: f64,
    pub effort_output: f64,
}

/// Models of a chain and how one is chosen.
#[derive(Clone, Debug)]
pub struct Mix {
    ends: Vec<u32>,
    pub factors: Vec<Factors>,
}

impl Mix {
    /// Compiles the weights.
    pub fn new(models: &[ModelUse]) -> Mix {
        let weights: Vec<f64> = models.iter().map(|m| m.weight).collect();
        Mix {
            ends: shares(&weights),
            factors: models
                .iter()
                .map(|m| Factors {
                    tokenizer: m.tokenizer,
                    effort_requests: m.effort_requests,
                    effort_output: m.effort_output,
                })
                .collect(),
        }
    }

    /// Chooses a model; one word is drawn even when there is only one, so that a change of the mix
    /// does not shift the rest of the stream.
    pub fn choose(&self, rng: &mut Stream) -> usize {
        pick(&self.ends, rng.word())
    }
}
