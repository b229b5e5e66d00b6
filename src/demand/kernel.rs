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
    pub first_prompt: Option<Sampler>,
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
    /// Compiles a checked description; tables that `known` has are shared.
    pub fn new(spec: &ChainSpec, known: &mut Known) -> ChainKernel {
        let held: [&Draw; HELD] = [
            &spec.growth,
            &spec.output,
            &spec.gap_s,
            &spec.prompt_gap_s,
            &spec.input,
            &spec.requests_per_prompt,
        ];
        let mut levels = held.map(|d| d.per);
        // There is one such gap a prompt: drawn for each prompt or each request is the same.
        let prompt_gap = &mut levels[Held::PromptGap as usize];
        if *prompt_gap == Level::Prompt {
            *prompt_gap = Level::Request;
        }
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
                let shared = shared.as_ref().map(|s| known.sampler(s));
                (false, lives, ttl_ms(*on_credits), miss, shared)
            }
        };
        ChainKernel {
            gap_ms: known.table(&spec.gap_s, 1000.0),
            prompt_gap_ms: known.table(&spec.prompt_gap_s, 1000.0),
            growth: known.table(&spec.growth, 1.0),
            input: known.table(&spec.input, 1.0),
            input_fixed: match spec.input.law {
                Law::Constant(x) => Some(x as i64),
                _ => None,
            },
            plain: levels[..Held::PerPrompt as usize]
                .iter()
                .all(|l| *l == Level::Request)
                && levels[Held::PerPrompt as usize] >= Level::Prompt,
            output: known.table(&spec.output, 1.0),
            live: levels.map(|l| if l == Level::Request { u32::MAX } else { 0 }),
            levels,
            boost,
            prompts: known.sampler(&spec.prompts),
            requests_per_prompt: known.sampler(&spec.requests_per_prompt),
            first_prompt: spec.first_prompt.as_ref().map(|d| known.sampler(d)),
            first_context: known.sampler(&spec.first_context),
            session_growth: known.sampler(&spec.session_growth),
            compaction: spec.compaction.as_ref().map(|c| CompactionKernel {
                at: known.sampler(&c.at),
                to: known.sampler(&c.to),
                output: known.sampler(&c.output),
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

    /// 1 if cache entries live an hour while credits pay, else 0.
    pub fn one_hour_on_credits(&self) -> usize {
        usize::from(self.on_credits_ms > ttl_ms(Ttl::FiveMinutes))
    }

    /// Milliseconds that a request of `output` tokens takes.
    #[inline(always)]
    pub fn duration_ms(&self, output: i64) -> i64 {
        self.latency_ms + ((output * self.ms_per_token_q10) >> 10)
    }
}

/// Tables compiled so far: experiments that have laws in common share them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    tables: Vec<(Draw, f64, Table)>,
    samplers: Vec<(Draw, Sampler)>,
}

impl Known {
    /// Compiles the tables of some chains ahead, on all cores: one of a mixture takes tens of
    /// milliseconds.
    pub fn ahead<'s>(&mut self, chains: impl Iterator<Item = &'s ChainSpec>) {
        let mut wanted: Vec<(Draw, f64)> = Vec::new();
        for chain in chains {
            let timed = [(&chain.gap_s, 1000.0), (&chain.prompt_gap_s, 1000.0)];
            let tokens = [&chain.growth, &chain.input, &chain.output].map(|d| (d, 1.0));
            for (draw, scale) in timed.into_iter().chain(tokens) {
                let draw = plain(draw);
                let is_known = self.tables.iter().any(|t| t.0 == draw && t.1 == scale);
                if !is_known && !wanted.iter().any(|w| w.0 == draw && w.1 == scale) {
                    wanted.push((draw, scale));
                }
            }
        }
        if wanted.is_empty() {
            return;
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = wanted.len().div_ceil(threads).max(1);
        // Dealt out in turn, so that dear tables of one chain do not meet on one core.
        let mut hands: Vec<Vec<(Draw, f64)>> = vec![Vec::with_capacity(share); threads];
        for (i, w) in wanted.into_iter().enumerate() {
            hands[i % threads].push(w);
        }
        let compile = |hand: Vec<(Draw, f64)>| -> Vec<(Draw, f64, Table)> {
            let one = |(draw, scale): (Draw, f64)| {
                let table = Table::with_scale(&draw, scale);
                (draw, scale, table)
            };
            hand.into_iter().map(one).collect()
        };
        let tables = std::thread::scope(|scope| {
            let compile = &compile;
            let at_work: Vec<_> = hands
                .into_iter()
                .map(|h| scope.spawn(move || compile(h)))
                .collect();
            // A thread that failed leaves its tables to be compiled when they are asked for.
            at_work
                .into_iter()
                .filter_map(|t| t.join().ok())
                .flatten()
                .collect::<Vec<_>>()
        });
        self.tables.extend(tables);
    }

    fn table(&mut self, draw: &Draw, scale: f64) -> Table {
        let draw = plain(draw);
        if let Some(known) = self.tables.iter().find(|t| t.0 == draw && t.1 == scale) {
            return known.2.clone();
        }
        let table = Table::with_scale(&draw, scale);
        self.tables.push((draw, scale, table.clone()));
        table
    }

    /// A sampler of a quantity that is drawn now and then.
    pub fn sampler(&mut self, draw: &Draw) -> Sampler {
        let draw = Draw {
            per: Level::Request,
            ..draw.clone()
        };
        if let Some(known) = self.samplers.iter().find(|s| s.0 == draw) {
            return known.1.clone();
        }
        let sampler = Sampler::compile(&draw);
        self.samplers.push((draw, sampler.clone()));
        sampler
    }
}

/// The draw as a table sees it: without values below zero, at no level.
fn plain(draw: &Draw) -> Draw {
    Draw {
        per: Level::Request,
        ..not_negative(draw)
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
    // Strictly below: a leading weight of zero ends at word zero and is never picked.
    let here = |e: &u32| word < *e || *e == u32::MAX;
    ends.iter().position(here).unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::stream::Purpose;

    fn uses(weights: &[f64]) -> Vec<ModelUse> {
        let one = |weight: &f64| ModelUse {
            model: 0,
            weight: *weight,
            class: 0,
            tokenizer: 1.0,
            effort_requests: 1.0,
            effort_output: 1.0,
        };
        weights.iter().map(one).collect()
    }

    #[test]
    fn models_are_chosen_by_their_share() {
        let mix = Mix::new(&uses(&[1.0, 0.0, 3.0, 0.0]));
        let mut rng = Stream::open(5, Purpose::Session, 0, 0, 0);
        let mut seen = [0usize; 4];
        for _ in 0..40_000 {
            seen[mix.choose(&mut rng)] += 1;
        }
        assert_eq!(
            (seen[1], seen[3]),
            (0, 0),
            "a weight of zero is never chosen"
        );
        assert!((seen[0] as f64 - 10_000.0).abs() < 4.0 * 86.7, "{seen:?}");
    }

    #[test]
    fn one_model_takes_a_word_too() {
        let mut a = Stream::open(5, Purpose::Session, 0, 0, 0);
        let mut b = a.clone();
        Mix::new(&uses(&[1.0])).choose(&mut a);
        Mix::new(&uses(&[0.5, 0.5])).choose(&mut b);
        assert_eq!(a.bits(), b.bits());
    }

    #[test]
    fn ends_of_shares_meet() {
        assert_eq!(pick(&shares(&[0.0, 1.0]), 0), 1);
        assert_eq!(pick(&shares(&[1.0, 0.0]), u32::MAX), 0);
        assert_eq!(pick(&shares(&[2.0, 2.0]), 1 << 30), 0);
        assert_eq!(pick(&shares(&[2.0, 2.0]), 3 << 30), 1);
    }

    #[test]
    fn tokens_and_spans_are_never_negative() {
        let wide = Draw::of(Law::Normal {
            mean: 0.0,
            sd: 10.0,
        });
        let table = Table::new(&not_negative(&wide));
        assert!((0..1_000u32).all(|i| table.sample(i << 22) >= 0.0));
    }
}
