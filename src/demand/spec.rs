//! Actors as a scenario describes them: validated, calendars turned into instants.

use crate::base::law::{Draw, Level};
use crate::base::time::{Instant, Span};

/// A source of requests.
#[derive(Clone, Debug)]
pub struct ActorSpec {
    pub name: String,
    /// The seat whose windows it uses.
    pub seat: usize,
    pub rhythm: Rhythm,
    /// Models of the main chain; weights need not sum to one; a weight of 0 is a fallback only.
    pub models: Vec<ModelUse>,
    /// How often the model is chosen anew: session, prompt or request.
    pub model_per: Level,
    pub chain: ChainSpec,
    pub sub_agents: Option<SubAgentSpec>,
    pub runaway: Option<RunawaySpec>,
    /// What it does when it is stopped, in this order.
    pub when_blocked: Vec<Reaction>,
}

/// A model in use by an actor.
#[derive(Clone, Debug)]
pub struct ModelUse {
    /// Index into the experiment's list of models.
    pub model: usize,
    /// Relative weight, not negative.
    pub weight: f64,
    /// Index into the account's classes.
    pub class: usize,
    /// Tokens of this model per token of the reference tokenizer, > 0.
    pub tokenizer: f64,
    /// Requests per prompt relative to the preset's model, > 0.
    pub effort_requests: f64,
    /// Output tokens relative to the preset's model, > 0.
    pub effort_output: f64,
}

/// When sessions start.
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one per actor; never moved in bulk"
)]
pub enum Rhythm {
    /// Active days with a random number of sessions at random times of the open hours.
    Calendar {
        days: Vec<Day>,
        active: ActiveDays,
        /// Sessions on an active day, rounded up to at least one unless `allow_none`.
        sessions_per_day: Draw,
        /// True: a day may have no session (Poisson arrivals); the number is rounded down.
        allow_none: bool,
        /// Factor on the number of sessions, drawn once per trial (the person's volume).
        volume: Draw,
        /// Standard deviation of the daily step of the log level (random walk), 0 = none.
        drift_per_day: f64,
        /// How much shorter the sessions of a day are the more there are (`crowd`), 0 to 1.
        crowding: f64,
        /// Sessions that begin soon after another one of their day.
        bunching: Option<Bunching>,
    },
    /// One session at each instant (ascending).
    Schedule { starts: Vec<Instant> },
}

/// Sessions that come one after the other instead of at any time of the open hours.
#[derive(Clone, Debug)]
pub struct Bunching {
    /// Share of a day's sessions, the first aside, that begin after the one drawn before, 0 to 1.
    pub share: f64,
    /// Seconds of open hours between the two starts.
    pub gap_s: Draw,
}

/// One local calendar day of the horizon.
#[derive(Clone, Debug)]
pub struct Day {
    /// 0 = Monday.
    pub weekday: u8,
    /// Open hours as instants, ascending, not overlapping; may be empty.
    pub open: Vec<(Instant, Instant)>,
}

/// Two-state Markov chain of active days.
#[derive(Clone, Debug)]
pub struct ActiveDays {
    /// P(active | active the day before), before the weekday factor.
    pub after_active: f64,
    /// P(active | idle the day before).
    pub after_idle: f64,
    /// Factor on these probabilities, Monday first.
    pub weekday: [f64; 7],
}

/// How the requests of one session or sub-agent follow each other.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    pub prompts: Draw,
    pub requests_per_prompt: Draw,
    /// Requests of a session's first prompt, where they differ from those of the others.
    pub first_prompt: Option<Draw>,
    /// Seconds between requests inside a prompt, start to start.
    pub gap_s: Draw,
    /// Seconds between the last request of a prompt and the first of the next.
    pub prompt_gap_s: Draw,
    /// Context of the first request, reference tokens.
    pub first_context: Draw,
    /// Tokens that each request adds to the context.
    pub growth: Draw,
    /// Growth is multiplied by 1 + `early_growth` × exp(-(n-1)/`early_requests`) at request n.
    pub early_growth: f64,
    pub early_requests: f64,
    /// Factor on growth that holds for a session.
    pub session_growth: Draw,
    /// Input tokens of a request that are never cached.
    pub input: Draw,
    pub output: Draw,
    pub compaction: Option<CompactionSpec>,
    pub cache: CacheSpec,
    /// Hard bound of the context in reference tokens; growth stops there.
    pub context_max: i64,
    /// A request lasts `latency` plus `per_output_token` for each output token, but not longer than
    /// the gap to the next.
    pub latency: Span,
    /// Microseconds per output token.
    pub output_us_per_token: i64,
}

/// Compaction: a request of its own that replaces the context by a summary.
#[derive(Clone, Debug)]
pub struct CompactionSpec {
    /// Context at which it happens, drawn per session unless said otherwise.
    pub at: Draw,
    /// Context after it.
    pub to: Draw,
    /// Output tokens of the compaction request.
    pub output: Draw,
}

/// The prompt cache.
#[derive(Clone, Debug)]
pub enum CacheSpec {
    /// The whole context is plain input at each request.
    None,
    /// Within its time to live the old context is read and only the new part written.
    Ttl {
        /// Time to live while the plan pays, with its weight; drawn per session.
        on_plan: Vec<(Ttl, f64)>,
        /// Time to live while credits pay.
        on_credits: Ttl,
        /// Probability that a request misses for another reason.
        miss_rate: f64,
        /// Tokens at the head of the context that other sessions keep warm, drawn per session:
        /// read even by a first request and after a miss.
        shared: Option<Draw>,
    },
}

/// The two lives a cache entry can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    FiveMinutes,
    OneHour,
}

/// Sub-agents that prompts of the main chain start.
#[derive(Clone, Debug)]
pub struct SubAgentSpec {
    /// Share of sessions that use any, 0 to 1.
    pub share_of_sessions: f64,
    /// Sub-agents of a session that uses any.
    pub per_session: Draw,
    /// Most that start at the same prompt.
    pub at_once: Draw,
    pub models: Vec<ModelUse>,
    pub chain: ChainSpec,
    /// Those that make one request only.
    pub one_off: Option<OneOffSpec>,
}

impl SubAgentSpec {
    /// Models of all kinds.
    pub fn all_models(&self) -> impl Iterator<Item = &ModelUse> {
        let one_off = self.one_off.iter().flat_map(|o| &o.models);
        self.models.iter().chain(one_off)
    }

    /// Chains of all kinds.
    pub fn chains(&self) -> impl Iterator<Item = &ChainSpec> {
        let one_off = self.one_off.iter().flat_map(|o| [&o.chain, &o.bare]);
        std::iter::once(&self.chain).chain(one_off)
    }

    /// Chains of all kinds.
    pub fn chains_mut(&mut self) -> impl Iterator<Item = &mut ChainSpec> {
        let one_off = self.one_off.iter_mut();
        let one_off = one_off.flat_map(|o| [&mut o.chain, &mut o.bare]);
        std::iter::once(&mut self.chain).chain(one_off)
    }
}

/// Sub-agents that make one request only: titles, warm-ups, forks of the main context.
#[derive(Clone, Debug)]
pub struct OneOffSpec {
    /// Share of the sub-agents, 0 to 1.
    pub share: f64,
    pub models: Vec<ModelUse>,
    /// A chain of one prompt of one request.
    pub chain: ChainSpec,
    /// Share of its context that is read from the cache, 0 to 1.
    pub read: Draw,
    /// Share of them whose whole prompt goes past the cache, 0 to 1, and their chain.
    pub uncached: f64,
    pub bare: ChainSpec,
}

/// An agent loop that does not stop by itself.
#[derive(Clone, Debug)]
pub struct RunawaySpec {
    /// Probability that a session runs away.
    pub probability: f64,
    /// How long it runs if nothing stops it, hours.
    pub hours: Draw,
}

/// What an actor does when it is stopped.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Go on with another model (index into `models`), if the refusal is bound to the model.
    Fallback { model_use: usize },
    /// Buy money by hand after a reaction time, at most `per_month` times.
    TopUp {
        pay: crate::base::money::Money,
        get: crate::base::money::Money,
        reaction_s: Draw,
        per_month: u32,
    },
    /// Wait until the gate would admit, but no longer than `patience`.
    Wait { patience: Span },
    /// Pay list price elsewhere for the rest of the session.
    Api,
    /// Lose this request, go on with the next one.
    Skip,
    /// Lose the rest of the session.
    Drop,
}
