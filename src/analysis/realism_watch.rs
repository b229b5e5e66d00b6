//! The watcher that takes the measures of a simulated person.

use std::collections::{BTreeMap, BTreeSet};

use super::realism::Simulated;
use crate::account::rates::Kind;
use crate::base::money::PICO_PER_USD;
use crate::engine::Watch;
use crate::engine::experiment::Experiment;
use crate::engine::replay::{Event, What};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Activity is told apart in slots of ten minutes.
const SLOT_MS: i64 = 600_000;

/// A measured series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    RequestsPerSession,
    AllRequestsPerSession,
    PromptsPerSession,
    RequestsPerPrompt,
    Gap,
    PromptGap,
    SessionsPerDay,
    RequestsPerDay,
    HoursPerDay,
    Output,
    SubAgentOutput,
    CacheRead,
    CacheWrite,
    Context1,
    Context10,
    Context60,
    Context200,
    CompactionAt,
    CompactionTo,
    UsdPerRequest,
    UsdInputPerRequest,
    UsdPerSubAgentRequest,
    UsdInputPerSubAgentRequest,
    UsdPerSession,
    UsdPerHour,
    UsdPerDay,
}

/// Every series with its name, in the order of the enumeration.
pub(super) const SERIES: &[(Of, &str)] = &[
    (Of::RequestsPerSession, "requests-per-session"),
    (Of::AllRequestsPerSession, "all-requests-per-session"),
    (Of::PromptsPerSession, "prompts-per-session"),
    (Of::RequestsPerPrompt, "requests-per-prompt"),
    (Of::Gap, "gap"),
    (Of::PromptGap, "prompt-gap"),
    (Of::SessionsPerDay, "sessions-per-day"),
    (Of::RequestsPerDay, "requests-per-day"),
    (Of::HoursPerDay, "hours-per-day"),
    (Of::Output, "output"),
    (Of::SubAgentOutput, "sub-agent-output"),
    (Of::CacheRead, "cache-read"),
    (Of::CacheWrite, "cache-write"),
    (Of::Context1, "context-1"),
    (Of::Context10, "context-10"),
    (Of::Context60, "context-60"),
    (Of::Context200, "context-200"),
    (Of::CompactionAt, "compaction-at"),
    (Of::CompactionTo, "compaction-to"),
    (Of::UsdPerRequest, "usd-per-request"),
    (Of::UsdInputPerRequest, "usd-input-per-request"),
    (Of::UsdPerSubAgentRequest, "usd-per-sub-agent-request"),
    (
        Of::UsdInputPerSubAgentRequest,
        "usd-input-per-sub-agent-request",
    ),
    (Of::UsdPerSession, "usd-per-session"),
    (Of::UsdPerHour, "usd-per-hour"),
    (Of::UsdPerDay, "usd-per-day"),
];

impl Of {
    /// Names of the shares.
    pub(super) const SHARES: [&'static str; 7] = [
        "single-request-prompts",
        "active-days",
        "active-after-active",
        "misses",
        "miss-cost",
        "sub-agent-requests",
        "sub-agent-cost",
    ];
}

/// What a session did so far.
#[derive(Default)]
struct Session {
    requests: u32,
    all: u32,
    prompts: u32,
    in_prompt: u32,
    first: i64,
    last: i64,
    until: i64,
    usd: f64,
    compacted: bool,
}

/// What a day saw.
#[derive(Default)]
struct Day {
    requests: u32,
    usd: f64,
    sessions: BTreeSet<u32>,
    slots: BTreeSet<i64>,
}

/// Sums behind the shares.
#[derive(Clone, Copy, Default)]
struct Sums {
    prompts: u64,
    single: u64,
    days: u64,
    active: u64,
    /// Pairs of days of which the first was active, and both.
    pairs: u64,
    both: u64,
    requests: u64,
    misses: u64,
    sub_requests: u64,
    /// Dollars of input, as the shares of cost count them.
    usd: f64,
    miss_usd: f64,
    sub_usd: f64,
    sessions: u64,
    session_ms: i64,
    session_usd: f64,
}

/// Takes the measures of trials of one actor, one after the other.
pub(super) struct Collector {
    /// Pico-dollars per output token, by model.
    output_price: Vec<i64>,
    series: Vec<Vec<f32>>,
    sums: Sums,
    sessions: BTreeMap<u32, Session>,
    by_day: BTreeMap<i64, Day>,
    by_hour: BTreeMap<i64, f64>,
}

impl Collector {
    pub(super) fn new(exp: &Experiment) -> Collector {
        let output =
            |m: &crate::engine::experiment::Model| m.rates.base.price[Kind::Output as usize];
        Collector {
            output_price: exp.models.iter().map(output).collect(),
            series: vec![Vec::new(); SERIES.len()],
            sums: Sums::default(),
            sessions: BTreeMap::new(),
            by_day: BTreeMap::new(),
            by_hour: BTreeMap::new(),
        }
    }

    fn put(&mut self, of: Of, value: f64) {
        self.series[of as usize].push(value as f32);
    }

    /// Closes a trial: sessions, days, hours. As with logs, sessions that the end cuts off count, and
    /// days from the first active one to the last.
    pub(super) fn end_trial(&mut self) {
        for s in std::mem::take(&mut self.sessions).into_values() {
            if s.requests > 0 {
                self.end_session(&s);
            }
        }
        self.end_days();
        for day in std::mem::take(&mut self.by_day).into_values() {
            self.put(Of::RequestsPerDay, f64::from(day.requests));
            self.put(Of::SessionsPerDay, day.sessions.len() as f64);
            self.put(Of::HoursPerDay, day.slots.len() as f64 / 6.0);
            self.put(Of::UsdPerDay, day.usd);
        }
        for usd in std::mem::take(&mut self.by_hour).into_values() {
            self.put(Of::UsdPerHour, usd);
        }
    }

    fn end_days(&mut self) {
        let ends = (self.by_day.keys().next(), self.by_day.keys().next_back());
        let (Some(first), Some(last)) = ends else {
            return;
        };
        let active = |day: i64| u64::from(self.by_day.contains_key(&day));
        self.sums.days += (last - first + 1) as u64;
        for day in *first..=*last {
            self.sums.active += active(day);
            if day < *last {
                self.sums.pairs += active(day);
                self.sums.both += active(day) * active(day + 1);
            }
        }
    }

    fn end_prompt(&mut self, requests: u32) {
        self.put(Of::RequestsPerPrompt, f64::from(requests));
        self.sums.prompts += 1;
        self.sums.single += u64::from(requests == 1);
    }

    fn end_session(&mut self, s: &Session) {
        self.end_prompt(s.in_prompt);
        self.put(Of::RequestsPerSession, f64::from(s.requests));
        self.put(Of::AllRequestsPerSession, f64::from(s.all));
        self.put(Of::PromptsPerSession, f64::from(s.prompts));
        self.put(Of::UsdPerSession, s.usd);
        self.sums.sessions += 1;
        self.sums.session_ms += s.until - s.first;
        self.sums.session_usd += s.usd;
    }

    /// A request of a main chain: clocks, prompts, contexts.
    fn main(
        &mut self,
        at: i64,
        ends: i64,
        session: u32,
        prompt: u32,
        context: i64,
        compaction: bool,
    ) {
        let s = self.sessions.entry(session).or_default();
        let gap = (at - s.last) as f64 / 1000.0;
        s.requests += 1;
        let (n, compacted) = (s.requests, std::mem::replace(&mut s.compacted, compaction));
        let (before, done) = (s.prompts, s.in_prompt);
        if prompt > before {
            s.prompts = prompt;
            s.in_prompt = 1;
        } else {
            s.in_prompt += 1;
        }
        if n == 1 {
            s.first = at;
        }
        // The clocks run from start to start.
        (s.last, s.until) = (at, ends);
        let start = if n == 1 { None } else { Some(gap) };
        if prompt > before && before > 0 {
            self.end_prompt(done);
        }
        if let Some(gap) = start {
            let clock = if prompt > before {
                Of::PromptGap
            } else {
                Of::Gap
            };
            self.put(clock, gap);
        }
        let mark = match n {
            1 => Some(Of::Context1),
            10 => Some(Of::Context10),
            60 => Some(Of::Context60),
            200 => Some(Of::Context200),
            _ => None,
        };
        let context = context as f64;
        if let Some(mark) = mark {
            self.put(mark, context);
        }
        if compaction {
            self.put(Of::CompactionAt, context);
        }
        if compacted {
            self.put(Of::CompactionTo, context);
        }
    }

    pub(super) fn merge(&mut self, other: Collector) {
        for (mine, theirs) in self.series.iter_mut().zip(other.series) {
            mine.extend(theirs);
        }
        let (a, b) = (&mut self.sums, other.sums);
        a.prompts += b.prompts;
        a.single += b.single;
        a.days += b.days;
        a.active += b.active;
        a.pairs += b.pairs;
        a.both += b.both;
        a.requests += b.requests;
        a.misses += b.misses;
        a.sub_requests += b.sub_requests;
        a.usd += b.usd;
        a.miss_usd += b.miss_usd;
        a.sub_usd += b.sub_usd;
        a.sessions += b.sessions;
        a.session_ms += b.session_ms;
        a.session_usd += b.session_usd;
    }

    pub(super) fn finish(self) -> Simulated {
        let s = self.sums;
        let of = |a: u64, b: u64| a as f64 / b.max(1) as f64;
        let cost = |a: f64, b: f64| a / b.max(f64::MIN_POSITIVE);
        let values = [
            of(s.single, s.prompts),
            of(s.active, s.days),
            of(s.both, s.pairs),
            of(s.misses, s.requests),
            cost(s.miss_usd, s.usd),
            of(s.sub_requests, s.requests + s.sub_requests),
            cost(s.sub_usd, s.usd + s.sub_usd),
        ];
        let shares = Of::SHARES.into_iter().zip(values).collect();
        let sessions = s.sessions.max(1) as f64;
        let hours = s.session_ms as f64 / HOUR_MS as f64 / sessions;
        Simulated::new(self.series, shares, hours, s.session_usd / sessions)
    }
}

impl Watch for Collector {
    const ACTIVE: bool = true;

    fn event(&mut self, event: Event) {
        let at = event.at.0;
        let (session, sub, prompt, model, tokens, context, cost, miss, compaction, ends) =
            match event.what {
                What::Request {
                    session,
                    sub_agent,
                    prompt,
                    model,
                    tokens,
                    context,
                    cost,
                    miss,
                    compaction,
                    ends,
                    ..
                } => (
                    session,
                    sub_agent.is_some(),
                    prompt,
                    model,
                    tokens,
                    context,
                    cost.0,
                    miss,
                    compaction,
                    ends.0,
                ),
                _ => return,
            };
        let dollars = |pico: i64| pico as f64 / PICO_PER_USD as f64;
        let usd = dollars(cost);
        let output = tokens[Kind::Output as usize];
        let price = self.output_price.get(model).copied().unwrap_or(0);
        let input_usd = usd - dollars(price * output);
        if sub {
            self.put(Of::SubAgentOutput, output as f64);
            self.put(Of::UsdPerSubAgentRequest, usd);
            self.put(Of::UsdInputPerSubAgentRequest, input_usd);
            self.sums.sub_requests += 1;
            self.sums.sub_usd += input_usd;
        } else {
            let write = tokens[Kind::Write5m as usize] + tokens[Kind::Write5m as usize + 1];
            self.put(Of::Output, output as f64);
            self.put(Of::CacheRead, tokens[Kind::Read as usize] as f64);
            self.put(Of::CacheWrite, write as f64);
            self.put(Of::UsdPerRequest, usd);
            self.put(Of::UsdInputPerRequest, input_usd);
            self.sums.requests += 1;
            self.sums.usd += input_usd;
            self.sums.misses += u64::from(miss);
            self.sums.miss_usd += if miss { input_usd } else { 0.0 };
            self.main(at, ends, session, prompt, context, compaction);
        }
        let s = self.sessions.entry(session).or_default();
        s.all += 1;
        s.usd += usd;
        *self.by_hour.entry(at / HOUR_MS).or_default() += usd;
        let day = self.by_day.entry(at / DAY_MS).or_default();
        day.requests += 1;
        day.usd += usd;
        day.sessions.insert(session);
        day.slots.insert(at / SLOT_MS);
    }
}
