//! A person with known habits, simulated and written down as logs.

#![allow(dead_code, reason = "every test takes what it needs")]

use std::sync::Mutex;

use burncast::base::draw::Draw;
use burncast::base::law::Law;
use burncast::base::stream::{Purpose, Stream};
use burncast::base::table::{Sampler, Table};
use burncast::base::time::Instant;
use burncast::demand::spec::{ChainSpec, Rhythm};
use burncast::engine::Watch;
use burncast::engine::experiment::Experiment;
use burncast::engine::replay::{Event, What};
use burncast::engine::run::Prepared;
use burncast::fit::{Fitted, Options, fit};
use burncast::logs::merge::hash;
use burncast::logs::{Compaction, Logs, OutputCount, Prompt, Request, Row, Rows, Tokens, merge};
use burncast::scenario;

const SCENARIO: &str = include_str!("truth.toml");

/// Keys whose law is rounded to whole numbers.
const COUNTS: [&str; 4] = [
    "prompts",
    "requests_per_prompt",
    "sub_agents.per_session",
    "sub_agents.requests_per_prompt",
];

/// A parameter: where a fit shows it, and what it is.
pub struct Truth {
    pub key: &'static str,
    pub label: &'static str,
    pub value: f64,
}

/// Runs of the test; more by `BURNCAST_RECOVERY_RUNS`.
pub fn runs() -> u64 {
    std::env::var("BURNCAST_RECOVERY_RUNS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200)
}

fn experiment() -> Experiment {
    match scenario::parse("truth", SCENARIO, &[]) {
        Ok(s) => s.experiment,
        Err(problems) => panic!("{}", problems.render(false, 100)),
    }
}

/// What the intervals must hold. The level on the last day, which differs from run to run, is put in
/// by [`covered`].
pub fn truths() -> Vec<Truth> {
    let exp = experiment();
    let actor = &exp.actors[0];
    let (main, subs) = (&actor.chain, actor.sub_agents.as_ref().unwrap());
    let mut all = Vec::new();
    let mut put = |key, label, value| all.push(Truth { key, label, value });
    let quantiles = |put: &mut dyn FnMut(&'static str, &'static str, f64), key, draw: &Draw| {
        let (median, p90) = if COUNTS.contains(&key) {
            ("median before rounding", "p90 before rounding")
        } else {
            ("median", "p90")
        };
        put(key, median, draw.quantile(0.5));
        put(key, p90, draw.quantile(0.9));
    };
    let Rhythm::Calendar {
        active,
        sessions_per_day,
        drift_per_day,
        crowding,
        bunching,
        ..
    } = &actor.rhythm
    else {
        panic!("the person works by the calendar");
    };
    put("active", "after active", active.after_active);
    put("active", "after idle", active.after_idle);
    put("sessions_per_day", "median before rounding up", f64::NAN);
    put("sessions_per_day", "spread", sigma(sessions_per_day));
    put("drift", "seen", *drift_per_day);
    put("crowding", "seen", *crowding);
    let bunching = bunching.as_ref().unwrap();
    put("bunching", "share", bunching.share);
    put("bunch_gap", "mean", bunching.gap_s.mean_estimate());
    let of = |c: &ChainSpec| {
        [
            ("prompts", c.prompts.clone()),
            ("requests_per_prompt", c.requests_per_prompt.clone()),
            ("gap", c.gap_s.clone()),
            ("prompt_gap", c.prompt_gap_s.clone()),
            ("first_context", c.first_context.clone()),
            ("growth", c.growth.clone()),
            ("output", c.output.clone()),
        ]
    };
    for (key, draw) in of(main) {
        quantiles(&mut put, key, &draw);
    }
    put("early_growth", "value", main.early_growth);
    put("early_requests", "value", main.early_requests);
    put("session_growth", "spread", sigma(&main.session_growth));
    let compaction = main.compaction.as_ref().unwrap();
    put("compaction.at", "median", compaction.at.quantile(0.5));
    put("compaction.to", "median", compaction.to.quantile(0.5));
    put("cache.on_plan", "sessions with an hour", 0.4);
    put("cache.miss_rate", "rate", 0.04);
    put("cache.shared", "median of the others", 8_000.0);
    put("input", "large (above 100)", 0.1);
    put("input", "median of these", 2_000.0);
    put("model_per", "share of the first", 0.7);
    put("sub_agents.share", "share", subs.share_of_sessions);
    quantiles(&mut put, "sub_agents.per_session", &subs.per_session);
    put("sub_agents.early_growth", "value", subs.chain.early_growth);
    put(
        "sub_agents.early_requests",
        "value",
        subs.chain.early_requests,
    );
    for (key, draw) in [
        (
            "sub_agents.requests_per_prompt",
            &subs.chain.requests_per_prompt,
        ),
        ("sub_agents.gap", &subs.chain.gap_s),
        ("sub_agents.first_context", &subs.chain.first_context),
        ("sub_agents.growth", &subs.chain.growth),
        ("sub_agents.output", &subs.chain.output),
    ] {
        quantiles(&mut put, key, draw);
    }
    let one_off = subs.one_off.as_ref().unwrap();
    put("sub_agents.one_off.share", "share", one_off.share);
    put("sub_agents.one_off.uncached", "share", one_off.uncached);
    quantiles(&mut put, "sub_agents.one_off.input", &one_off.bare.input);
    let context = &one_off.chain.first_context;
    quantiles(&mut put, "sub_agents.one_off.context", context);
    all
}

fn sigma(draw: &Draw) -> f64 {
    match draw.law {
        Law::LogNormal { sigma, .. } => sigma,
        _ => panic!("{draw:?} is no lognormal"),
    }
}

/// For each parameter: runs whose interval holds it, runs that show it, mean of estimate over truth.
pub fn covered(truths: &[Truth], runs: u64) -> Vec<(u64, u64, f64)> {
    let exp = experiment();
    let prepared = Prepared::new(&exp);
    let sums = Mutex::new(vec![(0u64, 0u64, 0.0); truths.len()]);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (sums, prepared, exp) = (&sums, &prepared, &exp);
            scope.spawn(move || {
                for run in (thread..runs).step_by(threads as usize) {
                    let fitted = refit(exp, prepared, run);
                    let level = level(exp, run);
                    let mut all = sums.lock().unwrap();
                    for (sum, t) in all.iter_mut().zip(truths) {
                        let value = if t.value.is_nan() { level } else { t.value };
                        if let Some(e) = shown(&fitted, t) {
                            sum.0 += u64::from(e.low <= value && value <= e.high);
                            sum.1 += 1;
                            sum.2 += e.value / value;
                        }
                    }
                }
            });
        }
    });
    let all = sums.into_inner().unwrap();
    all.into_iter()
        .map(|(h, n, r)| (h, n, r / n.max(1) as f64))
        .collect()
}

fn shown(fitted: &Fitted, t: &Truth) -> Option<burncast::stats::estimate::Estimate> {
    if t.label == "share of the first" {
        return fitted
            .main
            .used
            .iter()
            .find(|u| u.id == "opus-4.5")
            .map(|u| u.share);
    }
    let key = fitted.key(t.key)?;
    key.shown.iter().find(|s| s.0 == t.label).map(|s| s.1)
}

/// A fit of the first days of one run.
pub fn one(run: u64, days: i64) -> Fitted {
    let exp = experiment();
    let mut writer = Writer::new(&exp);
    let prepared = Prepared::new(&exp);
    prepared.watch(run..run + 1, &mut writer, |_| {}).unwrap();
    let end = Instant(exp.start.0 + days * 86_400_000);
    writer.rows.rows.retain(|r| r.request.at < end);
    writer.rows.prompts.retain(|p| p.at < end);
    writer.rows.compactions.retain(|c| c.at < end);
    fitted(writer)
}

fn refit(exp: &Experiment, prepared: &Prepared<'_>, run: u64) -> Fitted {
    let mut writer = Writer::new(exp);
    prepared.watch(run..run + 1, &mut writer, |_| {}).unwrap();
    fitted(writer)
}

fn fitted(writer: Writer<'_>) -> Fitted {
    let options = Options {
        timezone: "UTC".into(),
        plan: Some("max-20x".into()),
        preset: "claude-code-heavy".into(),
        actor: "me".into(),
        start: None,
    };
    fit(&writer.logs(), &options).unwrap()
}

/// Writes the events of a trial down as an agent's program would.
pub struct Writer<'e> {
    exp: &'e Experiment,
    rows: Rows,
    n: u64,
}

impl<'e> Writer<'e> {
    pub fn new(exp: &'e Experiment) -> Writer<'e> {
        Writer {
            exp,
            rows: Rows::default(),
            n: 0,
        }
    }

    pub fn logs(self) -> Logs {
        merge(self.rows)
    }
}

impl Watch for Writer<'_> {
    const ACTIVE: bool = true;

    fn event(&mut self, event: Event) {
        let What::Request {
            session,
            sub_agent,
            in_prompt,
            model,
            tokens,
            context,
            compaction,
            ends,
            ..
        } = event.what
        else {
            return;
        };
        let names = &mut self.rows.names;
        let (at, session_name) = (event.at, names.add(&format!("session {session}")));
        self.n += 1;
        let key = hash(&[&format!("row {}", self.n)]);
        if sub_agent.is_none() && in_prompt == 1 {
            self.rows.prompts.push(Prompt {
                at: Instant(at.0 - 1),
                session: session_name,
                key,
            });
        }
        if compaction {
            // The request that sums up is not logged, only that it was.
            self.rows.compactions.push(Compaction {
                at,
                session: session_name,
                key,
                automatic: true,
                before: context as u64,
            });
            return;
        }
        let model = format!("claude-{}", self.exp.models[model].name.replace('.', "-"));
        let request = Request {
            at,
            until: ends,
            model: names.add(&model),
            session: session_name,
            agent: sub_agent.map_or_else(Default::default, |a| names.add(&format!("agent {a}"))),
            tokens: Tokens {
                input: tokens[0] as u64,
                cache_write_5m: tokens[1] as u64,
                cache_write_1h: tokens[2] as u64,
                cache_read: tokens[3] as u64,
                output: tokens[4] as u64,
            },
            sidechain: sub_agent.is_some(),
            output: OutputCount::Final,
            count: 1,
            ..Request::default()
        };
        self.rows.rows.push(Row { key, request });
    }
}

/// Median of a day's sessions at the level of the last active day: the draws of the calendar, made
/// again.
fn level(exp: &Experiment, run: u64) -> f64 {
    let actor = &exp.actors[0];
    let Rhythm::Calendar {
        days,
        active,
        sessions_per_day,
        volume,
        drift_per_day,
        bunching,
        ..
    } = &actor.rhythm
    else {
        panic!("the person works by the calendar");
    };
    let mut rng = Stream::open(exp.seed, Purpose::Calendar, run, 0, 0);
    let sessions = Sampler::compile(sessions_per_day);
    let step = Table::new(&Draw::of(Law::LogNormal {
        mu: 0.0,
        sigma: *drift_per_day,
    }));
    let mut level = Sampler::compile(volume).sample(rng.word());
    let idle = active.after_idle;
    let mut was = rng.chance(idle / (1.0 - active.after_active + idle));
    let mut last = level;
    for day in days {
        let (state, word, bits) = (rng.unit(), rng.word(), rng.bits());
        level *= step.sample(word);
        was = state
            < if was {
                active.after_active
            } else {
                active.after_idle
            };
        if was {
            last = level;
            let n = (sessions.sample((bits >> 32) as u32) * level)
                .ceil()
                .max(1.0) as u32;
            let open: i64 = day.open.iter().map(|(a, b)| b.0 - a.0).sum();
            let share = bunching.as_ref().map_or(0.0, |b| b.share);
            for i in 0..n {
                if i > 0 && rng.unit() < share {
                    rng.word();
                } else {
                    rng.below(open as u64);
                }
            }
        }
    }
    sessions_per_day.quantile(0.5) * last
}
